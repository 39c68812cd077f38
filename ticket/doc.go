// Package ticket is what a ticket is and what may happen to it. Start reading here.
//
// A member opens a ticket in a category, by a button on a panel or a command; a private channel appears with the staff
// of that category; everything said in it is kept; on close the opener and the log channel get a link to the
// transcript and the channel goes.
//
//	         Open              Close             everything archived
//	┌─────────┐   channel  ┌──────┐    ┌─────────┐    ┌────────┐
//	│ opening ├───────────►│ open ├───►│ closing ├───►│ closed │
//	└────┬────┘            └──┬───┘    └─────────┘    └────────┘
//	     │ Discord refused    │ channel deleted by hand    ▲
//	     ▼                    └────────────────────────────┘
//	  ┌──────┐
//	  │ void │
//	  └──────┘
//
// A verb is one file: open.go, claim.go, add_member.go, close.go. It reads top to bottom: who (an [Actor]), whether
// ([May], and the state), what (one transaction with the fact, its [Event] and its [Effect] rows). An effect is what has
// to be done to Discord because of the fact. The verb carries it out in the same breath; killed in between, a job does,
// and finds what the earlier try had done.
//
// Messages come in as [Sighting] values, in any order and any number of times; the store merges them to one archive.
// After a gap, [Service.MissedEvents] reads the channels' history and feeds it through the same door.
//
// The package knows nobody: it imports the standard library and asks for the rest through [Store], [Discord] and
// [Files].
package ticket
