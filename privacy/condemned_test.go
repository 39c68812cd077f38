package privacy_test

import (
	"testing"

	"ticketbot/privacy"
)

// TestAJobIsNoVerdict: a job to forget that was put off, and runs after its reason was taken back, destroys nothing.
func TestAJobIsNoVerdict(t *testing.T) {
	h := newHouse(t)
	ctx, svc := t.Context(), h.service()
	steps := []privacy.Change{
		{Seal: privacy.EvidenceEvent, Confirm: true}, {Forget: true}, {Doubt: true, Confirm: true},
	}
	for _, c := range steps {
		_, err := h.ChangeMembership(ctx, serverA, func(privacy.Membership) privacy.Change { return c })
		check(t, err)
	}
	check(t, svc.ForgetGuild(ctx, h.guilds[0]))
	m, err := h.LastMembership(ctx, serverA)
	check(t, err)
	if m.State != privacy.StateSealed || !m.Readable {
		t.Fatalf("in doubt, and forgotten: %+v", m)
	}
	_, err = h.ChangeMembership(ctx, serverA, func(privacy.Membership) privacy.Change { return privacy.Change{Forget: true} })
	check(t, err)
	check(t, svc.ForgetGuild(ctx, h.guilds[0]))
	if m, err = h.LastMembership(ctx, serverA); err != nil || m.State != privacy.StateDeparted {
		t.Fatalf("decided, and not forgotten: %+v %v", m, err)
	}
}
