package contract

import (
	"slices"
	"sort"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// unknown lists the fields that no schema which applies to the value has. Where one of several schemas may hold, those
// that do are asked, and if none does, all: what is wrong with the value is said elsewhere.
func unknown(schemas []*jsonschema.Schema, v any, at string) []string {
	var all []*jsonschema.Schema
	for _, s := range schemas {
		all = expand(s, v, all)
	}
	var found []string
	switch v := v.(type) {
	case map[string]any:
		for _, key := range sortedKeys(v) {
			within, known := fieldOf(all, key)
			if !known {
				found = append(found, at+"/"+key)
				continue
			}
			found = append(found, unknown(within, v[key], at+"/"+key)...)
		}
	case []any:
		for i, x := range v {
			for _, f := range unknown(itemsOf(all, i), x, at+"/*") {
				if !slices.Contains(found, f) {
					found = append(found, f)
				}
			}
		}
	}
	return found
}

// expand follows references and the alternatives that hold, down to schemas that speak of fields.
func expand(s *jsonschema.Schema, v any, into []*jsonschema.Schema) []*jsonschema.Schema {
	if s == nil || slices.Contains(into, s) {
		return into
	}
	into = append(into, s)
	into = expand(s.Ref, v, into)
	for _, sub := range s.AllOf {
		into = expand(sub, v, into)
	}
	for _, alternatives := range [][]*jsonschema.Schema{s.AnyOf, s.OneOf} {
		held := false
		for _, sub := range alternatives {
			if sub.Validate(v) == nil {
				into, held = expand(sub, v, into), true
			}
		}
		for _, sub := range alternatives {
			if !held {
				into = expand(sub, v, into)
			}
		}
	}
	return into
}

// fieldOf says what the schemas know of a field.
func fieldOf(schemas []*jsonschema.Schema, key string) (within []*jsonschema.Schema, known bool) {
	for _, s := range schemas {
		if p := s.Properties[key]; p != nil {
			within, known = append(within, p), true
			continue
		}
		if rest, ok := s.AdditionalProperties.(*jsonschema.Schema); ok {
			within, known = append(within, rest), true
		}
		known = known || saysNothing(s)
	}
	return within, known
}

// saysNothing: any object will do.
func saysNothing(s *jsonschema.Schema) bool {
	return s.Properties == nil && s.Ref == nil && s.AllOf == nil && s.AnyOf == nil && s.OneOf == nil &&
		s.AdditionalProperties == nil && s.Bool == nil && s.Const == nil && s.Enum == nil && (s.Types == nil || s.Types.IsEmpty() || strings.Contains(s.Types.String(), "object"))
}

func itemsOf(schemas []*jsonschema.Schema, i int) []*jsonschema.Schema {
	var within []*jsonschema.Schema
	for _, s := range schemas {
		switch items := s.Items.(type) {
		case *jsonschema.Schema:
			within = append(within, items)
		case []*jsonschema.Schema:
			if i < len(items) {
				within = append(within, items[i])
			}
		}
		if s.Items2020 != nil {
			within = append(within, s.Items2020)
		}
		if i < len(s.PrefixItems) {
			within = append(within, s.PrefixItems[i])
		}
		if saysNothing(s) {
			within = append(within, s)
		}
	}
	return within
}

func sortedKeys(v map[string]any) []string {
	keys := make([]string, 0, len(v))
	for k := range v {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
