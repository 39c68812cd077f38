// Package api is how the website speaks to us; routes.go is the table.
//
//	browser ─▶ guards (host, origin, size, headers) ─▶ routes ─┬─ pages:      the site, login, transcripts, files
//	                                                           └─ operations: JSON, described in openapi.json
//	                                                                  │
//	   who?      session cookie → user id                             ▼
//	   may they? Directory.Actor (the member as Discord has them now) → ticket.May
//
// # Logging in
//
//	/login          cookie = 32 random bytes L (this browser's), row = SHA-256(L) → PKCE verifier, where to return to
//	                state = another hash of L: nobody without the cookie can make one
//	Discord         asks the person
//	/auth/callback  state fits the cookie? take the row (once), exchange the code, begin a session, go back
//
// A session is 32 random bytes in a cookie; the database has their SHA-256 and the user's id, sealed. What Discord says
// about the user and their servers stays in memory for the five minutes that the policy allows, and is for display
// only: what somebody may do is never taken from it.
//
// # Transcripts
//
// Rendered when asked for, and sandboxed: the page runs nothing, and its origin is nobody's, so that a mistake in the
// renderer would still reach neither cookies nor this API. For the same reason its pictures are fetched without a
// cookie; their links carry a signature instead, bound to the session and the file, for a few minutes.
//
// A ticket that somebody may not see answers exactly as one that does not exist. Ids are 128 random bits, so that there
// is nothing to try.
//
// # Adding a route
//
// One line in routes.go, one file for the verb, one line in authorization_test.go (a test fails without it), then
// "make generate" for openapi.json.
package api
