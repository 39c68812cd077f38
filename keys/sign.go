package keys

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
)

// Signatures are Ed25519. The private key's seed is HKDF-SHA256(the signing leaf of the server's tree, no salt, info =
// label), so it is as old as the keyring, and lost with it.
const labelSign = "ticketbot keys v1 signature"

// Sign says, to whoever has PublicKey, that message is this installation's. It is nil when the ring is closed or cannot
// reach its keys.
func (r *Ring) Sign(message []byte) []byte {
	key := r.signingKey()
	if key == nil {
		return nil
	}
	return ed25519.Sign(key, message)
}

// PublicKey checks what Sign made: 32 bytes, the same for the keyring's whole life. nil as with Sign.
func (r *Ring) PublicKey() []byte {
	key := r.signingKey()
	if key == nil {
		return nil
	}
	return key.Public().(ed25519.PublicKey)
}

func (r *Ring) signingKey() ed25519.PrivateKey {
	leaf, err := r.leaf(server, guildPath(purposeSign))
	if err != nil {
		return nil
	}
	seed, err := hkdf.Key(sha256.New, leaf[:], nil, labelSign, ed25519.SeedSize)
	if err != nil {
		return nil
	}
	return ed25519.NewKeyFromSeed(seed)
}
