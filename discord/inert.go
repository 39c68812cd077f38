package discord

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
)

// nobody is who a message pings unless it says otherwise. Discord's own default is everybody whom its text names.
var nobody = json.RawMessage(`{"parse":[]}`)

// quietBody is the body of a request; one that holds a message which does not say whom it pings says: nobody. It is done
// on the bytes that leave, so that no caller can forget it.
func quietBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	where, _ := r.Context().Value(routeKey{}).(route)
	if len(body) == 0 || !where.carriesMessage() {
		return body, nil
	}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		return quietParts(body, params["boundary"])
	}
	return quiet(body)
}

func (r route) carriesMessage() bool {
	method, template, _ := strings.Cut(r.name, " ")
	if method != http.MethodPost && method != http.MethodPatch {
		return false
	}
	return strings.HasSuffix(template, "/callback") || strings.HasPrefix(template, "/webhooks/") ||
		strings.HasSuffix(template, "/messages") || strings.HasSuffix(template, "/messages/{message.id}")
}

func quiet(body []byte) ([]byte, error) {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, fmt.Errorf("a message that is no object: %w", err)
	}
	_, callback := m["type"]
	if callback && len(m) == 1 { // an acknowledgement, without a message
		return body, nil
	}
	if callback && m["data"] != nil { // the message is inside
		if !answersWithMessage(m["type"]) {
			return body, nil
		}
		data, err := quiet(m["data"])
		if err != nil {
			return nil, err
		}
		m["data"] = data
		return json.Marshal(m)
	}
	if said, ok := m["allowed_mentions"]; ok && string(said) != "null" {
		return body, nil
	}
	m["allowed_mentions"] = nobody
	return json.Marshal(m)
}

// answersWithMessage: 4 and 7 are messages, 5 and 6 promises of one, 8 suggestions, 9 a form.
func answersWithMessage(kind json.RawMessage) bool { return string(kind) == "4" || string(kind) == "7" }

// quietParts does the same to a message that comes with files.
func quietParts(body []byte, boundary string) ([]byte, error) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	if err := w.SetBoundary(boundary); err != nil {
		return nil, fmt.Errorf("multipart message: %w", err)
	}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			err := w.Close()
			return out.Bytes(), err
		}
		if err != nil {
			return nil, fmt.Errorf("multipart message: %w", err)
		}
		content, err := io.ReadAll(part)
		if err == nil && part.FormName() == "payload_json" {
			content, err = quiet(content)
		}
		if err != nil {
			return nil, fmt.Errorf("multipart message: %w", err)
		}
		dst, err := w.CreatePart(part.Header)
		if err != nil {
			return nil, fmt.Errorf("multipart message: %w", err)
		}
		if _, err := dst.Write(content); err != nil {
			return nil, fmt.Errorf("multipart message: %w", err)
		}
	}
}
