// Package capture reads Discord's payloads about messages and people into the domain's own words.
//
//	MESSAGE_CREATE, MESSAGE_UPDATE ─┐
//	GET …/messages (history)        ├─► Message, Edited ─► ticket.Sighting ─► ticket.Record
//	MESSAGE_DELETE, …_DELETE_BULK ──┴─► Deleted ─────────►
//
// It is lenient where Discord is free to change: a field of an unexpected type counts as absent, an id may be a string
// or a number, a component of an unknown type keeps its number. A payload is refused only if it cannot be kept at all:
// it is no JSON object, names no message, or has no author.
//
// And it normalises people. No raw payload is stored: whoever occurs in one (author, mentions, author of the message
// replied to, user of the command) becomes an index into the sighting's list of users, and mentions inside texts become
// [ticket.Mention] marks, so that a person can be forgotten later without rewriting what others said.
package capture
