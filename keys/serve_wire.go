package keys

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// What the owner and the holders say to each other is HTTP with JSON, but for trees, which are in the format of a page
// file. Both sides are of one release: nothing here is stored.

// wireGuild is one membership of a guild.
type wireGuild struct {
	Guild uint64 `json:"guild,string"`
	Epoch uint32 `json:"epoch"`
}

type wirePuncture struct {
	wireGuild
	Path  []byte `json:"path,omitempty"`
	Whole bool   `json:"whole,omitempty"`
}

type wireChange struct {
	Add    []wireGuild    `json:"add,omitempty"`
	Forget []wirePuncture `json:"forget,omitempty"`
	Replay [][]byte       `json:"replay,omitempty"`
	Rotate bool           `json:"rotate,omitempty"`
}

// wireState is what the owner says of itself.
type wireState struct {
	State
	Mirrored bool
}

func wireOf(c *change) wireChange {
	w := wireChange{Rotate: c.rotate, Replay: wireEntries(c.replay)}
	for _, ten := range c.add {
		w.Add = append(w.Add, wireGuild{ten.guild, ten.epoch})
	}
	for _, p := range c.forget {
		w.Forget = append(w.Forget, wirePuncture{wireGuild{p.Guild, p.Epoch}, p.Path.Bytes(), p.Whole})
	}
	return w
}

// change is what was asked for, with the checks that a caller in this process has passed.
func (w wireChange) change() (*change, error) {
	c := &change{rotate: w.Rotate}
	for _, g := range w.Add {
		if g.Guild == 0 {
			return nil, errNoGuild
		}
		c.add = append(c.add, tenancy{g.Guild, g.Epoch})
	}
	for _, p := range w.Forget {
		path, err := ParsePath(p.Path)
		if err != nil {
			return nil, err
		}
		puncture := Puncture{Guild: p.Guild, Epoch: p.Epoch, Path: path, Whole: p.Whole}
		if err := puncture.check(); err != nil {
			return nil, err
		}
		c.forget = append(c.forget, puncture)
	}
	var err error
	c.replay, err = entriesOf(w.Replay)
	return c, err
}

func wireEntries(entries []Entry) (w [][]byte) {
	for _, e := range entries {
		w = append(w, e.Bytes())
	}
	return w
}

func entriesOf(w [][]byte) (entries []Entry, err error) {
	for _, b := range w {
		e, err := ParseEntry(b)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

var errMalformed = errors.New("malformed request")

// wireErrors are the errors that mean something to a caller, by the name they travel under.
var wireErrors = []struct {
	name   string
	err    error
	status int
}{
	{"forgotten", ErrForgotten, http.StatusGone},
	{"unknown", ErrUnknownGuild, http.StatusNotFound},
	{"halted", ErrHalted, http.StatusInternalServerError},
	{"another", ErrAnotherLedger, http.StatusConflict},
	{"closed", ErrClosed, http.StatusServiceUnavailable},
	{"malformed", errMalformed, http.StatusBadRequest},
}

type wireError struct {
	Name string `json:"name,omitempty"`
	Text string `json:"text"`
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // whoever hung up asks again
}

func refuse(w http.ResponseWriter, err error) {
	e, status := wireError{Text: err.Error()}, http.StatusInternalServerError
	for _, known := range wireErrors {
		if errors.Is(err, known.err) {
			e.Name, status = known.name, known.status
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(e)
}

// meant is the error that refuse was given. The sentinel comes back as itself: some callers compare.
func (e wireError) meant() error {
	for _, known := range wireErrors {
		if e.Name != known.name {
			continue
		}
		if known.err == ErrClosed { // it is the owner that is closed, and another will come
			return unavailable(errors.New("the key process is stopping"))
		}
		if e.Text == known.err.Error() {
			return known.err
		}
		return fmt.Errorf("%w: %s", known.err, e.Text)
	}
	return fmt.Errorf("the key process: %s", e.Text)
}
