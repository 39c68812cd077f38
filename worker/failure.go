package worker

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"

	"github.com/riverqueue/river/rivertype"
)

// kindOnly does a job's work and makes its error one that may be stored in clear: what kind it was, and nothing that
// somebody wrote. A panic is an error too, since its value may be anything.
func kindOnly(work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic (%T) at\n%s", p, debug.Stack())
		}
	}()
	if failed := work(); failed != nil {
		return errors.New(kindOf(failed))
	}
	return nil
}

// kindOf is the key of the fault in err, or the types from the outermost error to its causes.
func kindOf(err error) string {
	if f := fault.From(err); f != nil {
		return f.Kind.String() + ": " + f.Key
	}
	var types []string
	var walk func(error)
	walk = func(err error) {
		name := fmt.Sprintf("%T", err)
		if coded, ok := err.(interface{ SQLState() string }); ok {
			name += " " + coded.SQLState()
		}
		types = append(types, name)
		switch u := err.(type) {
		case interface{ Unwrap() error }:
			if inner := u.Unwrap(); inner != nil {
				walk(inner)
			}
		case interface{ Unwrap() []error }:
			for _, inner := range u.Unwrap() {
				walk(inner)
			}
		}
	}
	walk(err)
	return strings.Join(types, ": ")
}

// patience is how long a job that failed waits: 5, 10, 20 … seconds, at most 10 minutes.
type patience struct{ clock clock.Clock }

func (p patience) NextRetry(job *rivertype.JobRow) time.Time {
	pause := 10 * time.Minute
	if n := len(job.Errors); n < 7 {
		pause = 5 * time.Second << n
	}
	return p.clock.Now().Add(min(pause, 10*time.Minute))
}
