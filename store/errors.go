package store

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"ticketbot/internal/fault"
	"ticketbot/keys"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATE codes that mean something to us; see PostgreSQL's appendix A.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	foreignKeyViolation  = "23503"
)

// explain says what we were doing, and turns a database that does not answer into a fault. Faults pass as they are.
func explain(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case fault.From(err) != nil:
		return err
	case isAway(err):
		return fault.New(fault.Unavailable, "store.unavailable").Because(fmt.Errorf("%s: %w", doing, err))
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// found is explain for a look-up: no row is the fault NotFound with key.
func found(doing, key string, err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, key)
	}
	return explain(doing, err)
}

// isAway: the database is down, restarting, full, or the connection broke.
func isAway(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		class := pg.Code[:min(2, len(pg.Code))]
		return class == "08" || class == "53" || strings.HasPrefix(pg.Code, "57P")
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err)
	broken := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, pgconn.ErrConnClosed) ||
		errors.Is(err, net.ErrClosed)
	return connecting || broken || network
}

func sqlState(err error) string {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code
	}
	return ""
}

// worthRetrying: the transaction lost against another one and may win the next time. It may also have lost against an
// erasure: the next time it finds whoever was forgotten as the stranger they are now.
func worthRetrying(err error) bool {
	code := sqlState(err)
	return errors.Is(err, keys.ErrForgotten) || code == serializationFailure || code == deadlockDetected
}

// isRefusal: it is the rows of one guild that cannot be written, and trying again does not help.
func isRefusal(err error) bool {
	return sqlState(err) == foreignKeyViolation || errors.Is(err, keys.ErrUnknownGuild) || errors.Is(err, keys.ErrForgotten)
}
