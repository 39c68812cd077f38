package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"ticketbot/internal/fault"

	"github.com/jackc/pgx/v5"
	"gocloud.dev/blob"
)

// Condition is what Look has found.
type Condition struct {
	Have, Want int64  // the schema's version; Have is 0 for an empty database
	Keyring    []byte // id of the keyring that the database belongs to, nil for none yet
}

// Look says in what condition a database is, and changes nothing in it. One that is newer than this program is refused.
func Look(ctx context.Context, url string) (c Condition, err error) {
	if c.Want, err = newestMigration(); err != nil {
		return c, err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return c, explain("connect", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var migrated bool
	if err := conn.QueryRow(ctx, isMigrated).Scan(&migrated); err != nil || !migrated {
		return c, explain("look whether there is a schema", err)
	}
	if err := conn.QueryRow(ctx, schemaVersion).Scan(&c.Have); err != nil {
		return c, explain("read the schema's version", err)
	}
	if c.Have > c.Want {
		return c, fault.New(fault.Config, "store.too_new", "have", c.Have, "want", c.Want)
	}
	if c.Have > 0 {
		var rows pgx.Rows
		if rows, err = conn.Query(ctx, keyringOf); err == nil {
			c.Keyring, err = pgx.CollectOneRow(rows, pgx.RowTo[[]byte])
		}
		if errors.Is(err, pgx.ErrNoRows) {
			err = nil
		}
	}
	return c, explain("read which keyring the database belongs to", err)
}

// Outside of queries/, because the migrations' own table is not in the schema. The migrations' library would make it.
const (
	isMigrated    = `select to_regclass('goose_db_version') is not null`
	schemaVersion = `select coalesce(max(version_id), 0) from goose_db_version where is_applied`
	keyringOf     = `select keyring::bytea from installation`
)

func newestMigration() (version int64, err error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, fmt.Errorf("list migrations: %w", err)
	}
	for _, name := range names {
		number, _, _ := strings.Cut(path.Base(name), "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("migration %s has no number: %w", name, err)
		}
		version = max(version, n)
	}
	return version, nil
}

// LookAtFiles says whether files can be kept at url.
func LookAtFiles(ctx context.Context, url string) error {
	bucket, err := blob.OpenBucket(ctx, url)
	if err != nil {
		return fault.New(fault.Config, "store.blobs", "url", url).Because(err)
	}
	return bucket.Close()
}
