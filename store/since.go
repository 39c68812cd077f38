package store

import (
	"context"
	"encoding/binary"
	"fmt"

	"ticketbot/keys"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

// findSince finds out who of these was forgotten before.
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
	rows, err := s.q.ErasedBefore(ctx, tx, tags)
	for _, row := range rows {
		for _, a := range of[keys.Tag(row.UserTag)] {
			a.since = row.Since
		}
	}
	return err
}

// erasureTag finds the wishes of a user to be forgotten, without saying whose they are.
func (s *Store) erasureTag(user ticket.UserID) (keys.Tag, error) {
	tag, err := s.keys.ServerTag("erasure", binary.BigEndian.AppendUint64(nil, uint64(user)))
	if err != nil {
		return keys.Tag{}, fmt.Errorf("tag a user: %w", err)
	}
	return tag, nil
}
