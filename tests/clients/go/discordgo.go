package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"
)

type discordgoBot struct {
	*discordgo.Session
	place
	me *discordgo.Ready
}

// elsewhere sends what is meant for Discord to another address: discordgo makes its addresses when the program starts.
type elsewhere struct{ to *url.URL }

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = e.to.Scheme, e.to.Host, e.to.Host
	return http.DefaultTransport.RoundTrip(r)
}

func newDiscordgo(p place) bot {
	s, err := discordgo.New("Bot " + p.token)
	check(err)
	to, err := url.Parse(p.address)
	check(err)
	s.Client.Transport = elsewhere{to}
	s.Identify.Intents = discordgo.IntentsGuilds | discordgo.IntentsGuildMessages | discordgo.IntentMessageContent
	s.Compress = p.compression == "payload"
	b := &discordgoBot{Session: s, place: p}
	known := make(chan struct{}) // discordgo's handlers run all at once
	s.AddHandlerOnce(func(_ *discordgo.Session, r *discordgo.Ready) { b.me = r; close(known) })
	s.AddHandlerOnce(func(_ *discordgo.Session, g *discordgo.GuildCreate) { <-known; b.ready(g.Guild) })
	s.AddHandler(func(_ *discordgo.Session, _ *discordgo.Resumed) { tell("resumed", nil) })
	s.AddHandler(func(_ *discordgo.Session, m *discordgo.MessageCreate) {
		tell("message", said{"id": m.ID, "channel": m.ChannelID, "content": m.Content, "author": m.Author.Username, "files": b.files(m.Message)})
	})
	s.AddHandler(func(_ *discordgo.Session, m *discordgo.MessageUpdate) {
		tell("edited", said{"id": m.ID, "content": m.Content})
	})
	s.AddHandler(func(_ *discordgo.Session, m *discordgo.MessageDelete) { tell("deleted", said{"id": m.ID}) })
	s.AddHandler(func(_ *discordgo.Session, c *discordgo.ChannelCreate) {
		tell("channel", said{"id": c.ID, "name": c.Name, "overwrites": b.overwrites(c.Channel)})
	})
	s.AddHandler(func(_ *discordgo.Session, c *discordgo.ChannelDelete) { tell("channel gone", said{"id": c.ID}) })
	s.AddHandler(func(_ *discordgo.Session, t *discordgo.ThreadCreate) {
		tell("thread", said{"id": t.ID, "name": t.Name, "parent": t.ParentID})
	})
	s.AddHandler(func(_ *discordgo.Session, i *discordgo.InteractionCreate) { check(b.interaction(i.Interaction)) })
	return b
}

func (b *discordgoBot) open() error { return b.Open() }
func (b *discordgoBot) close()      { check(b.Close()) }

func (b *discordgoBot) ready(g *discordgo.Guild) {
	var channels, roles, names []string
	for _, c := range g.Channels {
		channels = append(channels, c.Name)
	}
	for _, r := range g.Roles {
		roles = append(roles, r.Name)
	}
	tell("ready", said{"user": b.me.User.Username, "application": b.me.Application.ID, "guild": g.Name, "channels": channels, "roles": roles})
	title := &discordgo.ApplicationCommandOption{Type: discordgo.ApplicationCommandOptionString, Name: "title", Description: "Its title", Required: true}
	commands, err := b.ApplicationCommandBulkOverwrite(b.me.Application.ID, b.guild, []*discordgo.ApplicationCommand{
		{Name: "panel", Description: "Post the panel", Options: []*discordgo.ApplicationCommandOption{title}},
	})
	check(err)
	for _, c := range commands {
		names = append(names, c.Name)
	}
	tell("commands", said{"names": names})
}

func (b *discordgoBot) interaction(i *discordgo.Interaction) error {
	by := i.Member.User.Username
	switch i.Type {
	case discordgo.InteractionApplicationCommand:
		data := i.ApplicationCommandData()
		err := b.respond(i, discordgo.InteractionResponseChannelMessageWithSource, &discordgo.InteractionResponseData{Content: data.Options[0].StringValue()})
		if err != nil {
			return err
		}
		reply, err := b.InteractionResponse(i)
		if err != nil {
			return err
		}
		tell("command", said{"name": data.Name, "by": by, "reply": reply.ID})
	case discordgo.InteractionMessageComponent:
		return b.component(i, i.MessageComponentData(), by)
	case discordgo.InteractionModalSubmit:
		return b.modal(i, i.ModalSubmitData(), by)
	}
	return nil
}

func (b *discordgoBot) respond(i *discordgo.Interaction, kind discordgo.InteractionResponseType, data *discordgo.InteractionResponseData) error {
	return b.InteractionRespond(i, &discordgo.InteractionResponse{Type: kind, Data: data})
}

func (b *discordgoBot) component(i *discordgo.Interaction, data discordgo.MessageComponentInteractionData, by string) error {
	if data.ComponentType == discordgo.SelectMenuComponent {
		err := b.respond(i, discordgo.InteractionResponseUpdateMessage, &discordgo.InteractionResponseData{
			Content: "Chosen: " + strings.Join(data.Values, ","), Embeds: i.Message.Embeds, Components: i.Message.Components, // it sends null otherwise
		})
		tell("choice", said{"id": data.CustomID, "by": by, "values": data.Values})
		return err
	}
	// This version knows the form's older shape only: rows, whose inputs have labels themselves.
	input := discordgo.TextInput{CustomID: "subject", Label: "Subject", Style: discordgo.TextInputShort, MaxLength: 100, Required: true}
	err := b.respond(i, discordgo.InteractionResponseModal, &discordgo.InteractionResponseData{
		CustomID: "ticket", Title: "A ticket", Components: []discordgo.MessageComponent{row(input)},
	})
	tell("button", said{"id": data.CustomID, "by": by, "message": i.Message.ID})
	return err
}

