package privacy_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/privacy"
	"ticketbot/ticket"
)

// TestForgottenWhileSealed: a seal may be a mistake, and is no reason to leave a name where it stands.
func TestForgottenWhileSealed(t *testing.T) {
	change := func(h *house, c privacy.Change) {
		_, err := h.ChangeMembership(t.Context(), serverA, func(privacy.Membership) privacy.Change { return c })
		check(t, err)
	}
	t.Run("by mistake: it goes on when that is known", func(t *testing.T) {
		h := newHouse(t)
		change(h, privacy.Change{Seal: privacy.EvidenceUnclear})
		asked, err := h.service().ForgetPerson(t.Context(), ada.ID)
		check(t, err)
		same(t, fault.KindOf(h.service().ContinueErasure(t.Context(), asked.Erasure)), fault.Unavailable)
		same(t, h.discord.having(hers), 3) // as many as in the other server, which does not wait
		change(h, privacy.Change{Unseal: true})
		check(t, h.service().ContinueErasure(t.Context(), asked.Erasure))
		same(t, h.discord.having(hers), 0)
	})
	t.Run("for good: there is nothing to wait for", func(t *testing.T) {
		h := newHouse(t)
		change(h, privacy.Change{Seal: privacy.EvidenceEvent})
		change(h, privacy.Change{Forget: true})
		h.forgotten(t)
		same(t, h.discord.having(hers), 3)
	})
}

// directMessages posts one to ada about a ticket of hers that bob closed, and one to bob about his, closed by ada.
func (h *house) directMessages(t *testing.T) (toBob, toAda ticket.MessageID) {
	t.Helper()
	ctx, g := t.Context(), h.guilds[0]
	toBob, toAda = h.discord.pin("to "+others+", closed by "+hers), h.discord.pin("to "+hers+", closed by "+others)
	check(t, h.InTx(ctx, g, func(tx ticket.Tx) error {
		if err := tx.AddPost(ctx, h.his[0].ID, ticket.Posted{Channel: 702, Message: toBob}, ticket.PostDirect); err != nil {
			return err
		}
		return tx.AddPost(ctx, h.hers[0].ID, ticket.Posted{Channel: dmRoom, Message: toAda}, ticket.PostDirect)
	}))
	return toBob, toAda
}

func TestDirectMessagesOfOthersStay(t *testing.T) {
	t.Run("without the name of who closed the ticket", func(t *testing.T) {
		h := newHouse(t)
		toBob, toAda := h.directMessages(t)
		h.forgotten(t)
		same(t, strings.HasPrefix(h.discord.says[toBob], "to "+others+", closed by "), true)
		same(t, h.discord.having(hers), 0)
		_, there := h.discord.says[toAda]
		same(t, there, false)
	})
	t.Run("as they are, if who only claimed the ticket is forgotten", func(t *testing.T) {
		h := newHouse(t)
		toBob, _ := h.directMessages(t)
		check(t, h.InTx(t.Context(), h.guilds[0], func(tx ticket.Tx) error {
			k, err := tx.LockTicket(t.Context(), h.his[0].ID)
			if err != nil {
				return err
			}
			k.Claimer, k.Closer, k.CloseReason = k.Closer, k.Opener, ""
			return tx.SaveTicket(t.Context(), k)
		}))
		h.discord.says[toBob] = "closed by himself"
		h.forgotten(t)
		same(t, h.discord.says[toBob], "closed by himself")
		same(t, h.discord.having(hers), 0)
	})
}

// TestNobodyThereToRead: a message that cannot be reached because its reader is gone is not one that Discord keeps.
func TestNobodyThereToRead(t *testing.T) {
	for _, gone := range []error{ticket.ErrDMClosed, ticket.ErrMemberGone, ticket.ErrChannelGone} {
		h := newHouse(t)
		h.discord.fail = func() error { return fmt.Errorf("delete message: %w", gone) }
		asked := h.forgotten(t)
		r, err := h.service().Receipt(t.Context(), ada.ID, asked.Receipt)
		check(t, err)
		if !strings.Contains(r.Statement, `"kept_on_discord":0`) {
			t.Errorf("%v: %s", gone, r.Statement)
		}
	}
}

func TestForgetTicketWhileDiscordIsAway(t *testing.T) {
	h := newHouse(t)
	ctx, g, k := t.Context(), h.guilds[0], h.ended(t)
	forget := func() error { return h.service().ForgetTicket(ctx, g, k.ID) }
	before := len(h.discord.says)
	h.discord.fail = func() error { return fault.New(fault.Unavailable, "discord.unavailable") }
	same(t, fault.KindOf(forget()), fault.Unavailable)
	posts, err := h.PostsOfTicket(ctx, g, k.ID)
	check(t, err)
	same(t, len(posts), 1)
	same(t, strings.Contains(h.readable(t)["0/1 answers"], hers), false) // its key does not wait
	same(t, h.rowsOf(t, k), 1)                                           // nor does anything but the place of the message
	_, err = os.Stat(filepath.Join(h.home.Dir, "files", h.files[0].Object))
	same(t, errors.Is(err, os.ErrNotExist), true)
	h.discord.fail = nil
	check(t, forget())
	same(t, len(h.discord.says), before-1)
	same(t, h.rowsOf(t, k), 0)

	// It does not wait forever, whatever the reason is.
	for _, away := range []error{fault.New(fault.Unavailable, "discord.unavailable"), fault.New(fault.Config, "discord.token")} {
		h = newHouse(t)
		g, k = h.guilds[0], h.ended(t)
		h.discord.fail = func() error { return away }
		for range 2 {
			same(t, fault.KindOf(forget()), fault.KindOf(away))
			h.clock.Advance(6 * 24 * time.Hour)
		}
		check(t, forget())
		same(t, h.rowsOf(t, k), 0)
		same(t, strings.Contains(h.logged.String(), "still on Discord"), true)
	}

	// What refuses for good keeps nothing.
	h = newHouse(t)
	g, k = h.guilds[0], h.ended(t)
	h.discord.fail = func() error { return fault.New(fault.Permission, "discord.not_allowed") }
	check(t, forget())
	same(t, h.rowsOf(t, k), 0)
}
