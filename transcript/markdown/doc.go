// Package markdown reads Discord's dialect of Markdown into a tree.
//
//	"**hi** ||\x000\x00||"  ──Parse──►  Bold[Text "hi"] Text " " Spoiler[Person 0]
//
// It knows no HTML: whoever shows the tree writes every leaf through an escaping writer.
//
// Discord's client matches regular expressions at each place, leftmost first, the nearest end wins, and then reads what
// is inside by itself. So does this package, but in linear time: a search for an end is remembered until the parser has
// passed it ([parser.next]), so that a text of a million openers without an end is searched once and not a million
// times. What is inside is read again once a level, and there are at most [maxDepth] levels.
//
// Reading order: parse.go (the loop and the table of characters), then a file a rule.
package markdown
