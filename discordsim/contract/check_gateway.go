package contract

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Payload says what a gateway payload violates: one from Discord to a bot, or the other way.
func (d *Description) Payload(fromDiscord bool, text []byte) []string {
	v, err := decode(text)
	if err != nil {
		return []string{err.Error()}
	}
	o, ok := v.(map[string]any)
	if !ok {
		return []string{"a payload is an object"}
	}
	name := payloadName(fromDiscord, o)
	if notTyped[name] != "" {
		return nil
	}
	if !d.events[name] {
		return []string{"the types have no such event"}
	}
	if op, _ := o["op"].(json.Number); fromDiscord && op == "0" {
		wrong := envelope(o)
		return append(wrong, prefixed("d", d.judge("gateway.json#/properties/"+name, name, o["d"]))...)
	}
	return d.judge("gateway.json#/properties/"+escaped(name), name, v)
}

// payloadName is an event's name, or "op 10 received", "op 2 sent".
func payloadName(fromDiscord bool, o map[string]any) string {
	if name, ok := o["t"].(string); ok && fromDiscord {
		return name
	}
	direction := "sent"
	if fromDiscord {
		direction = "received"
	}
	return fmt.Sprintf("op %v %s", o["op"], direction)
}

func envelope(o map[string]any) []string {
	var wrong []string
	seq, _ := o["s"].(json.Number)
	if n, err := strconv.ParseInt(seq.String(), 10, 64); err != nil || n < 1 {
		wrong = append(wrong, fmt.Sprintf("/s: %v is no sequence number", o["s"]))
	}
	for key := range o {
		switch key {
		case "t", "s", "op", "d":
		default:
			wrong = append(wrong, "/"+key+": unknown field")
		}
	}
	return wrong
}

func escaped(name string) string {
	var out []byte
	for _, c := range []byte(name) {
		if c == ' ' {
			out = append(out, "%20"...)
			continue
		}
		out = append(out, c)
	}
	return string(out)
}
