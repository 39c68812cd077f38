// Package everyrow reads every row of every table of a database, whatever the tables are, so that an instrument which
// searches or attacks a database cannot forget one.
package everyrow

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Column is where a value stands.
type Column struct {
	Schema, Table, Name string
	Type                string // bytea, bigint, text, …
	Domain              string // ours, if the column has one
}

// Value is one value of a row: bytes as they are, everything else as PostgreSQL writes it. nil for null.
type Value struct {
	Column
	Bytes []byte
}

// Row is one row of a table, in the order of its columns.
type Row []Value

// Get is the value of a column; nil when there is none.
func (r Row) Get(name string) []byte {
	for _, v := range r {
		if v.Name == name {
			return v.Bytes
		}
	}
	return nil
}

// Columns lists the columns of all tables but PostgreSQL's own.
func Columns(ctx context.Context, conn *pgx.Conn) ([]Column, error) {
	rows, err := conn.Query(ctx, `
		select c.table_schema::text, c.table_name::text, c.column_name::text, c.data_type::text, coalesce(c.domain_name::text, '')
		from information_schema.columns c join information_schema.tables using (table_schema, table_name)
		where table_type = 'BASE TABLE' and c.table_schema not in ('pg_catalog', 'information_schema')
		order by c.table_schema, c.table_name, c.ordinal_position`)
	if err != nil {
		return nil, fmt.Errorf("list columns: %w", err)
	}
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Column])
	if err == nil && len(columns) == 0 {
		err = errors.New("the database has no tables")
	}
	return columns, err
}

// Read gives each row of the database at url to each.
func Read(ctx context.Context, url string, each func(Row) error) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("connect to read every row: %w", err)
	}
	defer conn.Close(ctx)
	columns, err := Columns(ctx, conn)
	if err != nil {
		return err
	}
	for len(columns) > 0 {
		n := 1
		for n < len(columns) && columns[n].Schema == columns[0].Schema && columns[n].Table == columns[0].Table {
			n++
		}
		if err := readTable(ctx, conn, columns[:n], each); err != nil {
			return fmt.Errorf("read every row of %s: %w", columns[0].Table, err)
		}
		columns = columns[n:]
	}
	return nil
}

func readTable(ctx context.Context, conn *pgx.Conn, columns []Column, each func(Row) error) error {
	wanted := make([]string, len(columns))
	for i, c := range columns {
		as := "text"
		if c.Type == "bytea" {
			as = "bytea"
		}
		wanted[i] = pgx.Identifier{c.Name}.Sanitize() + "::" + as
	}
	from := pgx.Identifier{columns[0].Schema, columns[0].Table}.Sanitize()
	rows, err := conn.Query(ctx, "select "+strings.Join(wanted, ", ")+" from "+from)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		row := make(Row, len(columns))
		for i, v := range values {
			row[i].Column = columns[i]
			switch v := v.(type) {
			case []byte:
				row[i].Bytes = v
			case string:
				row[i].Bytes = []byte(v)
			}
		}
		if err := each(row); err != nil {
			return err
		}
	}
	return rows.Err()
}
