package api

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/internal/say"
	"ticketbot/privacy"
)

type receiptsAnswer struct {
	Body struct {
		Receipts []receiptLine `json:"receipts" nullable:"false"`
	}
}

// receiptLine is a receipt in a list.
type receiptLine struct {
	ID     string    `json:"id"`
	Kind   string    `json:"kind" enum:"guild,person,ticket" doc:"What was forgotten"`
	At     time.Time `json:"at"`
	Server string    `json:"server,omitempty" doc:"Discord's id of the server that was forgotten"`
	Page   string    `json:"page" doc:"Path of the page that shows it"`
}

// myReceipts is what was forgotten for the person: their own data, and the servers that they own.
func (s *Server) myReceipts(ctx context.Context, _ *struct{}) (*receiptsAnswer, error) {
	all, err := s.Privacy.Receipts(ctx, visiting(ctx).user)
	if err != nil {
		return nil, fmt.Errorf("list my receipts: %w", err)
	}
	answer := &receiptsAnswer{}
	answer.Body.Receipts = make([]receiptLine, 0, len(all))
	for _, r := range all {
		st, err := r.Check(s.Privacy.PublicKey())
		if err != nil {
			return nil, fmt.Errorf("check a receipt of our own: %w", err)
		}
		line := receiptLine{ID: r.ID, Kind: st.Kind, At: st.At, Page: receiptPath(r.ID)}
		if st.Guild != nil {
			line.Server = st.Guild.Server.String()
		}
		answer.Body.Receipts = append(answer.Body.Receipts, line)
	}
	return answer, nil
}

func receiptPath(id string) string { return "/receipts/" + id }

type receiptInput struct {
	ID string `path:"id" doc:"The receipt's id"`
}

type receiptAnswer struct{ Body privacy.Receipt }

// showReceipt is the receipt as it was signed, to keep and to check without us.
func (s *Server) showReceipt(ctx context.Context, in *receiptInput) (*receiptAnswer, error) {
	r, err := s.receipt(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &receiptAnswer{Body: r}, nil
}

var receiptID = regexp.MustCompile(`^[A-Za-z0-9_-]{16,43}$`)

// receipt is one of the visitor's own. That there is none and that it is somebody else's is the same answer; so is that it
// is not written yet.
func (s *Server) receipt(ctx context.Context, id string) (privacy.Receipt, error) {
	none := fault.New(fault.NotFound, "api.receipt.none")
	if !receiptID.MatchString(id) {
		return privacy.Receipt{}, none
	}
	r, err := s.Privacy.Receipt(ctx, visiting(ctx).user, id)
	if fault.KindOf(err) == fault.NotFound {
		return privacy.Receipt{}, none
	}
	if err != nil {
		return privacy.Receipt{}, fmt.Errorf("find receipt: %w", err)
	}
	return r, nil
}

// receiptPage shows a receipt to whom it is owed.
func (s *Server) receiptPage(w http.ResponseWriter, r *http.Request) error {
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
	Rows            []fact
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
	}
	if g := st.Guild; g != nil {
		v.Facts = append(v.Facts,
			fact{say.T("api.receipt.server"), g.Server.String()},
			fact{say.T("api.receipt.sealed"), moment(g.Sealed)},
			fact{say.T("api.receipt.keys_gone"), moment(g.Forgotten)},
			fact{say.T("api.receipt.rows_gone"), moment(g.Rows)})
	}
	mirror := say.T("api.receipt.mirror_done")
	if st.Keyring.Mirror != "done" {
		mirror = say.T("api.receipt.mirror_pending")
		v.Lead += " " + mirror
	}
	v.Facts = append(v.Facts,
		fact{say.T("api.receipt.at"), moment(st.At)}, fact{say.T("api.receipt.mirror"), mirror},
		fact{say.T("api.receipt.policy"), st.Policy}, fact{say.T("api.receipt.number"), r.ID})
	for _, table := range slices.Sorted(maps.Keys(st.Rows)) {
		if n := st.Rows[table]; n > 0 {
			v.Rows = append(v.Rows, fact{strings.ReplaceAll(table, "_", " "), fmt.Sprint(n)})
		}
	}
	return v
}

func moment(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04:05 UTC") }

func indented(statement string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(statement), "", "  ") != nil {
		return statement
	}
	return b.String()
}

// publicKey is what receipts are checked with.
func (s *Server) publicKey(w http.ResponseWriter, _ *http.Request) error {
	// RFC 8410: what stands before the 32 bytes of an Ed25519 key.
	before := []byte{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: append(before, s.Privacy.PublicKey()...)})) // the browser may have gone
	return nil
}
