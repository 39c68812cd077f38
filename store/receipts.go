package store

import (
	"context"

	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/privacy"
	"ticketbot/store/db"

	"github.com/jackc/pgx/v5"
)

// insertReceipt keeps a receipt for its owner, or a draft of one; the zero owner is nobody. A second one of the same name
// changes nothing.
func (s *Store) insertReceipt(ctx context.Context, tx pgx.Tx, kind string, owner keys.Tag, r privacy.Receipt) error {
	id, err := s.q.NextReceiptID(ctx, tx)
	if err != nil {
		return explain("number a receipt", err)
	}
	body, err := s.sealServer(keys.FieldReceipt, uint64(id), r)
	if err != nil {
		return err
	}
	row := db.InsertReceiptParams{ID: id, PublicID: r.ID, Kind: kind, Owner: ownerOrNil(owner), At: s.clock.Now(), Body: body}
	return explain("keep a receipt", s.q.InsertReceipt(ctx, tx, row))
}

// signReceipt puts the signed receipt in place of its draft.
func (s *Store) signReceipt(ctx context.Context, tx pgx.Tx, name string, sign func(draft privacy.Receipt) (privacy.Receipt, error)) error {
	row, err := s.q.ReceiptByName(ctx, tx, name)
	if err != nil {
		return explain("find the draft of a receipt", err)
	}
	draft, err := s.receipt(row.ID, row.Body)
	if err != nil {
		return err
	}
	signed, err := sign(draft)
	if err != nil {
		return err
	}
	body, err := s.sealServer(keys.FieldReceipt, uint64(row.ID), signed)
	if err != nil {
		return err
	}
	return explain("keep a receipt", s.q.SignReceipt(ctx, tx, db.SignReceiptParams{ID: row.ID, At: s.clock.Now(), Body: body}))
}

func (s *Store) receipt(id int64, body []byte) (privacy.Receipt, error) {
	var r privacy.Receipt
	return r, s.unsealServer(keys.FieldReceipt, uint64(id), body, &r)
}

// Receipts are an owner's that are signed, newest first.
func (s *Store) Receipts(ctx context.Context, owner keys.Tag) ([]privacy.Receipt, error) {
	rows, err := s.q.ReceiptsOfOwner(ctx, s.pool, owner[:])
	if err != nil {
		return nil, explain("list receipts", err)
	}
	var signed []privacy.Receipt
	for _, row := range rows {
		r, err := s.receipt(row.ID, row.Body)
		if err != nil {
			return nil, err
		}
		if r.Signature != nil {
			signed = append(signed, r)
		}
	}
	return signed, nil
}

const noReceipt = "store.no_receipt"

// Receipt is one of an owner's; fault NotFound if they have no such one, or it is not signed yet.
func (s *Store) Receipt(ctx context.Context, owner keys.Tag, id string) (privacy.Receipt, error) {
	row, err := s.q.ReceiptByName(ctx, s.pool, id)
	if err != nil {
		return privacy.Receipt{}, found("find a receipt", noReceipt, err)
	}
	if string(row.Owner) != string(owner[:]) {
		return privacy.Receipt{}, fault.New(fault.NotFound, noReceipt)
	}
	r, err := s.receipt(row.ID, row.Body)
	if err == nil && r.Signature == nil {
		return privacy.Receipt{}, fault.New(fault.NotFound, noReceipt)
	}
	return r, err
}
