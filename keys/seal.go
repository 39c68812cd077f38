package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// A sealed value, from its first byte:
//
//	version, 1 byte ‖ nonce, 12 random bytes ‖ AES-256-GCM(record key, padded content, AAD = Ref) with its 16-byte tag
//
// record key = HKDF-SHA256(the leaf keys of Ref, salt = row, info = label ‖ field). Versions share one number space with
// streams, so that neither is ever taken for the other.
const (
	versionValue  byte = 1
	versionStream byte = 2

	labelValue = "ticketbot keys v1 value"

	nonceSize = 12
	tagSize   = 16

	// SealedOverhead is how much longer a sealed value is than its bucket.
	SealedOverhead = 1 + nonceSize + tagSize

	// MaxValue is the longest content Seal takes, in bytes. Longer content is streamed.
	MaxValue = 16 << 20
)

// Seal encrypts plain for its place. Sealing the same content twice gives different bytes of the same length.
func (r *Ring) Seal(ref Ref, plain []byte) ([]byte, error) {
	if err := ref.check(); err != nil {
		return nil, err
	}
	return r.seal(ref, plain)
}

// Unseal decrypts what Seal made for the same place: ErrForgotten when a leaf of it is gone, ErrCorrupt when the bytes
// or the place are not those of Seal.
func (r *Ring) Unseal(ref Ref, sealed []byte) ([]byte, error) {
	if err := ref.check(); err != nil {
		return nil, err
	}
	return r.unseal(ref, sealed)
}

// SealServer encrypts what belongs to no guild, as a login session does. It can be deleted but not forgotten.
func (r *Ring) SealServer(field Field, row uint64, plain []byte) ([]byte, error) {
	return r.seal(Ref{Field: field, Row: row}, plain)
}

// UnsealServer decrypts what SealServer made for the same field and row.
func (r *Ring) UnsealServer(field Field, row uint64, sealed []byte) ([]byte, error) {
	return r.unseal(Ref{Field: field, Row: row}, sealed)
}

func (r *Ring) seal(ref Ref, plain []byte) ([]byte, error) {
	if len(plain) > MaxValue {
		return nil, fmt.Errorf("seal %d bytes: more than %d, which is for a stream", len(plain), MaxValue)
	}
	key, err := r.recordKey(ref, labelValue, nil)
	if err != nil {
		return nil, err
	}
	padded := pad(plain)
	out := make([]byte, 1, SealedOverhead+len(padded))
	out[0] = versionValue
	return randomNonceAEAD(key).Seal(out, nil, padded, ref.authenticated(versionValue)), nil
}

func (r *Ring) unseal(ref Ref, sealed []byte) ([]byte, error) {
	key, err := r.recordKey(ref, labelValue, nil)
	if err != nil {
		return nil, err
	}
	if len(sealed) < SealedOverhead || sealed[0] != versionValue {
		return nil, ErrCorrupt
	}
	padded, err := randomNonceAEAD(key).Open(nil, nil, sealed[1:], ref.authenticated(versionValue))
	if err != nil {
		return nil, ErrCorrupt
	}
	return unpad(padded)
}

// recordKey is the key of one row's field; extra goes into the salt, after the row.
func (r *Ring) recordKey(ref Ref, label string, extra []byte) (secret, error) {
	joined := make([]byte, 0, 2*len(secret{}))
	for _, p := range ref.leaves() {
		key, err := r.leaf(ref.tenancy(), p)
		if err != nil {
			return secret{}, err
		}
		joined = append(joined, key[:]...)
	}
	salt := append(binary.BigEndian.AppendUint64(nil, ref.Row), extra...)
	info := string(binary.BigEndian.AppendUint16([]byte(label), uint16(ref.Field)))
	key, err := hkdf.Key(sha256.New, joined, salt, info, len(secret{}))
	if err != nil {
		return secret{}, fmt.Errorf("derive record key: %w", err)
	}
	return secret(key), nil
}

func randomNonceAEAD(key secret) cipher.AEAD {
	aead, err := cipher.NewGCMWithRandomNonce(newBlock(key))
	if err != nil {
		panic(err) // only for a block that is not AES
	}
	return aead
}

func newBlock(key secret) cipher.Block {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // only for a key that is not 16, 24 or 32 bytes
	}
	return block
}
