package ticket

import "time"

// EffectKind is something to be done to Discord because of a fact in the database.
type EffectKind string

const (
	EffectOpenChannel   EffectKind = "open_channel"   // make the channel, greet, and open the ticket
	EffectShowClaim     EffectKind = "show_claim"     // say in the welcome message who has it
	EffectGrant         EffectKind = "grant"          // let a person into the channel
	EffectRevoke        EffectKind = "revoke"         // show a person out
	EffectFinish        EffectKind = "finish"         // archive what is missing, then close
	EffectLog           EffectKind = "log"            // tell the log channel
	EffectTell          EffectKind = "tell"           // tell the opener by DM
	EffectDeleteChannel EffectKind = "delete_channel" // the last step of a close
	EffectPostPanel     EffectKind = "post_panel"
)

// Effect is a row written with the fact it follows from. It is carried out in the same breath, and by a job if that
// breath was cut short; each kind finds its own earlier work, so doing it twice does it once.
type Effect struct {
	ID       EffectID
	Guild    Guild
	Ticket   ID
	Kind     EffectKind
	Attempts int // how often it has been begun, this time included
	At       time.Time
	Detail   EffectDetail // sealed
}

// EffectDetail is what an effect has to know besides its ticket.
type EffectDetail struct {
	User  UserID  `json:"user,omitempty"`  // grant, revoke
	Panel PanelID `json:"panel,omitempty"` // post_panel
	Note  string  `json:"note,omitempty"`  // why an effect ended without being done, for people
}
