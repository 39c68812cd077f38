package store

import (
	"context"
	"errors"

	"ticketbot/keys"
	"ticketbot/store/db"

	"github.com/jackc/pgx/v5"
)

// resumeState is where a shard's event stream can be taken up. Whoever has it can take the stream over, so it is sealed.
type resumeState struct {
	Session string `json:"session"`
	URL     string `json:"url"`
	Seq     int64  `json:"seq"`
}

// LoadResume reads where a shard stopped; empty if it is to begin anew.
func (s *Store) LoadResume(ctx context.Context, shard int) (session, url string, seq int64, err error) {
	sealed, err := s.q.ShardResume(ctx, s.pool, int32(shard))
	if errors.Is(err, pgx.ErrNoRows) {
		return "", "", 0, nil
	}
	if err != nil {
		return "", "", 0, explain("read where a shard stopped", err)
	}
	var r resumeState
	err = s.unsealServer(keys.FieldGateway, uint64(shard), sealed, &r)
	return r.Session, r.URL, r.Seq, err
}

// SaveResume keeps where a shard stopped.
func (s *Store) SaveResume(ctx context.Context, shard int, session, url string, seq int64) error {
	sealed, err := s.sealServer(keys.FieldGateway, uint64(shard), resumeState{session, url, seq})
	if err != nil {
		return err
	}
	row := db.SaveShardResumeParams{Shard: int32(shard), State: sealed}
	return explain("keep where a shard stopped", s.q.SaveShardResume(ctx, s.pool, row))
}
