package contract

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"regexp"
	"slices"
	"strings"
)

// telling are the keys whose values decide what an object is, so that two values are two shapes.
var telling = []string{"type", "style", "context", "op", "t", "spacing", "code", "flags"}

var (
	digits = regexp.MustCompile(`^[0-9]+$`)
	moment = regexp.MustCompile(`^\d{4}-\d\d-\d\dT`)
)

// shapeOf is the same for two values that differ in nothing a schema is likely to care about.
func shapeOf(v any) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, shape("", v))
	return h.Sum64()
}

func shape(key string, v any) string {
	switch v := v.(type) {
	case map[string]any:
		return shapeOfObject(v)
	case []any:
		var kinds []string
		for _, x := range v {
			kinds = append(kinds, shape("", x))
		}
		slices.Sort(kinds)
		return "[" + strings.Join(slices.Compact(kinds), ",") + "]"
	case string:
		return shapeOfText(key, v)
	case json.Number:
		if slices.Contains(telling, key) {
			return v.String()
		}
		if strings.ContainsAny(v.String(), ".-eE") {
			return "f"
		}
		return "n"
	}
	return fmt.Sprint(v) // null, true, false
}

func shapeOfObject(v map[string]any) string {
	var fields []string
	for k, x := range v {
		name := k
		if digits.MatchString(k) && len(k) > 5 {
			name = "#" // a map by id
		}
		fields = append(fields, name+":"+shape(k, x))
	}
	slices.Sort(fields)
	return "{" + strings.Join(slices.Compact(fields), ",") + "}"
}

func shapeOfText(key, v string) string {
	switch {
	case slices.Contains(telling, key):
		return v
	case v == "":
		return "e"
	case digits.MatchString(v):
		return "d"
	case moment.MatchString(v):
		return "m"
	case strings.Contains(v, "://"):
		return "u"
	case len(v) > 80: // where most limits are
		return "l"
	}
	return "s"
}
