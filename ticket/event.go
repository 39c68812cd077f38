package ticket

import "time"

// Event says that a verb happened. It is appended in the verb's own transaction; the store gives it the guild's next
// sequence number under the guild's row lock, so that order of numbers is order of commits, and the hash of the row
// before. Audit log, timeline and live updates are all read from it.
type Event struct {
	Seq    int64
	Verb   Verb
	Ticket ID       // 0: about the guild
	Person PersonID // who did it; 0: the system
	At     time.Time
	Detail EventDetail // sealed
}

// EventDetail is what a reader of the timeline wants to know besides.
type EventDetail struct {
	Subject PersonID `json:"subject,omitempty"` // who was added or removed
	Text    string   `json:"text,omitempty"`    // the reason
}
