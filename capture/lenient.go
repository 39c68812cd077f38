package capture

import (
	"encoding/json"
	"strconv"
	"time"

	"ticketbot/ticket"
)

// The types below decode what Discord documents, and take anything else as absent instead of failing: one odd field
// must not cost a message.

// id is a snowflake, written as a string or as a number.
type id uint64

func (v *id) UnmarshalJSON(raw []byte) error {
	n, _ := strconv.ParseUint(unquoted(raw), 10, 64)
	*v = id(n)
	return nil
}

type number float64

func (v *number) UnmarshalJSON(raw []byte) error {
	n, err := strconv.ParseFloat(unquoted(raw), 64)
	if err != nil || n != n || n > 1<<53 || n < -(1<<53) {
		n = 0
	}
	*v = number(n)
	return nil
}

type boolean bool

func (v *boolean) UnmarshalJSON(raw []byte) error {
	*v = string(raw) == "true"
	return nil
}

// text is a string without the character that frames marks.
type text string

func (v *text) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		s = ""
	}
	*v = text(ticket.CleanText(s))
	return nil
}

type moment struct{ time.Time }

func (v *moment) UnmarshalJSON(raw []byte) error {
	t, err := time.Parse(time.RFC3339Nano, unquoted(raw))
	if err != nil {
		t = time.Time{}
	}
	v.Time = t.UTC()
	return nil
}

// list keeps the elements that can be read.
type list[T any] []T

func (v *list[T]) UnmarshalJSON(raw []byte) error {
	*v = nil
	var elements []json.RawMessage
	if json.Unmarshal(raw, &elements) != nil {
		return nil
	}
	for _, e := range elements {
		var one T
		if string(e) != "null" && json.Unmarshal(e, &one) == nil {
			*v = append(*v, one)
		}
	}
	return nil
}

// object is nil when Discord sends null, nothing, or something that is no such object.
type object[T any] struct{ T *T }

func (v *object[T]) UnmarshalJSON(raw []byte) error {
	v.T = nil
	one := new(T)
	if string(raw) != "null" && json.Unmarshal(raw, one) == nil {
		v.T = one
	}
	return nil
}

func unquoted(raw []byte) string {
	if len(raw) >= 2 && raw[0] == '"' {
		raw = raw[1 : len(raw)-1]
	}
	return string(raw)
}
