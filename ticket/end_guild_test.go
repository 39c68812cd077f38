package ticket_test

import (
	"context"
	"log/slog"
	"testing"

	"ticketbot/internal/fault"
	"ticketbot/ticket"
)

// waiting is a Discord that does not answer a welcome message before its caller gives up.
type waiting struct {
	*moody
	asked chan struct{}
}

func (w *waiting) PostWelcome(ctx context.Context, _ ticket.Welcome, _ ticket.EffectID, _ bool) (ticket.MessageID, error) {
	close(w.asked)
	<-ctx.Done()
	return 0, ctx.Err()
}

func TestEndGuild(t *testing.T) {
	d := newDesk(t)
	slow := &waiting{d.discord, make(chan struct{})}
	d.Service = ticket.New(d.store, slow, nil, d.clock, slog.New(slog.DiscardHandler))
	opened := make(chan error, 1)
	go func() {
		_, err := d.open()
		opened <- err
	}()
	<-slow.asked
	if len(d.Rooms().All(d.guild.ID)) != 1 {
		t.Fatal("the channel is not listened to, so nothing can end")
	}
	d.EndGuild(ticket.Guild{ID: d.guild.ID + 1})
	d.EndGuild(ticket.Guild{ID: d.guild.ID, Epoch: d.guild.Epoch + 1})
	select {
	case err := <-opened:
		t.Fatalf("another membership's end broke it off: %v", err)
	default:
	}
	d.EndGuild(d.guild)
	if err := <-opened; fault.KindOf(err) != fault.NotFound {
		t.Errorf("what was under way ended with %v", err)
	}
	if rooms := d.Rooms().All(d.guild.ID); len(rooms) > 0 {
		t.Errorf("still listening to %v", rooms)
	}
}
