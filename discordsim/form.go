package discordsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// form reads a request body field by field and collects everything that is wrong with it, as Discord does.
type form struct {
	v    Object
	path []string
	errs *fieldErrors
}

func newForm(body []byte) (*form, error) {
	f := &form{v: Object{}, errs: &fieldErrors{}}
	if len(bytes.TrimSpace(body)) == 0 {
		return f, nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&f.v); err != nil {
		return nil, errJSON
	}
	if f.v == nil {
		f.v = Object{}
	}
	return f, nil
}

func (f *form) err() error { return f.errs.err() }

// at is the path of a field; an empty key is the form itself, which for some routes is a list.
func (f *form) at(key string) []string {
	if key == "" {
		return slices.Clone(f.path)
	}
	return append(slices.Clone(f.path), key)
}

func (f *form) fail(key, code, format string, args ...any) {
	f.errs.add(f.at(key), code, fmt.Sprintf(format, args...))
}

// has: the key is there, perhaps null. given: it is there and not null.
func (f *form) has(key string) bool   { _, ok := f.v[key]; return ok }
func (f *form) given(key string) bool { return f.v[key] != nil }

func (f *form) need(keys ...string) {
	for _, key := range keys {
		if !f.given(key) {
			f.fail(key, "BASE_TYPE_REQUIRED", "This field is required")
		}
	}
}

// needText insists on texts that are not empty either.
func (f *form) needText(keys ...string) {
	for _, key := range keys {
		if f.v[key] == "" {
			delete(f.v, key)
		}
	}
	f.need(keys...)
}

// text reads a string of min to max characters; absent and null are empty and fine.
func (f *form) text(key string, least, most int) string {
	v := f.v[key]
	if v == nil {
		return ""
	}
	s, ok := v.(string)
	if n, isNumber := v.(json.Number); isNumber {
		s, ok = n.String(), true
	}
	if !ok {
		f.fail(key, "STRING_TYPE_CONVERT", "Could not interpret %q as string.", fmt.Sprint(v))
		return ""
	}
	f.length(key, utf8.RuneCountInString(s), least, most)
	return s
}

func (f *form) length(key string, n, least, most int) {
	switch {
	case n >= least && n <= most:
	case least > 0 && most < math.MaxInt:
		f.fail(key, "BASE_TYPE_BAD_LENGTH", "Must be between %d and %d in length.", least, most)
	case n > most:
		f.fail(key, "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", most)
	default:
		f.fail(key, "BASE_TYPE_MIN_LENGTH", "Must be %d or more in length.", least)
	}
}

// integer reads a whole number; absent and null are otherwise.
func (f *form) integer(key string, least, most, otherwise int) int {
	v := f.v[key]
	if v == nil {
		return otherwise
	}
	n, err := strconv.Atoi(strings.Trim(fmt.Sprint(v), `"`))
	switch {
	case err != nil:
		f.fail(key, "NUMBER_TYPE_COERCE", "Value %q is not int.", fmt.Sprint(v))
		return otherwise
	case n < least:
		f.fail(key, "NUMBER_TYPE_MIN", "int value should be greater than or equal to %d.", least)
	case n > most:
		f.fail(key, "NUMBER_TYPE_MAX", "int value should be less than or equal to %d.", most)
	}
	return n
}

func (f *form) flag(key string) bool {
	v := f.v[key]
	if v == nil {
		return false
	}
	b, ok := v.(bool)
	if !ok {
		f.fail(key, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
	}
	return b
}

// id reads a snowflake; absent and null are 0.
func (f *form) id(key string) ID {
	v := f.v[key]
	if v == nil {
		return 0
	}
	id, err := ParseID(fmt.Sprint(v))
	if err != nil {
		f.fail(key, "NUMBER_TYPE_COERCE", "Value %q is not snowflake.", fmt.Sprint(v))
	}
	return id
}

func (f *form) ids(key string, most int) []ID {
	list, _ := f.v[key].([]any)
	f.length(key, len(list), 0, most)
	out := make([]ID, 0, len(list))
	for i, v := range list {
		id, err := ParseID(fmt.Sprint(v))
		if err != nil {
			f.errs.add(append(f.at(key), strconv.Itoa(i)), "NUMBER_TYPE_COERCE", fmt.Sprintf("Value %q is not snowflake.", fmt.Sprint(v)))
			continue
		}
		out = append(out, id)
	}
	return out
}

func (f *form) permissions(key string) Permissions {
	v := f.v[key]
	if v == nil {
		return 0
	}
	n, err := strconv.ParseUint(fmt.Sprint(v), 10, 64)
	if err != nil {
		f.fail(key, "NUMBER_TYPE_COERCE", "Value %q is not int.", fmt.Sprint(v))
	}
	return Permissions(n)
}

// object reads a nested object; nil when it is absent or null.
func (f *form) object(key string) *form {
	v := f.v[key]
	if v == nil {
		return nil
	}
	o, ok := v.(Object)
	if !ok {
		f.fail(key, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
		return nil
	}
	return &form{v: o, path: f.at(key), errs: f.errs}
}

// list reads a list of objects with least to most entries.
func (f *form) list(key string, least, most int) []*form {
	v := f.v[key]
	if v == nil {
		return nil
	}
	entries, ok := v.([]any)
	if !ok {
		f.fail(key, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
		return nil
	}
	f.length(key, len(entries), least, most)
	out := make([]*form, 0, len(entries))
	for i, entry := range entries {
		path := append(f.at(key), strconv.Itoa(i))
		o, ok := entry.(Object)
		if !ok {
			f.errs.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
			o = Object{}
		}
		out = append(out, &form{v: o, path: path, errs: f.errs})
	}
	return out
}

// oneOf refuses numbers outside the list.
func (f *form) oneOf(key string, choices ...int) int {
	n := f.integer(key, math.MinInt, math.MaxInt, choices[0])
	if !slices.Contains(choices, n) {
		f.fail(key, "BASE_TYPE_CHOICES", "Value must be one of {%s}.", strings.Trim(strings.Join(strings.Fields(fmt.Sprint(choices)), ", "), "[]"))
	}
	return n
}
