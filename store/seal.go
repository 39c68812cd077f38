package store

import (
	"encoding/json"
	"errors"
	"fmt"

	"ticketbot/keys"
	"ticketbot/ticket"
)

// place is where a sealed value lies; without a person and a ticket it goes with the guild.
func place(g ticket.Guild, field keys.Field, row uint64) keys.Ref {
	return keys.Ref{Guild: uint64(g.ID), Epoch: g.Epoch, Field: field, Row: row}
}

func ofTicket(ref keys.Ref, number uint32) keys.Ref {
	ref.Ticket = keys.TicketPath(number)
	return ref
}

// ofPerson puts a value under a person's leaf too; a nil path is nobody's.
func ofPerson(ref keys.Ref, path []byte) (keys.Ref, error) {
	var err error
	ref.Person, err = keys.ParsePath(path)
	return ref, err
}

func (s *Store) seal(ref keys.Ref, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode field %d: %w", ref.Field, err)
	}
	sealed, err := s.keys.Seal(ref, plain)
	if err != nil {
		return nil, fmt.Errorf("seal field %d: %w", ref.Field, err)
	}
	return sealed, nil
}

// unseal reads a sealed value into v, which stays as it is when nothing was kept or the key has been forgotten.
func (s *Store) unseal(ref keys.Ref, sealed []byte, v any) error {
	if sealed == nil {
		return nil
	}
	plain, err := s.keys.Unseal(ref, sealed)
	if errors.Is(err, keys.ErrForgotten) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("unseal field %d of row %d: %w", ref.Field, ref.Row, err)
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return fmt.Errorf("decode field %d of row %d: %w", ref.Field, ref.Row, err)
	}
	return nil
}

// unsealOlder is unseal for what lay under the ticket alone before it was a person's too.
func (s *Store) unsealOlder(ref keys.Ref, sealed []byte, v any) error {
	err := s.unseal(ref, sealed, v)
	if !errors.Is(err, keys.ErrCorrupt) || ref.Person.IsZero() {
		return err
	}
	ref.Person = keys.Path{}
	if ref.Field == keys.FieldReason {
		ref.Field = keys.FieldTicket
	}
	return s.unseal(ref, sealed, v)
}

// orNil is how SQL says "none" of what Go says with a zero.
func orNil[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func orZero[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
