package store_test

import (
	"testing"

	"ticketbot/internal/fault"
	"ticketbot/store/storetest"
)

func TestClaimBot(t *testing.T) {
	s := storetest.New(t)
	must(t, s.ClaimBot(t.Context(), 11))
	must(t, s.ClaimBot(t.Context(), 11))
	if err := s.ClaimBot(t.Context(), 12); fault.KindOf(err) != fault.Config {
		t.Errorf("another bot's token is taken: %v", err)
	}
}
