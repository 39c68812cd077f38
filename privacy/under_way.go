package privacy

import (
	"context"
	"time"

	"ticketbot/ticket"
)

// UnderWay is a wish to be forgotten that has not come to its end.
type UnderWay struct {
	Receipt  string // the name of the receipt that there will be
	Asked    time.Time
	Stage    Stage
	KeysGone time.Time // zero: not yet
	Servers  int       // in which something was known of them; from StagePlanned on
	Waiting  int       // servers in which something is left to be deleted, here or on Discord
}

// UnderWay are a user's own wishes that have not come to their end, the newest first.
func (s *Service) UnderWay(ctx context.Context, user ticket.UserID) ([]UnderWay, error) {
	wishes, err := s.store.ErasuresUnderWay(ctx, user)
	if err != nil {
		return nil, err
	}
	all := make([]UnderWay, len(wishes))
	for i, e := range wishes {
		all[i] = UnderWay{Receipt: e.Receipt, Asked: e.AskedAt, Stage: e.Stage, KeysGone: e.Plan.KeysGone, Servers: len(e.Plan.Known)}
		for _, k := range e.Plan.Known {
			if !k.Done {
				all[i].Waiting++
			}
		}
	}
	return all, nil
}
