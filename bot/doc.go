// Package bot is what an event or a click means: it turns what Discord sends into the verbs of package ticket, and
// their outcome into what a person reads.
//
//	INTERACTION_CREATE ─► interaction.go  read it, leniently
//	                           ▼
//	                      routes.go       which verb? who, in which guild, in which ticket's channel
//	                           ▼
//	                      open_ticket.go, claim_ticket.go, …   one file a verb ─► ticket.Service
//	                           ▼
//	                      reply.go        an outcome or an error as one sentence
//	                           ▼
//	                      answer.go       callback, or deferral and edit when 2 s have passed
//
//	MESSAGE_* ──────────► record_messages.go ─► ticket.Record
//	GUILD_*, CHANNEL_*, THREAD_* ─► guild_events.go ─► tenancy, the set of ticket channels
//
// routes.go is the table of everything that a person can type or press, and of every event that is listened to. A new
// button is a line there, a file here and a verb in package ticket.
//
// Custom ids are "v1:verb" or "v1:verb:argument". Messages outlive releases, so a button of an unknown version or verb
// is answered with a sentence and never with silence. Who may do what is decided by ticket.May alone; what Discord
// hides in its client (commands by permission, channels by overwrite) is convenience.
//
// The package speaks to Discord through [Replier] and knows guilds through [Tenants]; it holds no state but what
// package ticket holds.
package bot
