package api

// routes is everything that a browser can ask for. The grouping is for readers: whether somebody is logged in is
// checked here, and what they may see is decided by ticket.May.
func routes() []route {
	return []route{
		// Anybody.
		{"GET", "/{$}", anybody, page((*Server).landing)},
		{"GET", "/assets/{file...}", anybody, page((*Server).asset)},
		{"GET", "/favicon.ico", anybody, page((*Server).icon)},
		{"GET", "/login", anybody, page((*Server).login)},
		{"GET", "/auth/callback", anybody, page((*Server).finishLogin)},

		// Whoever is logged in, about themselves.
		{"GET", "/tickets", person, page((*Server).ticketsPage)},
		{"GET", "/api/me", person, operation("me", "Who is logged in", (*Server).me)},
		{"POST", "/api/logout", person, operation("logout", "End the session", (*Server).logout)},
		{"GET", "/api/me/tickets", person, operation("myTickets", "The tickets that I opened, newest first", (*Server).myTickets)},

		// Whoever may read the ticket.
		{"GET", "/api/tickets/{id}", person, operation("ticket", "A ticket in short", (*Server).showTicket)},
		{"GET", "/t/{id}", person, page((*Server).shortLink)},
		{"GET", "/transcripts/{id}", person, page((*Server).readTranscript)},

		// Whoever has a link that a transcript gave them.
		{"GET", "/transcripts/{id}/files/{attachment}", anybody, page((*Server).serveFile)},
	}
}

type route struct {
	method, path string
	who          access
	mount        endpoint
}

type access int

const (
	anybody access = iota
	person         // logged in: pages send others to log in, operations answer 401
)