func (b *discordgoBot) modal(i *discordgo.Interaction, data discordgo.ModalSubmitInteractionData, by string) error {
	subject := data.Components[0].(*discordgo.ActionsRow).Components[0].(*discordgo.TextInput).Value
	err := b.respond(i, discordgo.InteractionResponseDeferredChannelMessageWithSource, &discordgo.InteractionResponseData{Flags: discordgo.MessageFlagsEphemeral})
	if err != nil {
		return err
	}
	channel, err := b.GuildChannelCreateComplex(i.GuildID, discordgo.GuildChannelCreateData{
		Name: "Ticket of " + by, Type: discordgo.ChannelTypeGuildText, Topic: subject,
		PermissionOverwrites: []*discordgo.PermissionOverwrite{
			{ID: i.GuildID, Type: discordgo.PermissionOverwriteTypeRole, Deny: discordgo.PermissionViewChannel},
			{ID: i.Member.User.ID, Type: discordgo.PermissionOverwriteTypeMember, Allow: discordgo.PermissionViewChannel | discordgo.PermissionSendMessages},
			{ID: b.me.User.ID, Type: discordgo.PermissionOverwriteTypeMember, Allow: discordgo.PermissionViewChannel | discordgo.PermissionSendMessages},
		},
	})
	if err != nil {
		return err
	}
	text := "Your ticket: " + channel.Mention()
	if _, err := b.InteractionResponseEdit(i, &discordgo.WebhookEdit{Content: &text}); err != nil {
		return err
	}
	tell("modal", said{"id": data.CustomID, "by": by, "subject": subject, "channel": channel.ID, "topic": channel.Topic, "overwrites": b.overwrites(channel)})
	return nil
}

func (b *discordgoBot) order(o order) error {
	switch o.Order {
	case "post":
		return b.post(o.Channel)
	case "thread":
		return b.thread(o.Channel, o.User)
	case "upload":
		m, err := b.ChannelMessageSendComplex(o.Channel, &discordgo.MessageSend{
			Content: "Attached", Files: []*discordgo.File{{Name: "note.txt", Reader: strings.NewReader("from the bot")}},
		})
		if err == nil {
			tell("uploaded", said{"id": m.ID, "files": b.files(m)})
		}
		return err
	case "delete":
		return b.ChannelMessageDelete(o.Channel, o.Message)
	case "close":
		_, err := b.ChannelDelete(o.Channel)
		return err
	}
	return fmt.Errorf("unknown order %q", o.Order)
}

func (b *discordgoBot) post(channel string) error {
	button := discordgo.Button{CustomID: "open", Label: "Open a ticket", Style: discordgo.PrimaryButton}
	choice := discordgo.SelectMenu{CustomID: "topic", Options: []discordgo.SelectMenuOption{{Label: "Billing", Value: "billing"}, {Label: "Bugs", Value: "bugs"}}}
	m, err := b.ChannelMessageSendComplex(channel, &discordgo.MessageSend{
		Content: "Choose", Embeds: []*discordgo.MessageEmbed{{Title: "Support"}}, Components: []discordgo.MessageComponent{row(button), row(choice)},
	})
	if err != nil {
		return err
	}
	tell("posted", said{"id": m.ID, "embed": m.Embeds[0].Title, "components": []string{
		m.Components[0].(*discordgo.ActionsRow).Components[0].(*discordgo.Button).CustomID,
		m.Components[1].(*discordgo.ActionsRow).Components[0].(*discordgo.SelectMenu).CustomID,
	}})
	return nil
}

func (b *discordgoBot) thread(channel, user string) error {
	thread, err := b.ThreadStartComplex(channel, &discordgo.ThreadStart{Name: "Aside", Type: discordgo.ChannelTypeGuildPrivateThread})
	if err != nil {
		return err
	}
	if err := b.ThreadMemberAdd(thread.ID, user); err != nil {
		return err
	}
	m, err := b.ChannelMessageSend(thread.ID, "Between us")
	if err == nil {
		tell("thread made", said{"id": thread.ID, "type": thread.Type, "parent": thread.ParentID, "message": m.ID})
	}
	return err
}

func row(inner discordgo.MessageComponent) discordgo.ActionsRow {
	return discordgo.ActionsRow{Components: []discordgo.MessageComponent{inner}}
}

func (*discordgoBot) files(m *discordgo.Message) []file {
	all := []file{}
	for _, a := range m.Attachments {
		all = append(all, download(a.Filename, a.Size, a.URL))
	}
	return all
}

func (*discordgoBot) overwrites(c *discordgo.Channel) []overwrite {
	var all []overwrite
	for _, o := range c.PermissionOverwrites {
		all = append(all, overwrite{o.ID, int(o.Type), strconv.FormatInt(o.Allow, 10), strconv.FormatInt(o.Deny, 10)})
	}
	return all
}
