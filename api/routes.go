package api

import "net/http"

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
		{"GET", "/privacy", anybody, page((*Server).policyPage)},
		{"GET", "/receipts/key", anybody, page((*Server).publicKey)},

		// Whoever is logged in, about themselves.
		{"GET", "/tickets", person, page((*Server).ticketsPage)},
		{"GET", "/api/me", person, operation("me", "Who is logged in", (*Server).me)},
		{"POST", "/api/logout", person, operation("logout", "End the session", (*Server).logout)},
		{"GET", "/api/me/tickets", person, operation("myTickets", "The tickets that I opened, newest first", (*Server).myTickets)},
		{"GET", "/api/me/receipts", person, operation("myReceipts", "What was deleted for me, newest first", (*Server).myReceipts)},
		{"GET", "/api/me/receipts/{id}", person, operation("receipt", "A receipt of mine, as it was signed", (*Server).showReceipt)},
		{"GET", "/receipts/{id}", person, page((*Server).receiptPage)},
		{"POST", "/api/me/erase", person, operation("eraseMe", "Begin to delete all that is kept about me", (*Server).eraseMe, http.StatusAccepted)},

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
