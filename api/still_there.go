package api

import (
	"context"

	"ticketbot/internal/fault"
	"ticketbot/ticket"
)

// stillThere is asked once an answer is ready and before it is sent: what was read may have been forgotten meanwhile, and
// then half of it is missing. Nothing remembered answers it.
func (s *Server) stillThere(ctx context.Context, t *ticket.Ticket) error {
	now, err := s.Tickets.TicketByPublicID(ctx, t.PublicID)
	if fault.KindOf(err) == fault.NotFound || err == nil && (now.Guild != t.Guild || now.ID != t.ID) {
		return fault.New(fault.NotFound, "ticket.not_found")
	}
	return err
}
