package discord

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/rest"
)

// Every way in which a message leaves says whom it pings, and nobody unless asked.
func TestNoMessagePingsUnasked(t *testing.T) {
	said := discord.MessageCreate{Content: "@everyone"}
	edit := discord.MessageUpdate{Content: &said.Content}
	panelOf := &ticket.Panel{Channel: 5, Title: "@everyone"}
	notice := ticket.Notice{Ticket: &ticket.Ticket{PublicID: "k3JxYzq9aPqR", CloseReason: "@everyone"}, Category: &ticket.Category{Log: 5}}
	for name, send := range map[string]func(*Client) error{
		"answer": func(c *Client) error {
			return c.Answer(t.Context(), 1, "t", discord.InteractionResponse{Type: 4, Data: said})
		},
		"update": func(c *Client) error {
			return c.Answer(t.Context(), 1, "t", discord.InteractionResponse{Type: 7, Data: edit})
		},
		"edit answer": func(c *Client) error { return c.EditAnswer(t.Context(), 1, "t", edit) },
		"follow up":   func(c *Client) error { return c.FollowUp(t.Context(), 1, "t", said) },
		"with a file": func(c *Client) error {
			m := said
			m.Files = []*discord.File{{Name: "a.txt", Reader: strings.NewReader("allowed_mentions")}}
			return c.FollowUp(t.Context(), 1, "t", m)
		},
		"create": func(c *Client) error { return c.call(t.Context(), rest.CreateMessage.Compile(nil, 5), said, nil) },
		"edit":   func(c *Client) error { return c.call(t.Context(), rest.UpdateMessage.Compile(nil, 5, 6), edit, nil) },
		"panel":  func(c *Client) error { _, err := c.PostPanel(t.Context(), panelOf, nil, false); return err },
		"log":    func(c *Client) error { _, err := c.PostLog(t.Context(), notice, 1, false); return err },
	} {
		t.Run(name, func(t *testing.T) {
			var kind string
			w, c := newWire(t, func(_ int, r *http.Request, _ string) (int, map[string]string, string) {
				kind = r.Header.Get("Content-Type")
				return 200, nil, `{"id":"1"}`
			})
			if err := send(c); err != nil {
				t.Fatal(err)
			}
			m := decoded(t, payload(t, kind, w.bodies[0]))
			if inner, ok := m["data"].(map[string]any); ok {
				m = inner
			}
			mentions, _ := m["allowed_mentions"].(map[string]any)
			if parse, ok := mentions["parse"].([]any); !ok || len(parse) != 0 || mentions["users"] != nil && len(mentions["users"].([]any)) > 0 {
				t.Errorf("allowed_mentions is %v", m["allowed_mentions"])
			}
		})
	}
}

func payload(t *testing.T, kind, body string) string {
	t.Helper()
	media, params, _ := mime.ParseMediaType(kind)
	if media != "multipart/form-data" {
		return body
	}
	form, err := multipart.NewReader(bytes.NewReader([]byte(body)), params["boundary"]).ReadForm(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	file, err := form.File["files[0]"][0].Open()
	if err != nil {
		t.Fatal(err)
	}
	if content, _ := io.ReadAll(file); string(content) != "allowed_mentions" {
		t.Errorf("the file became %q", content)
	}
	return form.Value["payload_json"][0]
}

func TestAWelcomePingsExactlyOpenerAndStaff(t *testing.T) {
	w, c := newWire(t, always(200, `{"id":"1"}`))
	_, err := c.PostWelcome(t.Context(), ticket.Welcome{
		Ticket:   &ticket.Ticket{Number: 42, PublicID: "k3JxYzq9aPqR", Channel: 9, Answers: []ticket.Answer{{Question: "q", Values: []string{"<@999> @everyone"}}}},
		Category: &ticket.Category{Name: "Support", StaffRoles: []ticket.RoleID{31, 32}}, Opener: 4,
	}, 1, false)
	if err != nil {
		t.Fatal(err)
	}
	if want := `"allowed_mentions":{"parse":[],"roles":["31","32"],"users":["4"],"replied_user":false}`; !strings.Contains(w.bodies[0], want) {
		t.Errorf("body is %s", w.bodies[0])
	}
}
