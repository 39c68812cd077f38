package store

import (
	"context"
	"time"

	"ticketbot/store/db"
)

const (
	// lateBy is after what time nobody copies a file any more that was forgotten while they did.
	lateBy          = time.Hour
	lateObjectsOnce = 1000
)

// expectLate has the bytes of files that are being forgotten deleted once more, if they may still be on their way. It
// comes before their rows are deleted.
func (s *Store) expectLate(ctx context.Context, q db.DBTX, objects []string) error {
	if len(objects) == 0 {
		return nil
	}
	return explain("note files that may come late", s.q.ExpectLate(ctx, q, db.ExpectLateParams{Objects: objects, At: s.clock.Now()}))
}

// deleteLateObjects deletes what has come meanwhile.
func (s *Store) deleteLateObjects(ctx context.Context) error {
	for {
		before := s.clock.Now().Add(-lateBy)
		objects, err := s.q.LateObjects(ctx, s.pool, db.LateObjectsParams{Before: before, Max: lateObjectsOnce})
		if err != nil || len(objects) == 0 {
			return explain("list files that may have come late", err)
		}
		for _, object := range objects {
			if err := s.deleteObject(ctx, object); err != nil {
				return err
			}
		}
		if err := s.q.ForgetLateObjects(ctx, s.pool, objects); err != nil {
			return explain("delete files that came late", err)
		}
	}
}
