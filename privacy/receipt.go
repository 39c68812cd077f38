package privacy

import (
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/ticket"
)

// Receipt says what was forgotten, signed by the keyring that forgot it. Statement is the text that was signed, byte for
// byte, and reads as a [Statement]. Without us it is checked with nothing but the public key that this installation
// publishes: Ed25519 (RFC 8032), the message being the bytes of the statement. See docs/receipts.md.
type Receipt struct {
	ID        string `json:"id"`
	Statement string `json:"statement"`
	Signature []byte `json:"signature"`  // 64 bytes; base64 in JSON
	PublicKey []byte `json:"public_key"` // 32 bytes
}

// Statement is what a receipt states. What does not belong to its kind is absent.
type Statement struct {
	About string    `json:"about"` // always receiptAbout, so that the signature serves for nothing else
	ID    string    `json:"id"`
	Kind  string    `json:"kind"` // guild, person, ticket
	At    time.Time `json:"at"`

	Guild  *GuildForgotten `json:"guild,omitempty"`
	Person any             `json:"person,omitempty"`

	Rows    map[string]int64 `json:"rows,omitempty"` // how many were deleted, by table
	Keyring KeyringStatement `json:"keyring"`
	Policy  string           `json:"policy"` // the version in force, by its date
}

// GuildForgotten is when what happened to a server's data.
type GuildForgotten struct {
	Server    ticket.GuildID `json:"server,string"`
	Epoch     uint32         `json:"membership"`
	Evidence  Evidence       `json:"evidence"`
	Joined    time.Time      `json:"joined"`
	Sealed    time.Time      `json:"sealed"`       // from then on nobody could read it
	Forgotten time.Time      `json:"keys_gone"`    // from then on nobody can, copies and backups included
	Rows      time.Time      `json:"rows_deleted"` // and then the rows were deleted
}

// KeyringStatement is how far the keyring had come when it was signed.
type KeyringStatement struct {
	ID         string `json:"id"`
	Generation uint64 `json:"generation"`
	Ledger     uint64 `json:"ledger"` // forgettings it holds, this one included
	Mirror     string `json:"mirror"` // done, or pending: a copy of the keyring could not be reached yet
}

const (
	receiptAbout  = "ticketbot receipt v1"
	mirrorDone    = "done"
	mirrorPending = "pending"
)

// Kinds of receipts.
const (
	KindGuild  = "guild"
	KindPerson = "person"
	KindTicket = "ticket"
)

type signer interface {
	State() keys.State
	Mirrored() bool
	Sign(message []byte) []byte
	PublicKey() []byte
	ServerTag(purpose string, value []byte) (keys.Tag, error)
}

// sign completes a statement with what the keyring knows, and signs it.
func (s *Service) sign(st Statement) (Receipt, error) {
	state := s.keys.State()
	st.About, st.Policy = receiptAbout, PolicyDate
	st.Keyring = KeyringStatement{
		ID: hex.EncodeToString(state.ID[:]), Generation: state.Generation, Ledger: state.Forgotten, Mirror: mirrorPending,
	}
	if s.keys.Mirrored() {
		st.Keyring.Mirror = mirrorDone
	}
	text, err := json.Marshal(st)
	if err != nil {
		return Receipt{}, fmt.Errorf("write a receipt: %w", err)
	}
	return Receipt{ID: st.ID, Statement: string(text), Signature: s.keys.Sign(text), PublicKey: s.keys.PublicKey()}, nil
}

// Check reads the statement of a receipt, if publicKey signed it. The key that the receipt itself names proves nothing.
func (r Receipt) Check(publicKey []byte) (Statement, error) {
	var st Statement
	if len(publicKey) != ed25519.PublicKeySize || !ed25519.Verify(publicKey, []byte(r.Statement), r.Signature) {
		return st, fault.New(fault.Invalid, "privacy.forged")
	}
	if err := json.Unmarshal([]byte(r.Statement), &st); err != nil {
		return st, fmt.Errorf("read a receipt: %w", err)
	}
	if st.About != receiptAbout || st.ID != r.ID {
		return st, fault.New(fault.Invalid, "privacy.forged")
	}
	return st, nil
}

// receipts finds receipts by whom they are owed to.
type receipts interface {
	// Receipts are those that are signed, newest first.
	Receipts(ctx context.Context, owner keys.Tag) ([]Receipt, error)
	// Receipt is fault NotFound for another owner's.
	Receipt(ctx context.Context, owner keys.Tag, id string) (Receipt, error)
}

// ownerTag is how a receipt knows whose it is.
func (s *Service) ownerTag(user ticket.UserID) (keys.Tag, error) {
	tag, err := s.keys.ServerTag("receipt owner", binary.BigEndian.AppendUint64(nil, uint64(user)))
	if err != nil {
		return tag, fmt.Errorf("tag the owner of a receipt: %w", err)
	}
	return tag, nil
}

// Receipts are those owed to a user, newest first.
func (s *Service) Receipts(ctx context.Context, user ticket.UserID) ([]Receipt, error) {
	owner, err := s.ownerTag(user)
	if err != nil {
		return nil, err
	}
	return s.store.Receipts(ctx, owner)
}

// Receipt is one of those owed to a user; fault NotFound if there is no such receipt of theirs.
func (s *Service) Receipt(ctx context.Context, user ticket.UserID, id string) (Receipt, error) {
	owner, err := s.ownerTag(user)
	if err != nil {
		return Receipt{}, err
	}
	return s.store.Receipt(ctx, owner, id)
}
