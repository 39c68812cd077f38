package markdown

// Kind is what a node is.
type Kind uint8

// The kinds, and which fields of [Node] they use.
const (
	Text      Kind = iota // Text, with line breaks as they are
	Bold                  // Children
	Italic                // Children
	Underline             // Children
	Strike                // Children
	Spoiler               // Children
	Code                  // Text, which may hold marks of people
	CodeBlock             // Text as in Code; Language
	Link                  // URL; Children are the label, none when the address was written bare
	Person                // Number: index into the message's people, -1 when Discord's own mention was left in the text
	Role                  // ID
	Channel               // ID
	Everyone              // Text: @everyone or @here
	Command               // Text: the slash command's name
	Guide                 // Text: customize, browse, guide, home, linked-roles
	Emoji                 // a server's own: ID, Text is its name, Animated
	Time                  // Number: Unix seconds; Style: one of tTdDfFRsS
	Heading               // Number: 1 to 3; Children
	Subtext               // Children
	Quote                 // Children
	List                  // Number: the first item's number, -1 for bullets; Children are items
	Item                  // Children
)

// Node is one piece of a text.
type Node struct {
	Kind     Kind
	Style    byte
	Animated bool
	Number   int64
	ID       uint64
	Text     string
	URL      string // begins with http:// or https://; whoever shows it checks it again
	Language string
	Children []Node
}

// Block reports whether the node begins and ends a line of its own.
func (n Node) Block() bool {
	switch n.Kind {
	case CodeBlock, Heading, Subtext, Quote, List, Item:
		return true
	}
	return false
}
