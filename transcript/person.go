package transcript

import (
	"cmp"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"ticketbot/internal/say"
	"ticketbot/ticket"
)

// voice is a person as the page shows them.
type voice struct {
	name   string
	tip    string // what the name shows when pointed at
	avatar string // address; "" shows the initial
	color  int    // 0xRRGGBB; 0 is none
	app    bool
	erased bool
	hue    name // colour behind the initial
}

var hues = [...]name{"hue0", "hue1", "hue2", "hue3", "hue4", "hue5"}

// person is how id is shown. It is worked out once a page.
func (p *page) person(id ticket.PersonID) *voice {
	if v, known := p.voices[id]; known {
		return v
	}
	v := p.look(id)
	p.voices[id] = v
	return v
}

func (p *page) look(id ticket.PersonID) *voice {
	who, known := p.c.People[id]
	if !known {
		return &voice{name: say.T("transcript.person.unknown"), hue: "nobody"}
	}
	if who.Erased {
		return &voice{name: p.erasedName(id), erased: true, hue: "nobody"}
	}
	u := who.Profile
	v := &voice{name: cmp.Or(u.DisplayName(), say.T("transcript.person.unknown")), tip: u.Username, app: u.Bot || u.Webhook}
	v.hue = hues[uint64(u.ID>>22)%uint64(len(hues))]
	v.color = p.color(u)
	if p.o.Avatar != nil {
		v.avatar = p.o.Avatar(u)
	}
	return v
}

// erasedName tells several erased people apart, on this page and nowhere else.
func (p *page) erasedName(id ticket.PersonID) string {
	var erased []ticket.PersonID
	for other, who := range p.c.People {
		if who.Erased {
			erased = append(erased, other)
		}
	}
	if len(erased) < 2 {
		return say.T("transcript.person.erased")
	}
	slices.Sort(erased)
	return say.T("transcript.person.erased_nth", "n", slices.Index(erased, id)+1)
}

func (p *page) color(u ticket.User) int {
	if p.o.Color != nil {
		return p.o.Color(u)
	}
	if p.o.Names == nil {
		return 0
	}
	for _, r := range u.Roles {
		if _, color, ok := p.o.Names.Role(r); ok && color != 0 {
			return color
		}
	}
	return 0
}

// at is the person that an index in a message means.
func (p *page) at(s *said, i int) *voice {
	if i < 0 || i >= len(s.people) {
		return p.person(0)
	}
	return p.person(s.people[i])
}

// colored colours what is inside. Colours come from the server's roles and embeds, so no class can name them; a style
// attribute would need 'unsafe-inline' in the policy; <font> is old, but a policy does not concern it. The style picks
// the colour up as currentColor.
func (p *page) colored(color int) (end func()) {
	if color <= 0 || color > 0xFFFFFF {
		return func() {}
	}
	return p.in("font", attr{"color", fmt.Sprintf("#%06x", color)})
}

// named writes a name in its colour, kept apart from the text around it: a name may change the direction of writing.
func (p *page) named(v *voice) {
	defer p.colored(v.color)()
	p.leaf("bdi", v.name, class("name", when(v.erased, "erased")), title(v.tip))
}

// portrait writes an avatar, or the initial on a colour.
func (p *page) portrait(v *voice, size int) {
	if v.avatar != "" {
		p.void("img", class("avatar"), attr{"src", v.avatar}, attr{"alt", ""}, number("width", size), number("height", size), attr{"loading", "lazy"})
		return
	}
	p.leaf("span", initial(v.name), class("avatar", v.hue), attr{"aria-hidden", "true"})
}

func initial(s string) string {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return string(unicode.ToUpper(r))
		}
	}
	if r, _ := utf8.DecodeRuneInString(s); s != "" && unicode.IsPrint(r) {
		return string(r)
	}
	return "?"
}

// tagged writes the mark of a bot or a webhook, outside of what its owner can name.
func (p *page) tagged(v *voice) {
	if v.app {
		p.leaf("span", say.T("transcript.person.app"), class("tag"))
	}
}
