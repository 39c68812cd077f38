package discordsim

import (
	"cmp"
	"fmt"
	"math/rand/v2"
)

// SupportOptions describe the world of [Server.Support]; the zero value is a good one.
type SupportOptions struct {
	Seed           uint64      // who says what in #general; the same seed gives the same world
	BotName        string      // "TicketBot" when empty
	BotPermissions Permissions // what the bot was invited with; UsualBotPermissions when zero
	Redirects      []string    // where the application's OAuth2 answers may go
}

// SupportWorld is the game studio "Northwind Games": an owner, two people of support, four members, and a bot that is in
// the server but not yet set up.
type SupportWorld struct {
	Guild                    ID
	Olivia, Sam, Ben         ID // Olivia owns the server; Sam and Ben have the role Support
	Mia, Leo, Ava, Noah      ID
	SupportRole, RegularRole ID
	Welcome, General         ID
	Support, TicketLog       ID // TicketLog is for staff and the bot only
	Tickets                  ID // a category without channels
	App                      Application
}

// Support builds the world of a support team.
func (s *Server) Support(o SupportOptions) (*SupportWorld, error) {
	w := &SupportWorld{}
	for _, step := range []func(*SupportWorld, SupportOptions) error{s.supportPeople, s.supportBot, s.supportChannels, s.supportTalk} {
		if err := step(w, o); err != nil {
			return nil, fmt.Errorf("build the support world: %w", err)
		}
	}
	return w, nil
}

func (s *Server) supportPeople(w *SupportWorld, _ SupportOptions) error {
	w.Olivia = s.NewUser("olivia", "Olivia").ID
	guild, err := s.NewGuild(w.Olivia, "Northwind Games")
	if err != nil {
		return err
	}
	w.Guild = guild
	support, err := s.NewRole(guild, RoleOptions{Name: "Support", Color: 0x1abc9c, Hoist: true, Mentionable: true})
	if err != nil {
		return err
	}
	regular, err := s.NewRole(guild, RoleOptions{Name: "Regular", Color: 0xe67e22})
	if err != nil {
		return err
	}
	w.SupportRole, w.RegularRole = support.ID, regular.ID
	people := []struct {
		id             *ID
		username, name string
		role           ID
	}{
		{&w.Sam, "sam", "Sam", w.SupportRole}, {&w.Ben, "ben.support", "Ben", w.SupportRole},
		{&w.Mia, "mia_k", "Mia", 0}, {&w.Leo, "leo", "Leo", w.RegularRole}, {&w.Ava, "ava.plays", "Ava", 0}, {&w.Noah, "noah", "Noah", 0},
	}
	for _, p := range people {
		*p.id = s.NewUser(p.username, p.name).ID
		if err := s.Join(*p.id, guild); err != nil {
			return err
		}
		if p.role == 0 {
			continue
		}
		if err := s.GiveRole(*p.id, guild, p.role); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) supportBot(w *SupportWorld, o SupportOptions) error {
	w.App = s.NewApplication(cmp.Or(o.BotName, "TicketBot"), o.Redirects)
	return s.AddBot(w.App.ID, w.Guild, cmp.Or(o.BotPermissions, UsualBotPermissions))
}

func (s *Server) supportChannels(w *SupportWorld, _ SupportOptions) error {
	var information, community, help ID
	readOnly := []Overwrite{{ID: w.Guild, Deny: PermSendMessages | PermPublicThreads | PermPrivateThreads}}
	works := PermViewChannel | PermSendMessages | PermEmbedLinks | PermAttachFiles | PermReadHistory
	staffOnly := []Overwrite{
		{ID: w.Guild, Deny: PermViewChannel},
		{ID: w.SupportRole, Allow: PermViewChannel | PermReadHistory},
		{ID: w.App.ID, Type: overwriteMember, Allow: works},
	}
	for _, c := range []struct {
		id     *ID
		parent *ID
		ChannelOptions
	}{
		{&information, nil, ChannelOptions{Name: "Information", Type: channelCategory}},
		{&w.Welcome, &information, ChannelOptions{Name: "welcome", Topic: "Start here", Overwrites: readOnly}},
		{&community, nil, ChannelOptions{Name: "Community", Type: channelCategory}},
		{&w.General, &community, ChannelOptions{Name: "general", Topic: "Talk about anything. Be kind."}},
		{&help, nil, ChannelOptions{Name: "Help", Type: channelCategory}},
		{&w.Support, &help, ChannelOptions{Name: "support", Topic: "Open a ticket and the team will answer."}},
		{&w.TicketLog, &help, ChannelOptions{Name: "ticket-log", Topic: "Closed tickets", Overwrites: staffOnly}},
		{&w.Tickets, nil, ChannelOptions{Name: "Tickets", Type: channelCategory}},
	} {
		if c.parent != nil {
			c.Parent = *c.parent
		}
		made, err := s.NewChannel(w.Guild, c.ChannelOptions)
		if err != nil {
			return err
		}
		*c.id = made.ID
	}
	return nil
}

// talk is what members of a game studio's server say to each other.
var talk = []string{
	"Did anybody try the new map? The cave behind the waterfall is **huge**.",
	"Patch 1.4 runs so much better on my old laptop.",
	"Looking for two people for the co-op mission tonight, around <t:1795464000:t>.",
	"How do you get past the second bridge?\n> Bring a rope, and do not look down.",
	"The soundtrack is out! I have had it on all day.",
	"My save is gone after the update, anybody else?",
	"Photo mode with the fog on is unfair. Everything looks like a painting.",
	"`/stuck` helps if you fall through the floor near the mill.",
}

func (s *Server) supportTalk(w *SupportWorld, o SupportOptions) error {
	_, err := s.Say(w.Olivia, w.Welcome, SayOptions{Content: fmt.Sprintf(
		"# Welcome to Northwind Games\nWe make small games about large mountains.\n- Talk to everybody in <#%s>\n- Need help? <#%s>\n-# Be kind to each other.", w.General, w.Support)})
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(o.Seed, 1))
	people := []ID{w.Mia, w.Leo, w.Ava, w.Noah, w.Sam}
	for _, line := range random.Perm(len(talk)) {
		if _, err := s.Say(people[random.IntN(len(people))], w.General, SayOptions{Content: talk[line]}); err != nil {
			return err
		}
	}
	return nil
}
