package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"ticketbot/internal/say"
	"ticketbot/privacy"
)

// receiptPage shows a receipt to whom it is owed, and before there is one how far it is.
func (s *Server) receiptPage(w http.ResponseWriter, r *http.Request) error {
	wish, err := s.underWay(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if wish != nil {
		return s.show(w, "under-way.html", underWayView(*wish))
	}
	receipt, err := s.receipt(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	st, err := receipt.Check(s.Privacy.PublicKey())
	if err != nil {
		return fmt.Errorf("check a receipt of our own: %w", err)
	}
	return s.show(w, "receipt.html", receiptView(receipt, st))
}

// receiptShown is a receipt for people.
type receiptShown struct {
	ID, Title, Lead string
	Facts           []fact
	Deleted         []fact
	Signature, Key  string
	JSON            string // path
	Statement       string
}

type fact struct{ Name, Value string }

func receiptView(r privacy.Receipt, st privacy.Statement) receiptShown {
	v := receiptShown{
		ID: r.ID, Signature: base64.StdEncoding.EncodeToString(r.Signature), Key: base64.StdEncoding.EncodeToString(r.PublicKey),
		JSON: "/api/me" + receiptPath(r.ID), Statement: indented(r.Statement),
	}
	switch st.Kind {
	case privacy.KindGuild:
		v.Title, v.Lead = say.T("api.receipt.guild"), say.T("api.receipt.guild_lead")
	case privacy.KindTicket:
		v.Title, v.Lead = say.T("api.receipt.ticket"), say.T("api.receipt.ticket_lead")
	default:
		v.Title, v.Lead = say.T("api.receipt.person"), say.T("api.receipt.person_lead")
		if p := personForgotten(r); p != nil && p.Unreadable > 0 {
			v.Lead = say.T("api.receipt.person_part_lead")
		}
	}
	mirror := say.T("api.receipt.mirror_done")
	if st.Keyring.Mirror != "done" {
		mirror = say.T("api.receipt.mirror_pending")
		v.Lead += " " + mirror
	}
	v.times(r, st)
	v.Facts = append(v.Facts,
		fact{say.T("api.receipt.at"), moment(st.At)}, fact{say.T("api.receipt.mirror"), mirror},
		fact{say.T("api.receipt.policy"), st.Policy}, fact{say.T("api.receipt.number"), r.ID})
	v.count(st.Rows)
	return v
}

// times are what happened when.
func (v *receiptShown) times(r privacy.Receipt, st privacy.Statement) {
	if g := st.Guild; g != nil {
		v.Facts = append(v.Facts,
			fact{say.T("api.receipt.server"), g.Server.String()},
			fact{say.T("api.receipt.sealed"), moment(g.Sealed)},
			fact{say.T("api.receipt.keys_gone"), moment(g.Forgotten)},
			fact{say.T("api.receipt.rows_gone"), moment(g.Rows)})
	}
	p := personForgotten(r)
	if p == nil {
		return
	}
	v.Facts = append(v.Facts,
		fact{say.T("api.receipt.asked"), moment(p.Asked)},
		fact{say.T("api.receipt.keys_gone"), moment(p.KeysGone)},
		fact{say.T("api.receipt.servers"), grouped(p.Servers)})
	if p.Kept > 0 {
		v.Facts = append(v.Facts, fact{say.T("api.receipt.kept"), grouped(p.Kept)})
	}
	if p.Unreadable > 0 {
		v.Facts = append(v.Facts, fact{say.T("api.receipt.unreadable"), grouped(p.Unreadable)})
	}
	v.Deleted = append(v.Deleted,
		fact{say.T("api.receipt.messages"), grouped(p.Messages)},
		fact{say.T("api.receipt.files"), grouped(p.Files)},
		fact{say.T("api.receipt.tickets_named"), grouped(p.Tickets)})
}

// personForgotten is what a receipt states of a person; nil if it is about something else.
func personForgotten(r privacy.Receipt) *privacy.PersonForgotten {
	var about struct {
		Person *privacy.PersonForgotten `json:"person"`
	}
	if json.Unmarshal([]byte(r.Statement), &about) != nil {
		return nil
	}
	return about.Person
}

// count says in people's words how much was deleted. What they know nothing of is one number.
func (v *receiptShown) count(rows map[string]int64) {
	var all int64
	for _, n := range rows {
		all += n
	}
	for _, known := range []struct{ table, key string }{
		{"ticket", "api.receipt.tickets"}, {"message", "api.receipt.messages"}, {"revision", "api.receipt.revisions"},
		{"file", "api.receipt.files"}, {"person", "api.receipt.people"},
	} {
		if n := rows[known.table]; n > 0 {
			v.Deleted = append(v.Deleted, fact{say.T(known.key), grouped(n)})
			all -= n
		}
	}
	if all > 0 {
		v.Deleted = append(v.Deleted, fact{say.T("api.receipt.other"), grouped(all)})
	}
}

func moment(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04:05 UTC") }

// grouped is a number as people read it: 50,000.
func grouped[T int | int64](n T) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// indented is the statement for reading; what was signed has no white space.
func indented(statement string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(statement), "", "  ") != nil {
		return statement
	}
	return b.String()
}
