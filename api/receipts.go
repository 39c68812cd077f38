package api

import (
	"context"
	"encoding/pem"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/privacy"
)

type receiptsAnswer struct {
	Body struct {
		Receipts []receiptLine `json:"receipts" nullable:"false"`
		UnderWay []wishLine    `json:"under_way" nullable:"false" doc:"What is being deleted and has no receipt yet, newest first"`
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

// wishLine is a deletion under way in a list.
type wishLine struct {
	ID      string    `json:"id" doc:"Id of the receipt that there will be"`
	AskedAt time.Time `json:"asked_at"`
	Page    string    `json:"page" doc:"Path of the page that shows how far it is, and later the receipt"`
}

// myReceipts is what was forgotten for the person: their own data, and the servers that they own.
func (s *Server) myReceipts(ctx context.Context, _ *struct{}) (*receiptsAnswer, error) {
	// First what is under way: what ends in between is in the other list too, not in neither.
	wishes, err := s.Privacy.UnderWay(ctx, visiting(ctx).user)
	if err != nil {
		return nil, fmt.Errorf("list what is being deleted for me: %w", err)
	}
	all, err := s.Privacy.Receipts(ctx, visiting(ctx).user)
	if err != nil {
		return nil, fmt.Errorf("list my receipts: %w", err)
	}
	answer := &receiptsAnswer{}
	answer.Body.UnderWay = make([]wishLine, len(wishes))
	for i, w := range wishes {
		answer.Body.UnderWay[i] = wishLine{ID: w.Receipt, AskedAt: w.Asked, Page: receiptPath(w.Receipt)}
	}
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
	wish, err := s.underWay(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if wish != nil {
		return nil, fault.New(fault.NotFound, "api.receipt.not_yet", "asked", moment(wish.Asked))
	}
	r, err := s.receipt(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &receiptAnswer{Body: r}, nil
}

var receiptID = regexp.MustCompile(`^[A-Za-z0-9_-]{16,43}$`)

// underWay is the visitor's own wish whose receipt has this id, while there is none yet; else nil. It is asked for before
// the receipt: what ends in between has one then.
func (s *Server) underWay(ctx context.Context, id string) (*privacy.UnderWay, error) {
	wishes, err := s.Privacy.UnderWay(ctx, visiting(ctx).user)
	if err != nil {
		return nil, fmt.Errorf("find what is being deleted: %w", err)
	}
	for i := range wishes {
		if wishes[i].Receipt == id {
			return &wishes[i], nil
		}
	}
	return nil, nil
}

// receipt is one of the visitor's own. That there is none and that it is somebody else's is the same answer.
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

// publicKey is what receipts are checked with.
func (s *Server) publicKey(w http.ResponseWriter, _ *http.Request) error {
	// RFC 8410: what stands before the 32 bytes of an Ed25519 key.
	before := []byte{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: append(before, s.Privacy.PublicKey()...)})) // the browser may have gone
	return nil
}
