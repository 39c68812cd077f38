package discordsim

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"ticketbot/internal/discordjs"
)

// TestPermissionsAreThoseOfDiscordJS holds the simulator's permissions against those that discord.js works out, on guilds
// made by chance. Where discord.js is known not to do all that Discord does, a rule says how its answer is completed; the
// test fails when a rule never mattered, and when one of the mistakes planted below goes unnoticed.
func TestPermissionsAreThoseOfDiscordJS(t *testing.T) {
	rounds, seed := 1, uint64(time.Now().UnixNano())
	if os.Getenv("TICKETBOT_TEST_SIZE") == "soak" {
		rounds = 10
	}
	if s, err := strconv.ParseUint(os.Getenv("TICKETBOT_TEST_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	rules, compared, caught := map[string]int{}, 0, [len(mistakes)]int{}
	truth := func(g *discordGuild, c *channel, user ID) Permissions { return g.w.inChannel(c, user) }
	for range rounds {
		guilds := make([]discordjs.Guild, 10_000)
		for i := range guilds {
			guilds[i] = discordjs.Random(random)
		}
		answers, all, err := discordjs.Ask(t.Context(), "../tests/discordjs", guilds)
		if err != nil {
			t.Fatal(err)
		}
		for i, g := range guilds {
			if wrong := differences(g, answers[i], Permissions(all), truth, rules, &compared); len(wrong) > 0 {
				t.Fatalf("%s\nin %+v", strings.Join(wrong, "\n"), g)
			}
		}
		for m := range mistakes {
			planted := func(g *discordGuild, c *channel, user ID) Permissions { return g.mistaken(m, c, user) }
			for i, g := range guilds[:len(guilds)/10] {
				caught[m] += len(differences(g, answers[i], Permissions(all), planted, nil, nil))
			}
		}
	}
	t.Logf("%d guilds, %d answers compared, 0 differences; completed by rule: %v", rounds*10_000, compared, rules)
	for _, rule := range []string{"all", "time-out", "thread", "private thread", "no view", "no send", "administrator by overwrite"} {
		if rules[rule] == 0 {
			t.Errorf("the rule %q never mattered", rule)
		}
	}
	for m, n := range caught {
		if (n == 0) != (m == noMistake) {
			t.Errorf("the planted mistake %q is noticed in %d answers", mistakes[m], n)
		}
	}
}

// discordGuild is a random guild as the simulator has it.
type discordGuild struct {
	w *world
	g *guild
}

func simulated(r discordjs.Guild) *discordGuild {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	w := newWorld(func() time.Time { return now })
	g := &guild{id: ID(r.ID), owner: ID(r.Owner), roles: map[ID]*role{}, members: map[ID]*member{}}
	w.guilds[g.id] = g
	for _, x := range r.Roles {
		g.roles[ID(x.ID)] = &role{id: ID(x.ID), permissions: Permissions(x.Permissions)}
	}
	for _, x := range r.Members {
		m := &member{user: ID(x.ID)}
		for _, role := range x.Roles {
			m.roles = append(m.roles, ID(role))
		}
		if x.TimedOut {
			m.timedOutUntil = now.Add(time.Hour)
		}
		g.members[m.user] = m
	}
	for _, x := range r.Channels {
		c := &channel{id: ID(x.ID), kind: x.Type, guild: g.id, parent: ID(x.Parent)}
		for _, o := range x.Overwrites {
			c.overwrites = append(c.overwrites, Overwrite{ID: ID(o.ID), Type: o.Type, Allow: Permissions(o.Allow), Deny: Permissions(o.Deny)})
		}
		if x.IsThread() {
			c.thread = &thread{members: map[ID]time.Time{}}
			for _, user := range x.Joined {
				c.thread.members[ID(user)] = now
			}
		}
		w.channels[c.id] = c
	}
	return &discordGuild{w, g}
}

// differences between a calculator and discord.js on one guild.
func differences(r discordjs.Guild, answers []discordjs.Answer, all Permissions, calculator func(*discordGuild, *channel, ID) Permissions, rules map[string]int, compared *int) (wrong []string) {
	g := simulated(r)
	say := func(member, channel uint64, what string, got, want any) {
		wrong = append(wrong, fmt.Sprintf("member %d in %d: %s is %v, discord.js says %v", member, channel, what, got, want))
	}
	count := func(n int) {
		if compared != nil {
			*compared += n
		}
	}
	for i, m := range r.Members {
		said := answers[i]
		c := completion{all: all, rules: rules, admin: said.Base&discordjs.Administrator != 0, timedOut: said.TimedOut}
		if got, want := g.w.inGuild(g.g, ID(m.ID)), c.base(said); got != want {
			say(m.ID, 0, "the base", got, want)
		}
		count(1)
		for j, x := range r.Channels {
			in := said.In[j]
			got := calculator(g, g.w.channels[ID(x.ID)], ID(m.ID))
			if want := c.in(x, in); got != want {
				say(m.ID, x.ID, "the permissions", got, want)
			}
			sees := got.Has(PermViewChannel)
			count(2)
			if _, by := c.byOverwrite(in); by {
				continue
			}
			// The rest is discord.js's own word, with nothing added.
			if x.IsThread() {
				hidden := x.Type == channelPrivateThread && !sees
				if !hidden && sees != in.Viewable {
					say(m.ID, x.ID, "in sight", sees, in.Viewable)
				}
				if may := got.Has(PermSendMessages); may != (in.Sendable && in.Viewable) {
					say(m.ID, x.ID, "may send", may, in.Sendable && in.Viewable)
				}
				continue
			}
			if sees != in.Viewable {
				say(m.ID, x.ID, "in sight", sees, in.Viewable)
			}
			if may := got.Has(PermViewChannel | PermManageChannels); may != in.Manageable {
				say(m.ID, x.ID, "may manage", may, in.Manageable)
			}
		}
	}
	return wrong
}

// completion is what Discord does and discord.js does not, rule by rule; see docs/simulator.md.
type completion struct {
	all             Permissions
	rules           map[string]int
	admin, timedOut bool
}

func (c completion) used(rule string, before, after Permissions) Permissions {
	if c.rules != nil && before != after {
		c.rules[rule]++
	}
	return after
}

func (c completion) base(said discordjs.Answer) Permissions {
	p := Permissions(said.Base)
	if c.admin {
		return c.used("all", p, allPermissions)
	}
	return c.muted(p)
}

func (c completion) muted(p Permissions) Permissions {
	if c.timedOut {
		return c.used("time-out", p, p&(PermViewChannel|PermReadHistory))
	}
	return p
}

// byOverwrite: discord.js takes who is allowed ADMINISTRATOR in a channel for an administrator when it says what they
// may do there, though not in permissionsFor. In Discord that bit means nothing in an overwrite.
func (c completion) byOverwrite(said discordjs.InChannel) (maySend, by bool) {
	p := Permissions(said.Bits)
	return p.Has(PermSendInThreads) && !c.timedOut, p.Has(PermAdministrator) && !c.admin
}

func (c completion) in(x discordjs.Channel, said discordjs.InChannel) Permissions {
	p := Permissions(said.Bits)
	if c.admin {
		return c.used("all", p, allPermissions)
	}
	p = c.muted(p)
	if x.IsThread() {
		if x.Type == channelPrivateThread && !said.Joined && !p.Has(PermManageThreads) {
			return c.used("private thread", p, 0)
		}
		maySend, by := c.byOverwrite(said)
		if by {
			c.used("administrator by overwrite", 1, 0)
		} else {
			maySend = said.Sendable
		}
		send := p &^ PermSendMessages
		if maySend {
			send |= PermSendMessages
		}
		p = c.used("thread", p, send)
	}
	if !p.Has(PermViewChannel) {
		return c.used("no view", p, 0)
	}
	if !p.Has(PermSendMessages) {
		return c.used("no send", p, p&^(1<<12|1<<14|1<<15|1<<17))
	}
	return p
}

// The mistakes that the comparison must notice.
const (
	noMistake = iota
	everyoneLast
	allowBeforeDeny
	roleAfterRole
	memberAmongRoles
	memberForgotten
	categoryToo
	administratorByOverwrite
	ownerForgotten
	administratorOverwritten
	timeOutForgotten
	timeOutForAdministrators
	viewForgotten
	sendForgotten
	threadLikeItsParent
	threadWithoutParent
	privateLikePublic
	moderatorsOutside
)

var mistakes = [...]string{
	"none", "@everyone's overwrite last", "allow before deny", "role after role", "the member's overwrite among the roles'",
	"no overwrite of members", "the category's overwrites too", "administrator by an overwrite", "the owner is a member like others",
	"overwrites for administrators", "no time-outs", "time-outs for administrators", "without view the rest stays",
	"without send the rest stays", "a thread like its parent", "a thread without its parent", "private threads are public",
	"private threads hidden from moderators",
}

// mistaken is the simulator's calculator written down again, with one mistake in it.
func (d *discordGuild) mistaken(mistake int, c *channel, user ID) Permissions {
	m, g := d.g.members[user], d.g
	p := g.roles[g.id].permissions
	for _, r := range m.roles {
		p |= g.roles[r].permissions
	}
	admin := p.Has(PermAdministrator)
	if mistake != ownerForgotten {
		admin = admin || g.owner == user
	}
	late := m.timedOutUntil.After(d.w.now())
	if admin {
		switch {
		case mistake == timeOutForAdministrators && late:
			return timedOutPermissions
		case mistake != administratorOverwritten:
			return allPermissions
		}
	}
	place := c
	if c.thread != nil && mistake != threadWithoutParent {
		place = d.w.channels[c.parent]
	}
	if above := d.w.channels[place.parent]; mistake == categoryToo && above != nil {
		p = overwritten(p, above, m)
	}
	p = misapplied(mistake, p, place, m)
	if mistake == administratorByOverwrite && p.Has(PermAdministrator) {
		return allPermissions
	}
	if late && mistake != timeOutForgotten {
		p &= timedOutPermissions
	}
	if c.thread != nil && mistake != threadLikeItsParent {
		outside := c.thread.members[user].IsZero() && (mistake == moderatorsOutside || !p.Has(PermManageThreads))
		if c.kind == channelPrivateThread && outside && mistake != privateLikePublic {
			return 0
		}
		p &^= PermSendMessages
		if p.Has(PermSendInThreads) {
			p |= PermSendMessages
		}
	}
	switch {
	case mistake == viewForgotten && !p.Has(PermViewChannel):
		return p
	case mistake == sendForgotten && p.Has(PermViewChannel):
		return p
	}
	return implied(p)
}

func misapplied(mistake int, p Permissions, c *channel, m *member) Permissions {
	var everyone, roles, own Overwrite
	for _, o := range c.overwrites {
		switch {
		case o.ID == c.guild:
			everyone = o
		case o.ID == m.user && mistake == memberAmongRoles:
			roles.Allow, roles.Deny = roles.Allow|o.Allow, roles.Deny|o.Deny
		case o.ID == m.user && mistake != memberForgotten:
			own = o
		case m.has(o.ID) && mistake == roleAfterRole:
			roles.Allow, roles.Deny = roles.Allow&^o.Deny|o.Allow, (roles.Deny|o.Deny)&^o.Allow
		case m.has(o.ID):
			roles.Allow, roles.Deny = roles.Allow|o.Allow, roles.Deny|o.Deny
		}
	}
	order := []Overwrite{everyone, roles, own}
	if mistake == everyoneLast {
		order = []Overwrite{roles, own, everyone}
	}
	for _, o := range order {
		if mistake == allowBeforeDeny {
			p = (p | o.Allow) &^ o.Deny
			continue
		}
		p = p&^o.Deny | o.Allow
	}
	return p
}
