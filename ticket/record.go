package ticket

import (
	"context"
	"fmt"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
)

// SightingKind is what was seen of a message.
type SightingKind int

const (
	SeenCreated SightingKind = iota + 1 // the message, also when read from history
	SeenEdited
	SeenDeleted // only Room, Message and Seen are set
)

// Sighting is one thing seen of one message. Sightings merge to the same archive in any order and any number of
// times, because Discord promises neither order nor once.
type Sighting struct {
	Room    Room
	Kind    SightingKind
	Message MessageID
	At      time.Time // when the message was written
	Edited  time.Time // zero: never; an update without it is Discord's own (a link's preview arrived)
	Seen    time.Time // when we learned of it: the time of a deletion
	Users   []User    // what the indexes in Content mean; 0 is the author
	Own     bool      // the author is the bot itself
	Content Content
}

// Written is when this wording was.
func (s *Sighting) Written() time.Time {
	if s.Edited.IsZero() {
		return s.At
	}
	return s.Edited
}

// Owner is whose data the message is, as an index: its author's. What the bot writes is about somebody, and is to be
// forgotten with them: whoever used the command it answers, else whom it names first.
func (s *Sighting) Owner() int {
	owner := 0
	switch named := s.Content.firstNamed(); {
	case !s.Own:
	case s.Content.Use != nil:
		owner = s.Content.Use.Person
	case named > 0:
		owner = named
	case len(s.Users) > 1:
		owner = 1
	}
	if owner < 0 || owner >= len(s.Users) {
		return 0
	}
	return owner
}

// SpeaksAs says which account is the bot's own. To be set before anything runs.
func (s *Service) SpeaksAs(self UserID) { s.self = self }

// Record keeps sightings, and returns when they are committed.
func (s *Service) Record(ctx context.Context, seen ...Sighting) error {
	for i := range seen {
		seen[i].Own = s.self != 0 && len(seen[i].Users) > 0 && seen[i].Users[0].ID == s.self
		if seen[i].Room.Parent != 0 {
			seen[i].Content.Thread = seen[i].Room.Channel
		}
	}
	return s.recorder.Record(ctx, seen)
}

// RunRecorder commits what Record is given until ctx ends.
func (s *Service) RunRecorder(ctx context.Context) { s.recorder.Run(ctx) }

// Recorder turns many small waits into few commits: whoever records waits for the batch that holds it.
type Recorder struct {
	save  func(context.Context, []Sighting) error
	clock clock.Clock
	queue chan recording
}

type recording struct {
	seen []Sighting
	done chan error
}

const (
	batchSize   = 500                    // sightings in a commit
	retryPause  = 250 * time.Millisecond // while the database is away
	recordQueue = 4096
)

// NewRecorder makes a recorder; it commits once Run is called.
func NewRecorder(store interface {
	SaveSightings(context.Context, []Sighting) error
}, clk clock.Clock) *Recorder {
	return &Recorder{save: store.SaveSightings, clock: clk, queue: make(chan recording, recordQueue)}
}

// Record waits until seen is committed, or ctx ends.
func (r *Recorder) Record(ctx context.Context, seen []Sighting) error {
	if len(seen) == 0 {
		return nil
	}
	item := recording{seen, make(chan error, 1)}
	select {
	case r.queue <- item:
	case <-ctx.Done():
		return fmt.Errorf("record messages: %w", ctx.Err())
	}
	select {
	case err := <-item.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("record messages: %w", ctx.Err())
	}
}

// Run commits batches until ctx ends. While one commit is on its way the next batch gathers, so that the busier it is
// the larger the batches are; nobody waits for a timer.
func (r *Recorder) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-r.queue:
			r.commit(ctx, r.gather(first))
		}
	}
}

func (r *Recorder) gather(first recording) []recording {
	batch, n := []recording{first}, len(first.seen)
	for n < batchSize {
		select {
		case next := <-r.queue:
			batch, n = append(batch, next), n+len(next.seen)
		default:
			return batch
		}
	}
	return batch
}

// commit tries twice. A database that is away is everybody's trouble, and whoever recorded tries again. Any other failure
// of a batch of several is taken to be one item's fault, and each is tried alone, so that its own caller hears of it.
func (r *Recorder) commit(ctx context.Context, batch []recording) {
	var seen []Sighting
	for _, item := range batch {
		seen = append(seen, item.seen...)
	}
	err := r.save(ctx, seen)
	if err != nil && clock.Sleep(ctx, r.clock, retryPause) == nil {
		err = r.save(ctx, seen)
	}
	if err != nil && len(batch) > 1 && fault.KindOf(err) != fault.Unavailable {
		for _, item := range batch {
			r.commit(ctx, []recording{item})
		}
		return
	}
	for _, item := range batch {
		item.done <- err
	}
}
