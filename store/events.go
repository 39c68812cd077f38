package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"ticketbot/keys"
	"ticketbot/store/db"
	"ticketbot/ticket"
)

// Append keeps an event under the guild's next number, chained to the one before. The counter's row stays locked until
// the transaction ends, so the order of numbers is the order of commits.
func (t *tx) Append(ctx context.Context, e ticket.Event) error {
	counter, err := t.s.q.LockCounter(ctx, t.tx, db.LockCounterParams{GuildID: t.g.ID, Epoch: t.g.Epoch})
	if err != nil {
		return explain("number an event", err)
	}
	e.Seq = counter.LastEvent + 1
	e.At = e.At.UTC().Truncate(time.Microsecond)
	row := db.InsertEventParams{
		GuildID: t.g.ID, Epoch: t.g.Epoch, Seq: e.Seq, Verb: e.Verb, TicketID: orNil(e.Ticket), Person: orNil(e.Person), At: e.At,
	}
	if e.Detail != (ticket.EventDetail{}) {
		if row.Detail, err = t.sealEvent(ctx, e); err != nil {
			return err
		}
	}
	row.Hash = chain(counter.LastHash, row)
	if err := t.s.q.InsertEvent(ctx, t.tx, row); err != nil {
		return explain("keep an event", err)
	}
	next := db.SaveCounterParams{LastEvent: e.Seq, LastHash: row.Hash, GuildID: t.g.ID, Epoch: t.g.Epoch}
	return explain("keep an event", t.s.q.SaveCounter(ctx, t.tx, next))
}

func (t *tx) sealEvent(ctx context.Context, e ticket.Event) ([]byte, error) {
	number, err := t.numberOf(ctx, e.Ticket)
	if err != nil {
		return nil, err
	}
	path, err := t.pathOf(ctx, e.Person)
	if err != nil {
		return nil, err
	}
	ref, err := eventPlace(t.g, e.Seq, number, path)
	if err != nil {
		return nil, err
	}
	return t.s.seal(ref, e.Detail)
}

// eventPlace: the detail goes with the ticket (number 0: none) and with whoever did it; without both, with the guild.
func eventPlace(g ticket.Guild, seq int64, number uint32, personPath []byte) (keys.Ref, error) {
	ref := place(g, keys.FieldEvent, uint64(seq))
	if number != 0 {
		ref = ofTicket(ref, number)
	}
	return ofPerson(ref, personPath)
}

// numberOf is a ticket's number; 0 for no ticket.
func (t *tx) numberOf(ctx context.Context, id ticket.ID) (uint32, error) {
	if id == 0 {
		return 0, nil
	}
	n, err := t.s.q.TicketNumber(ctx, t.tx, db.TicketNumberParams{GuildID: t.g.ID, Epoch: t.g.Epoch, ID: id})
	return n, found("find a ticket's number", noTicket, err)
}

// chain is SHA-256 over the hash before and every column, each with its length or of fixed size. It covers the sealed
// detail as it is stored, so it can be checked without any key.
func chain(before []byte, row db.InsertEventParams) []byte {
	h := sha256.New()
	h.Write(before)
	number := func(v uint64) { h.Write(binary.BigEndian.AppendUint64(nil, v)) }
	text := func(b []byte) {
		number(uint64(len(b)))
		h.Write(b)
	}
	number(uint64(row.GuildID))
	number(uint64(row.Epoch))
	number(uint64(row.Seq))
	text([]byte(row.Verb))
	number(uint64(orZero(row.TicketID)))
	number(uint64(orZero(row.Person)))
	number(uint64(row.At.UnixMicro()))
	text(row.Detail)
	return h.Sum(nil)
}

// EventsAfter reads a guild's events after number seq, in order, at most max.
func (s *Store) EventsAfter(ctx context.Context, g ticket.Guild, seq int64, max int) ([]ticket.Event, error) {
	rows, err := s.q.EventsAfter(ctx, s.pool, db.EventsAfterParams{GuildID: g.ID, Epoch: g.Epoch, Seq: seq, Max: int32(max)})
	if err != nil {
		return nil, explain("read events", err)
	}
	events := make([]ticket.Event, len(rows))
	for i, r := range rows {
		e := r.Event
		events[i] = ticket.Event{Seq: e.Seq, Verb: e.Verb, Ticket: orZero(e.TicketID), Person: orZero(e.Person), At: e.At}
		ref, err := eventPlace(g, e.Seq, uint32(r.TicketNumber), r.PersonPath)
		if err != nil {
			return nil, err
		}
		if err := s.unsealOlder(ref, e.Detail, &events[i].Detail); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// CheckEvents follows a guild's chain of events from the first to the last. It returns how many are whole, and the
// number of the first that is not what was written there, or 0. Of an event whose ticket was forgotten only the digest is
// left to go by: what follows it, and the guild's counter at the end, still hang on it.
func (s *Store) CheckEvents(ctx context.Context, g ticket.Guild) (whole, broken int64, err error) {
	first := firstHash(g)
	before := first[:]
	end, err := s.q.ChainEnd(ctx, s.pool, db.ChainEndParams{GuildID: g.ID, Epoch: g.Epoch})
	if err != nil {
		return 0, 0, found("check events", "store.guild_gone", err)
	}
	for {
		rows, err := s.q.EventsAfter(ctx, s.pool, db.EventsAfterParams{GuildID: g.ID, Epoch: g.Epoch, Seq: whole, Max: 1000})
		if err != nil {
			return whole, 0, explain("check events", err)
		}
		for _, r := range rows {
			if r.Event.Seq != whole+1 || !isLink(before, r.Event) {
				return whole, r.Event.Seq, nil
			}
			whole, before = r.Event.Seq, r.Event.Hash
			if whole == end.LastEvent && !bytes.Equal(before, end.LastHash) {
				return whole - 1, whole, nil
			}
		}
		if len(rows) > 0 {
			continue
		}
		if whole < end.LastEvent {
			return whole, whole + 1, nil
		}
		return whole, 0, nil
	}
}

// isLink says whether e is what was written after before.
func isLink(before []byte, e db.Event) bool {
	if e.Erased {
		return e.TicketID == nil && e.Person == nil && e.Detail == nil
	}
	hash := chain(before, db.InsertEventParams{
		GuildID: e.GuildID, Epoch: e.Epoch, Seq: e.Seq, Verb: e.Verb, TicketID: e.TicketID, Person: e.Person, At: e.At, Detail: e.Detail,
	})
	return bytes.Equal(hash, e.Hash)
}
