package discordsim

import "encoding/json"

// walkComponents visits components and what is nested in them.
func walkComponents(components []Object, visit func(Object)) {
	for _, c := range components {
		visit(c)
		walkComponents(objects(c["components"]), visit)
		for _, key := range []string{"accessory", "component"} {
			if inner, ok := c[key].(Object); ok {
				walkComponents([]Object{inner}, visit)
			}
		}
	}
}

func objects(v any) []Object {
	if list, ok := v.([]Object); ok {
		return list
	}
	list, _ := v.([]any)
	var out []Object
	for _, entry := range list {
		if o, ok := entry.(Object); ok {
			out = append(out, o)
		}
	}
	return out
}

// findComponent finds the component with a custom id.
func findComponent(components []Object, customID string) Object {
	var found Object
	walkComponents(components, func(c Object) {
		if c["custom_id"] == customID {
			found = c
		}
	})
	return found
}

// number reads an integer out of a component, whichever way it was decoded.
func number(v any, otherwise int) int {
	switch n := v.(type) {
	case int:
		return n
	case float64:
		return int(n)
	case json.Number:
		i, err := n.Int64()
		if err == nil {
			return int(i)
		}
	}
	return otherwise
}
