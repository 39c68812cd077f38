package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"ticketbot/keys"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

// findSince finds out who of these was forgotten before. Whoever plans to forget one of them waits until this transaction
// ends: else it would not find the row that is about to be written, which does not know of the wish.
func (s *Store) findSince(ctx context.Context, tx pgx.Tx, people []*acquaintance) error {
	of := make(map[keys.Tag][]*acquaintance, len(people))
	var tags [][]byte
	for _, a := range people {
		tag, err := s.erasureTag(a.user)
		if err != nil {
			return err
		}
		of[tag] = append(of[tag], a)
		tags = append(tags, tag[:])
	}
	slices.SortFunc(tags, bytes.Compare) // one order for everybody
	if err := s.q.MeetStrangers(ctx, tx, tags); err != nil {
		return err
	}
	rows, err := s.q.ErasedBefore(ctx, tx, tags)
	if err != nil {
		return err
	}
	for _, row := range rows {
		for _, a := range of[keys.Tag(row.UserTag)] {
			a.since = row.Since
		}
	}
	return s.findSinceInLedger(ctx, tx, people)
}

// findSinceInLedger finds out when the leaves were forgotten that these people had before. It is never earlier than their
// wish, of which a database that was put back from an older copy may know nothing.
func (s *Store) findSinceInLedger(ctx context.Context, tx pgx.Tx, people []*acquaintance) error {
	of := map[string]*acquaintance{}
	var places [][]byte
	for _, a := range people {
		before, err := s.keys.PersonBefore(uint64(a.guild.ID), a.guild.Epoch, uint64(a.user))
		if err != nil {
			return fmt.Errorf("find out whether a person was forgotten: %w", err)
		}
		if !before.IsZero() {
			place := keys.Entry{Guild: uint64(a.guild.ID), Epoch: a.guild.Epoch, Path: before}.Place()
			of[string(place)] = a
			places = append(places, place)
		}
	}
	if len(places) == 0 {
		return nil
	}
	lines, err := s.q.ForgottenAt(ctx, tx, places)
	if err != nil {
		return err
	}
	for _, line := range lines {
		e, err := keys.ParseEntry(line)
		if err != nil {
			return fmt.Errorf("read the copy of the keyring's ledger: %w", err)
		}
		if a := of[string(e.Place())]; e.At.After(a.since) {
			a.since = e.At
		}
	}
	return nil
}

// erasureTag finds the wishes of a user to be forgotten, without saying whose they are.
func (s *Store) erasureTag(user ticket.UserID) (keys.Tag, error) {
	tag, err := s.keys.ServerTag("erasure", binary.BigEndian.AppendUint64(nil, uint64(user)))
	if err != nil {
		return keys.Tag{}, fmt.Errorf("tag a user: %w", err)
	}
	return tag, nil
}
