package discordsim

import (
	"fmt"
	"strconv"
	"strings"
)

// Permissions is a set of permission bits; in JSON a decimal string.
type Permissions uint64

const (
	PermKickMembers     Permissions = 1 << 1
	PermBanMembers      Permissions = 1 << 2
	PermAdministrator   Permissions = 1 << 3
	PermManageChannels  Permissions = 1 << 4
	PermManageGuild     Permissions = 1 << 5
	PermAddReactions    Permissions = 1 << 6
	PermViewChannel     Permissions = 1 << 10
	PermSendMessages    Permissions = 1 << 11
	PermSendTTS         Permissions = 1 << 12
	PermManageMessages  Permissions = 1 << 13
	PermEmbedLinks      Permissions = 1 << 14
	PermAttachFiles     Permissions = 1 << 15
	PermReadHistory     Permissions = 1 << 16
	PermMentionEveryone Permissions = 1 << 17
	PermChangeNickname  Permissions = 1 << 26
	PermManageNicknames Permissions = 1 << 27
	PermManageRoles     Permissions = 1 << 28
	PermManageWebhooks  Permissions = 1 << 29
	PermUseCommands     Permissions = 1 << 31
	PermManageThreads   Permissions = 1 << 34
	PermPublicThreads   Permissions = 1 << 35
	PermPrivateThreads  Permissions = 1 << 36
	PermSendInThreads   Permissions = 1 << 38
	PermModerateMembers Permissions = 1 << 40
	PermSendPolls       Permissions = 1 << 49
	PermPinMessages     Permissions = 1 << 51
	PermBypassSlowmode  Permissions = 1 << 52
	allPermissions      Permissions = 1<<53 - 1
	timedOutPermissions             = PermViewChannel | PermReadHistory
	needsSending                    = PermEmbedLinks | PermAttachFiles | PermMentionEveryone | PermSendTTS
	DefaultEveryone                 = PermViewChannel | PermSendMessages | PermEmbedLinks | PermAttachFiles | PermReadHistory | PermAddReactions | PermChangeNickname | PermUseCommands | PermPublicThreads | PermPrivateThreads | PermSendInThreads | PermSendPolls
	overwriteRole                   = 0
	overwriteMember                 = 1
)

func (p Permissions) Has(q Permissions) bool { return p&q == q }

func (p Permissions) String() string { return strconv.FormatUint(uint64(p), 10) }

func (p Permissions) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

func (p *Permissions) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseUint(strings.Trim(string(b), `"`), 10, 64)
	if err != nil {
		return fmt.Errorf("%s is not a permission set", b)
	}
	*p = Permissions(n)
	return nil
}

// inGuild is what a member may do before any channel is looked at; zero for people who are not members.
func (w *world) inGuild(g *guild, user ID) Permissions {
	m := g.members[user]
	if m == nil {
		return 0
	}
	if g.owner == user {
		return allPermissions
	}
	p := g.roles[g.id].permissions
	for _, r := range m.roles {
		p |= g.roles[r].permissions
	}
	if p.Has(PermAdministrator) {
		return allPermissions
	}
	if m.timedOutUntil.After(w.now()) {
		p &= timedOutPermissions
	}
	return p
}

// inChannel is what a user may do in a channel. Without VIEW_CHANNEL that is nothing.
func (w *world) inChannel(c *channel, user ID) Permissions {
	if c.kind == channelDM {
		if c.recipients[0] == user || c.recipients[1] == user {
			return DefaultEveryone | PermPinMessages | PermSendPolls
		}
		return 0
	}
	g := w.guilds[c.guild]
	if g == nil || g.members[user] == nil {
		return 0
	}
	p := w.inGuild(g, user)
	if p.Has(PermAdministrator) {
		return p
	}
	place := c
	if c.thread != nil {
		if place = w.channels[c.parent]; place == nil {
			return 0
		}
	}
	p = overwritten(p, place, g.members[user])
	if g.members[user].timedOutUntil.After(w.now()) {
		p &= timedOutPermissions
	}
	if c.thread != nil {
		p = inThread(c, user, p)
	}
	return implied(p)
}

// inThread is what becomes of the parent's permissions. To send messages means here what it means in the thread, so
// that whoever asks need not know of threads.
func inThread(c *channel, user ID, p Permissions) Permissions {
	_, joined := c.thread.members[user]
	if c.kind == channelPrivateThread && !joined && !p.Has(PermManageThreads) {
		return 0
	}
	p &^= PermSendMessages
	if p.Has(PermSendInThreads) {
		p |= PermSendMessages
	}
	return p
}

// overwritten applies a channel's overwrites: @everyone, then all roles' denies before all roles' allows, then the member.
func overwritten(p Permissions, c *channel, m *member) Permissions {
	var allow, deny Permissions
	var own Overwrite
	for _, o := range c.overwrites {
		switch {
		case o.ID == c.guild:
			p = p&^o.Deny | o.Allow
		case o.Type == overwriteMember && o.ID == m.user:
			own = o
		case o.Type == overwriteRole && m.has(o.ID):
			allow, deny = allow|o.Allow, deny|o.Deny
		}
	}
	p = p&^deny | allow
	return p&^own.Deny | own.Allow
}

// implied takes away what is worth nothing without the permissions that are not there.
func implied(p Permissions) Permissions {
	if !p.Has(PermViewChannel) {
		return 0
	}
	if !p.Has(PermSendMessages) {
		p &^= needsSending
	}
	return p
}

// canSee says whether what happens in the channel reaches the user.
func (w *world) canSee(c *channel, user ID) bool { return w.inChannel(c, user).Has(PermViewChannel) }

// topPosition is the position of a member's highest role; the owner stands above every role.
func (g *guild) topPosition(user ID) int {
	if g.owner == user {
		return 1 << 30
	}
	top := 0
	if m := g.members[user]; m != nil {
		for _, r := range m.roles {
			top = max(top, g.roles[r].position)
		}
	}
	return top
}
