package ticket

import (
	"slices"

	"ticketbot/internal/fault"
)

// Verb is something that may happen to a ticket or a guild's settings. Its text is stored in events; never rename one.
type Verb string

const (
	VerbSetup       Verb = "setup"
	VerbOpen        Verb = "open"
	VerbClaim       Verb = "claim"
	VerbAdd         Verb = "add"
	VerbRemove      Verb = "remove"
	VerbClose       Verb = "close"
	VerbRead        Verb = "read" // the transcript
	VerbChannelGone Verb = "channel_gone"
	VerbVoid        Verb = "void"
)

// Actor is who wants something, with what is true of them at this moment: roles and permissions come from the
// interaction or from a fresh member look-up, never from a login's claims.
type Actor struct {
	User   User
	Person PersonID // in the guild at hand; 0: never met there
	Roles  []RoleID
	Admin  bool // owner, ADMINISTRATOR or MANAGE_GUILD
	Gone   bool // not a member of the guild any more
}

// Staff reports whether the actor answers tickets of c.
func (a Actor) Staff(c *Category) bool {
	return !a.Gone && c != nil && slices.ContainsFunc(a.Roles, func(r RoleID) bool { return slices.Contains(c.StaffRoles, r) })
}

// May says whether a may do v to t, a ticket of category c; nil means yes. It is the only place where that is decided,
// for Discord and for the dashboard. t and c are nil for verbs about the guild.
func May(a Actor, v Verb, t *Ticket, c *Category) error {
	team := a.Staff(c) || (a.Admin && !a.Gone)
	opener := t != nil && t.Opener != 0 && t.Opener == a.Person
	switch v {
	case VerbSetup:
		return unless(a.Admin && !a.Gone, "ticket.may.setup")
	case VerbOpen:
		return unless(!a.User.Bot && !a.Gone, "ticket.may.open")
	case VerbClaim, VerbAdd, VerbRemove:
		return unless(team, "ticket.may.staff_only")
	case VerbClose:
		return unless(team || (opener && !a.Gone), "ticket.may.close")
	case VerbRead:
		// A member keeps the right to their own conversation after leaving; to everybody else it does not exist.
		if team || opener {
			return nil
		}
		return fault.New(fault.NotFound, "ticket.not_found")
	}
	return fault.New(fault.Forbidden, "ticket.may.never")
}

func unless(allowed bool, key string) error {
	if allowed {
		return nil
	}
	return fault.New(fault.Forbidden, key)
}
