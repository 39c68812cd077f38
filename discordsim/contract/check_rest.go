package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ticketbot/discordsim"
)

// Answer says what the simulator's answer to a request violates.
func (d *Description) Answer(x discordsim.Exchange) []string {
	if isNotDescribed(x.Method, x.Path) || noSuchRoute(x) {
		return nil
	}
	o, _, ok := d.find(x.Method, x.Path)
	if !ok {
		return []string{"the description has no such route"}
	}
	return d.response(o, x)
}

// Request says what a client's request violates. One that was refused for its form violates something, even if only the
// simulator knows what.
func (d *Description) Request(x discordsim.Exchange) []string {
	if isNotDescribed(x.Method, x.Path) {
		return nil
	}
	o, params, ok := d.find(x.Method, x.Path)
	if !ok {
		return []string{"the description has no such route"}
	}
	var wrong []string
	changed := bytes.Contains(x.Response, []byte(`"CHANNEL_PARENT_`)) // a category that is gone or full is no fault of the form
	if code := codeOf(x); !x.Chosen && !changed && (code == invalidForm || code == invalidJSON) {
		wrong = append(wrong, "request: it was refused for its form")
	}
	return append(wrong, d.request(o, params, x)...)
}

// Discord's codes for requests that it cannot read.
const (
	invalidForm = 50035
	invalidJSON = 50109
)

func isNotDescribed(method, path string) bool {
	have := strings.Split(strings.Trim(path, "/"), "/")
	for name := range notDescribed {
		m, template, _ := strings.Cut(name, " ")
		if _, _, fits := match(strings.Split(strings.Trim(template, "/"), "/"), have); fits && m == method {
			return true
		}
	}
	return false
}

// match compares a path with a template; literals counts the segments that are not parameters, earlier ones for more.
func match(steps, have []string) (params map[string]any, literals int, fits bool) {
	if len(steps) != len(have) {
		return nil, 0, false
	}
	params = map[string]any{}
	for i, step := range steps {
		if name, ok := strings.CutPrefix(step, "{"); ok {
			value, err := url.PathUnescape(have[i])
			if err != nil {
				return nil, 0, false
			}
			params[strings.TrimSuffix(name, "}")] = value
			continue
		}
		if step != have[i] {
			return nil, 0, false
		}
		literals += 1 << (len(steps) - i)
	}
	return params, literals, true
}

// noSuchRoute: Discord's answer to a path that it does not have.
func noSuchRoute(x discordsim.Exchange) bool {
	return x.Status == http.StatusMethodNotAllowed || x.Status == http.StatusNotFound && bytes.Contains(x.Response, []byte("404: Not Found"))
}

func codeOf(x discordsim.Exchange) int {
	var e struct{ Code int }
	_ = json.Unmarshal(x.Response, &e) // 0 if it is none
	return e.Code
}

func (d *Description) request(o operation, params map[string]any, x discordsim.Exchange) []string {
	wrong := prefixed("path", d.judge("rest.json#/$defs/"+o.definition("path"), o.name+" path", params))
	wrong = append(wrong, prefixed("query", d.query(o, x))...)
	body, err := bodyOf(x)
	switch {
	case err != nil:
		return append(wrong, "request: "+err.Error())
	case o.parts["body"] != nil:
		if body == nil {
			body = map[string]any{}
		}
		return append(wrong, prefixed("request", d.judge("rest.json#/$defs/"+o.definition("body"), o.name+" request", body))...)
	case body != nil && !isEmpty(body):
		return append(wrong, "request: this route takes no body")
	}
	return wrong
}

func isEmpty(v any) bool {
	o, ok := v.(map[string]any)
	return ok && len(o) == 0
}

// bodyOf is the JSON of a request, which may be one part of a form.
func bodyOf(x discordsim.Exchange) (any, error) {
	kind, params, _ := mime.ParseMediaType(x.ContentType)
	text := x.Request
	if kind == "multipart/form-data" {
		var err error
		if text, err = payloadOf(x.Request, params["boundary"]); err != nil {
			return nil, err
		}
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, nil
	}
	if kind != "multipart/form-data" && kind != "application/json" {
		return nil, fmt.Errorf("its content type is %q", x.ContentType)
	}
	return decode(text)
}

func payloadOf(form []byte, boundary string) ([]byte, error) {
	for r := multipart.NewReader(bytes.NewReader(form), boundary); ; {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read its form: %w", err)
		}
		if part.FormName() == "payload_json" {
			return io.ReadAll(part)
		}
	}
}

// query makes values of parameters, which are all text in a URL, and judges them.
func (d *Description) query(o operation, x discordsim.Exchange) []string {
	given, err := url.ParseQuery(x.Query)
	if err != nil {
		return []string{err.Error()}
	}
	known, _ := o.parts["query"].(map[string]any)["properties"].(map[string]any)
	values := map[string]any{}
	for name, texts := range given {
		values[name] = coerced(known[name], texts)
	}
	return d.judge("rest.json#/$defs/"+o.definition("query"), o.name+" query", values)
}

func coerced(schema any, texts []string) any {
	s, _ := schema.(map[string]any)
	switch s["type"] {
	case "array":
		list := []any{}
		for _, t := range texts {
			list = append(list, coerced(s["items"], []string{t}))
		}
		return list
	case "boolean":
		if b, err := strconv.ParseBool(texts[0]); err == nil {
			return b
		}
	case "number", "integer":
		if _, err := strconv.ParseFloat(texts[0], 64); err == nil {
			return json.Number(texts[0])
		}
	}
	return texts[0]
}

func (d *Description) response(o operation, x discordsim.Exchange) []string {
	status := strconv.Itoa(x.Status)
	part := status
	switch {
	case x.Status >= 500:
		return nil // described nowhere, and often not JSON
	case o.parts[status] == nil && x.Status >= 400:
		part = "4XX"
	}
	schema, listed := o.parts[part]
	if !listed {
		return []string{"answer: its status is " + status}
	}
	if x.Status == http.StatusNoContent {
		if len(x.Response) > 0 {
			return []string{"answer: 204 has no body"}
		}
		return nil
	}
	if x.Status == http.StatusTooManyRequests && len(x.Response) == 0 {
		return nil // of Cloudflare, which is HTML
	}
	body, err := decode(x.Response)
	if err != nil {
		return []string{"answer: " + err.Error()}
	}
	if s, _ := schema.(map[string]any); len(s) == 0 {
		return nil // described as "unknown"
	}
	return prefixed("answer", d.judge("rest.json#/$defs/"+o.definition(part), o.name+" "+status, body))
}

func prefixed(what string, wrong []string) []string {
	for i, w := range wrong {
		wrong[i] = what + " " + w
	}
	return wrong
}
