// Package privacy keeps the policy's promises: its numbers, export, erasure, retention.
//
// A number that the policy promises has one home, promises.go; whoever needs it takes it from there, and a test compares
// the constants with the policy's text in policy.txt. To change a promise, change the text first.
//
// # A server's life
//
// The bot's time in a server is a membership, with a number (epoch) and the time of joining that Discord gave it. When
// it ends, what belongs to it is forgotten. When it has ended is decided here and nowhere else, in decide.go:
//
//	            a reason to think so                it is so               rows deleted
//	┌────────┐ ─────────────────────► ┌────────┐ ─────────────► ┌──────────┐ ────────► ┌──────────┐
//	│ active │                        │ sealed │                │ shredded │           │ departed │
//	└────────┘ ◄───────────────────── └────────┘                └──────────┘           └──────────┘
//	 ▲  reads and writes   it is not   nobody reads or writes;   the keys are gone,     only its number
//	 │                                 the keys are still there  and with them every    and its receipt
//	 └─ joined (another epoch begins)                            copy and backup        are left
//
// What is heard, and what follows for a membership that is active or sealed:
//
//	heard                                    active                      sealed
//	GUILD_DELETE, unavailable: true          nothing, for as long as it lasts: an outage
//	GUILD_DELETE without "unavailable"       seal (event), ask           nothing
//	GUILD_DELETE, unavailable: false         seal (unclear), ask         nothing
//	not in READY, not in the list of guilds  ask                         nothing
//	GUILD_CREATE, joined at the same time    nothing                     ask; not forgotten on the event alone any more
//	GUILD_CREATE, joined later               seal (rejoined), forget, begin another epoch
//	GUILD_CREATE, joined earlier             nothing: it comes late
//	asked: a member since the same time      nothing                     unseal: it was a mistake
//	asked: a member since later              seal (rejoined), forget, begin another epoch
//	asked: not a member (404, 403)           seal (absent), ask again    forget; sealed by such an answer: not for 30 s,
//	                                         in 30 s                     then forget
//	asked: no answer (5xx, time-out, 429)    ask again                   ask again; sealed by the event: forget after a minute
//
// "The same time" is less than a second apart: events and answers do not round alike.
//
// Asking and forgetting are jobs written in the transaction that seals, so that a crash only delays them. What has lost
// its keys is never opened again, and no epoch ever gets the number, or a key, of one before it.
package privacy
