package api

import (
	"net/http"
	"slices"
	"strings"

	"ticketbot/privacy"
)

// policyPart is a heading of the policy and what stands under it.
type policyPart struct {
	Heading string
	Anchor  string
	Under   bool // it belongs to the part before
	Blocks  []policyBlock
}

// policyBlock is a paragraph, or a list.
type policyBlock struct {
	Text  string
	Items []policyItem
}

// policyItem is a line of a list; Name is what stands before its colon.
type policyItem struct{ Name, Text string }

// subordinateHeadings are the headings that belong to the one before them; the text itself has one level.
var subordinateHeadings = []string{
	"When You Invite TicketBot to Your Server", "Cache Duration", "When You Create or Close a Ticket",
	"When You Use the Web Dashboard", "Database Storage", "Cache Storage",
}

// policyPage is the policy for anybody to read.
func (s *Server) policyPage(w http.ResponseWriter, _ *http.Request) error {
	return s.show(w, "privacy.html", struct {
		Date  string
		Parts []policyPart
	}{privacy.PolicyDate, readPolicy(privacy.Policy())})
}

// readPolicy finds headings, paragraphs and lists: a heading is a line that ends without a mark.
func readPolicy(text string) []policyPart {
	var parts []policyPart
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line == "Privacy Policy" || strings.HasPrefix(line, "Last Updated:"):
		case strings.HasPrefix(line, "•"):
			last := &parts[len(parts)-1]
			if n := len(last.Blocks); n == 0 || last.Blocks[n-1].Items == nil {
				last.Blocks = append(last.Blocks, policyBlock{})
			}
			list := &last.Blocks[len(last.Blocks)-1]
			list.Items = append(list.Items, itemOf(strings.TrimLeft(line, "• ")))
		case !strings.ContainsAny(line[len(line)-1:], ".:"):
			parts = append(parts, policyPart{Heading: line, Anchor: anchor(line), Under: slices.Contains(subordinateHeadings, line)})
		default:
			last := &parts[len(parts)-1]
			last.Blocks = append(last.Blocks, policyBlock{Text: line})
		}
	}
	return parts
}

func itemOf(line string) policyItem {
	if name, text, ok := strings.Cut(line, ": "); ok {
		return policyItem{name, text}
	}
	return policyItem{"", line}
}

// anchor is a heading in an address.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r == ' ', r == '-':
			return '-'
		}
		return -1
	}, strings.ToLower(heading))
}
