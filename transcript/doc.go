// Package transcript writes a conversation as a page that looks like Discord, as JSON, and as plain text.
//
//	ticket.Conversation ─┐
//	Options (addresses,  ├─► Render ─► page ─► html ─► io.Writer
//	names, zone, theme) ─┘             │  ▲
//	                                   │  └ text.go writes the tree
//	                                   └──► markdown.Parse reads the text
//
// A page is rendered when somebody asks for it and is never stored, so that a person can be forgotten without rewriting
// anything: names and pictures are looked up while writing, and whoever was erased is a "Deleted user".
//
// Everything a member, a bot or a webhook wrote is hostile. Four things keep it harmless:
//
//   - html.go is the only file that writes markup. Tags, classes and attribute names are constants of the source, by
//     their types; every value goes through the escaper.
//   - An address from the conversation becomes a link only through [webLink]: http or https, parsed, with a host.
//   - The page has no script, no form, no foreign font and asks no foreign server. There is one <style>, always the
//     same, and no style attribute, so that [Policy] can name the style by its hash and forbid the rest.
//   - [Policy] asks the browser for a sandbox besides.
//
// Reading order: render.go (the page), conversation.go (which message starts a group), message.go, then a file for each
// thing a message can hold.
package transcript
