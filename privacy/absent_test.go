package privacy_test

import (
	"testing"
	"time"

	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

// TestAbsence: where no event told of an end, one answer that says so is not believed.
func TestAbsence(t *testing.T) {
	w := newInstallation(t)
	ctx := t.Context()
	begin := storetest.Start.Add(-time.Hour)
	t.Run("once said not to be there, it is denied at once, and forgotten when that is said again", func(t *testing.T) {
		g := w.fresh(t, 1, begin)
		delete(w.discord.since, g.ID)
		check(t, w.svc.Ready(ctx, nil, func(id ticket.GuildID) bool { return id == g.ID }))
		same(t, w.work(t), 0)
		w.want(t, g, "sealed")
		same(t, w.ended, []ticket.Guild{g})
		var waits time.Duration
		check(t, w.Pool().QueryRow(ctx, "select scheduled_at - $1 from river.river_job where queue = 'privacy'", w.clock.Now()).Scan(&waits))
		same(t, waits, 30*time.Second)
		w.clock.Advance(29 * time.Second)
		check(t, w.svc.Sweep(ctx)) // which finds it sealed, and has it asked about
		same(t, w.work(t), 2)
		w.want(t, g, "sealed")
		w.discord.fails = errAway // no answer is none
		w.clock.Advance(time.Hour)
		same(t, w.work(t), 1)
		w.want(t, g, "sealed")
		w.discord.fails = nil
		same(t, w.work(t), 0)
		w.settle(t)
		w.want(t, g, "gone")
	})
	t.Run("said not to be there by mistake, it goes on with the first answer that says so", func(t *testing.T) {
		id := ticket.GuildID(1)
		for name, notice := range map[string]func(ticket.Guild){
			"asked again": func(ticket.Guild) { same(t, w.work(t), 0) },
			"announced":   func(g ticket.Guild) { _, err := w.svc.Joined(ctx, g.ID, begin, ada.ID); check(t, err) },
		} {
			id++
			g := w.fresh(t, id, begin)
			delete(w.discord.since, g.ID)
			check(t, w.svc.Sweep(ctx))
			w.work(t)
			w.want(t, g, "sealed")
			w.discord.since[g.ID] = begin.Add(time.Millisecond / 2)
			notice(g)
			if w.want(t, g, "active"); t.Failed() {
				t.Fatal(name)
			}
			same(t, w.back, []ticket.GuildID{g.ID})
			w.settle(t)
			w.want(t, g, "active")
			delete(w.discord.since, g.ID) // and much later, one more mistake, which the earlier does not count for
			w.clock.Advance(time.Hour)
			check(t, w.svc.Sweep(ctx))
			same(t, w.work(t), 0)
			w.want(t, g, "sealed")
			same(t, w.work(t), 1)
			w.discord.since[g.ID] = begin
			w.settle(t)
			w.want(t, g, "active")
		}
	})
}
