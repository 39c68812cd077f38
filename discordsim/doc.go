// Package discordsim is a small, strict Discord on this machine: REST, gateway, OAuth2 and CDN on one listener,
// people on another.
//
//	bot, dashboard                                     people, tests
//	     │ REST  gateway  OAuth2  CDN                       │ Go methods (person.go), control API
//	     ▼                                                  ▼
//	routes.go ── rest_*.go ──────┐               ┌── person.go, control.go
//	gateway.go ── session.go     │               │
//	     ▲                       ▼               ▼
//	     │                  one mutex: world.go, changed by post.go, channels.go, guilds.go, interactions.go
//	     └── dispatch.go ◄───────┘       every change is also one line of oracle.go
//
//	what goes wrong: trouble.go (connections), guildlife.go (a bot and a guild), restfaults.go (requests)
//
// It imports nothing of the program it is used to test, so that a wrong idea of Discord cannot hide by being made twice.
//
// # What is imitated
//
// REST v10, v9 and unversioned, with Discord's error codes and nested form errors; permissions with overwrites, threads
// and time-outs; buckets and the global limit; the gateway with none, zlib-stream, zstd-stream and per-payload zlib
// compression, RESUME with replay, close codes, shards and intents; slash commands, components (classic and V2), modals,
// with the 3 second and 15 minute deadlines; commands in menus, and suggestions; polls and forwards; OAuth2 with PKCE; attachments under signed links that expire. All deadlines
// run on a clock that [Server.Advance] moves. Heartbeats alone follow the machine's clock, since clients send them by it.
//
// # What is not
//
// In an outage of a guild only bots are cut off; people go on. What a kick does to interactions that are under way is not
// documented by Discord: here their tokens stay good. A command's integration_types are checked and kept, and everybody
// counts as having installed it.
//
// Voice, presence, invites, audit log, automod, stickers, user-installed applications, entitlements and
// interactions over HTTP. Bucket sizes are not documented by Discord; those of ratelimit_buckets.go are not measured.
// Like Discord, channels themselves are sent to bots whether or not they can view them; what happens inside is not.
//
// # Guardrails
//
// It binds to loopback addresses only, accepts only tokens with a part "sim" and says on each page what it is.
package discordsim
