// Package gateway is our ear at Discord: one connection for each shard that survives everything and hands each event
// on once, in order.
//
//	        Discord
//	           │ WebSocket, JSON, zstd-stream
//	           ▼
//	frames.go     one message = one frame, inflated into a buffer that is used again
//	           ▼
//	scan.go       op, t, s and the ids, read without decoding
//	           ▼
//	dispatch.go   Handler.Wants(kind, guild, channel)? ── no ──► counted, forgotten
//	           │ yes
//	           ▼
//	queue.go      a line for each channel (else guild), interactions at once, a bounded total
//	           ▼
//	handle.go     Handler.Handle, behind recover; returns when all it implies is committed
//	           ▼
//	point.go      the resume point: the highest sequence below which everything is committed
//	           ▼
//	session.go    States.Save, four times a second at most; the next process resumes there
//
// Around it: run.go keeps a connection up, door.go finds where to connect and guards the daily identifies, attempt.go
// is the conversation from HELLO to the end, heartbeat.go notices when Discord is gone, ending.go knows what each
// close code means.
//
// # What a caller may rely on
//
// Delivery is at least once: an event is lost only when Handle returns an error that is not of kind Unavailable, or
// panics; it is then counted, logged without its content and reported to OnLost. After a crash, events above the saved
// point come again. Within one process and session none comes twice.
//
// Order is kept within a key: the channel if the event names one, else the guild. An event whose key still has work is
// put behind it unasked, and Wants is asked when its turn comes, so that the handling of CHANNEL_CREATE can decide
// about the MESSAGE_CREATE that follows it.
//
// A session that could not be resumed has a gap before it. OnReady(false) says so, and until it returns nil nothing of
// the new session is saved: should the process die before, the next one identifies again and is told again.
//
// # What Discord asks of us
//
// A thousand IDENTIFYs a day, then the token is reset: the last fifty are never used. One IDENTIFY each five seconds
// for shards of the same shard_id % max_concurrency. Closing with 1000 or 1001 ends a session, so we never do.
package gateway
