package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// registerDomains tells a new connection how to write our domains: like the types that they are made of. pgx would take
// them for unknown types and write them as text, which doubles what is sealed.
func registerDomains(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, "select typname, oid, typbasetype from pg_type where typtype = 'd' and typnamespace = 'public'::regnamespace")
	if err != nil {
		return err
	}
	types := conn.TypeMap()
	var name string
	var oid, base uint32
	_, err = pgx.ForEachRow(rows, []any{&name, &oid, &base}, func() error {
		if t, ok := types.TypeForOID(base); ok {
			types.RegisterType(&pgtype.Type{Name: name, OID: oid, Codec: t.Codec})
		}
		return nil
	})
	return err
}
