package contract

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// most is how many things are said of one value.
const most = 6

// explain says in a few lines what is wrong. Of alternatives it tells of the one that was likely meant.
func explain(err error) []string {
	var top *jsonschema.ValidationError
	if !errors.As(err, &top) {
		return []string{err.Error()}
	}
	printer := message.NewPrinter(language.English)
	var lines []string
	for _, leaf := range leaves(top) {
		line := fmt.Sprintf("/%s: %s", strings.Join(leaf.InstanceLocation, "/"), leaf.ErrorKind.LocalizedString(printer))
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	if len(lines) > most {
		lines = append(lines[:most], fmt.Sprintf("and %d more", len(lines)-most))
	}
	return lines
}

// leaves are what is wrong at the bottom.
func leaves(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	var all []*jsonschema.ValidationError
	for _, cause := range e.Causes {
		all = append(all, leaves(cause)...)
	}
	switch e.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf:
		return likeliest(e)
	}
	return all
}

// likeliest are the leaves of the alternative that was likely meant: one of the right type, with the least wrong in it.
func likeliest(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	var best []*jsonschema.ValidationError
	least := 1 << 30
	for _, cause := range e.Causes {
		found := leaves(cause)
		cost := len(found)
		for _, leaf := range found {
			if anotherKind(leaf, len(e.InstanceLocation)) {
				cost += 1000
			}
		}
		if cost < least {
			best, least = found, cost
		}
	}
	return best
}

// anotherKind: the value is not of the alternative's type, in JSON or by its field "type".
func anotherKind(leaf *jsonschema.ValidationError, depth int) bool {
	at := leaf.InstanceLocation
	_, isType := leaf.ErrorKind.(*kind.Type)
	return isType && len(at) == depth || len(at) == depth+1 && at[depth] == "type"
}
