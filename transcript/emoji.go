package transcript

import (
	"strings"

	"ticketbot/transcript/markdown"
)

// maxLarge is how many emoji a message may hold to show them large.
const maxLarge = 30

// emoji writes a server's own emoji.
func (p *page) emoji(n *markdown.Node) {
	shown := ":" + n.Text + ":"
	source := ""
	if p.o.Emoji != nil {
		source = p.o.Emoji(n.ID, n.Animated)
	}
	if source == "" {
		p.leaf("span", shown, class("emoji-name"))
		return
	}
	p.void("img", class("emoji"), attr{"src", source}, attr{"alt", shown}, title(shown), attr{"loading", "lazy"})
}

// onlyEmoji reports whether a text is nothing but a few emoji, which Discord shows large.
func onlyEmoji(nodes []markdown.Node) bool {
	count := 0
	for i := range nodes {
		switch n := &nodes[i]; n.Kind {
		case markdown.Emoji:
			count++
		case markdown.Text:
			found, only := countEmoji(n.Text)
			if !only {
				return false
			}
			count += found
		default:
			return false
		}
	}
	return 0 < count && count <= maxLarge
}

// countEmoji counts the pictures in s, and says whether there is nothing else. Of pictures made of several characters
// (a flag, a family, a tone of skin) it may count the parts; the limit is only about looks.
func countEmoji(s string) (n int, only bool) {
	if len(s) > 64*maxLarge {
		return 0, false
	}
	for _, r := range s {
		switch {
		case strings.ContainsRune(" \n\u200d\ufe0f\u20e3", r), 0x1F3FB <= r && r <= 0x1F3FF, 0xE0020 <= r && r <= 0xE007F:
		case picture(r):
			n++
		default:
			return 0, false
		}
	}
	return n, true
}

func picture(r rune) bool {
	switch {
	case 0x1F000 <= r && r <= 0x1FAFF, 0x2600 <= r && r <= 0x27BF, 0x2B05 <= r && r <= 0x2B55, 0x2300 <= r && r <= 0x23FF:
		return true
	case r == 0x3030, r == 0x303D, r == 0x3297, r == 0x3299, 0x2190 <= r && r <= 0x21FF, 0x25A0 <= r && r <= 0x25FF:
		return true
	}
	return false
}
