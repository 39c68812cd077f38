package transcript

import (
	"time"

	"ticketbot/ticket"
)

// Names says what a server calls things today. A look-up that fails shows "unknown", as Discord does.
type Names interface {
	// Role gives a role's name and colour, 0xRRGGBB; 0 is no colour.
	Role(ticket.RoleID) (name string, color int, ok bool)
	Channel(ticket.ChannelID) (name string, ok bool)
}

// Theme is dark or light; [ThemeAuto] follows the reader's system.
type Theme string

// The themes.
const (
	ThemeAuto  Theme = ""
	ThemeDark  Theme = "dark"
	ThemeLight Theme = "light"
)

// Options is what a page needs besides the conversation. All of it may be left out: what a nil function would show,
// the page shows as words.
//
// The functions give the addresses of pictures and files, or "" when there is none. The page trusts these addresses;
// everything that comes from the conversation it does not.
type Options struct {
	Server string // the server's name
	Icon   string // address of the server's icon
	Names  Names

	File    func(ticket.File) string              // our own copy, asked only for stored files
	Avatar  func(ticket.User) string              // of a person
	Emoji   func(id uint64, animated bool) string // of a server's own emoji
	Sticker func(ticket.Sticker) string           // of a sticker
	Remote  func(url string) string               // of a picture that lies elsewhere; nil shows a link, so that the page asks nobody
	Color   func(ticket.User) int                 // of the highest coloured role; nil takes the person's first one
	Zone    *time.Location                        // for the times shown; nil is UTC

	GeneratedAt   time.Time // for "3 hours ago" and the foot of the page
	SelfContained bool      // a file of its own: the policy goes into the page
	Theme         Theme
}
