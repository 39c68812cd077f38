// Package fault is how a verb says no.
//
// A fault has a kind, for machines, and a catalogue key with arguments, for the person who can act on it. Everything
// that is not a fault is internal: the edges answer "something went wrong" and log it. Each edge turns faults into
// replies or statuses in exactly one file.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what sort of refusal it is.
type Kind int

const (
	Internal    Kind = iota // not a fault at all
	Invalid                 // the request itself is wrong
	Forbidden               // this person may not
	NotFound                // it is not there, or not for this person to know
	Conflict                // it is already so, or has changed meanwhile
	Limit                   // a limit is reached
	Permission              // Discord does not let the bot do it; an admin must give a permission
	Unavailable             // a part we need does not answer; trying again later helps
	Config                  // the operator has to change a setting
)

func (k Kind) String() string {
	return [...]string{"internal", "invalid", "forbidden", "not found", "conflict", "limit", "permission", "unavailable", "config"}[k]
}

// Fault is a refusal with a sentence. Args are name, value pairs for the sentence's {name} places.
type Fault struct {
	Kind  Kind
	Key   string
	Args  []any
	cause error
}

// New makes a fault; args are name, value pairs.
func New(kind Kind, key string, args ...any) *Fault { return &Fault{Kind: kind, Key: key, Args: args} }

// Because keeps err, which an operator may want to read, behind the sentence a user reads.
func (f *Fault) Because(err error) *Fault {
	g := *f
	g.cause = err
	return &g
}

func (f *Fault) Error() string {
	s := f.Kind.String() + ": " + f.Key
	for i := 0; i+1 < len(f.Args); i += 2 {
		s += fmt.Sprintf(" %v=%v", f.Args[i], f.Args[i+1])
	}
	if f.cause != nil {
		s += ": " + f.cause.Error()
	}
	return s
}

func (f *Fault) Unwrap() error { return f.cause }

// From finds the fault in err; nil when err is internal.
func From(err error) *Fault {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	return nil
}

// KindOf is the kind of the fault in err, Internal if there is none.
func KindOf(err error) Kind {
	if f := From(err); f != nil {
		return f.Kind
	}
	return Internal
}
