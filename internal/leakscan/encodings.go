package leakscan

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf16"
)

// needle is one word in one encoding.
type needle struct {
	word, encoding string
	bytes          []byte
}

func encodings(word string) []needle {
	raw := []byte(word)
	all := []needle{
		{word, "text", raw},
		{word, "lower case", bytes.ToLower(raw)},
		{word, "upper case", bytes.ToUpper(raw)},
		{word, "UTF-16LE", wide(word, binary.LittleEndian)},
		{word, "UTF-16BE", wide(word, binary.BigEndian)},
		{word, "hex", []byte(hex.EncodeToString(raw))},
		{word, "HEX", []byte(strings.ToUpper(hex.EncodeToString(raw)))},
	}
	for before := range 3 {
		all = append(all,
			needle{word, fmt.Sprintf("base64+%d", before), inBase64(base64.RawStdEncoding, raw, before)},
			needle{word, fmt.Sprintf("base64url+%d", before), inBase64(base64.RawURLEncoding, raw, before)})
	}
	for first := 1; first <= 8; first++ {
		all = append(all, needle{word, "pglz", inPGLZ(raw, first)})
	}
	return all
}

func wide(word string, order binary.AppendByteOrder) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(word)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

// inBase64 is what base64 makes of raw when that many bytes stand before it, less the characters at both ends that
// depend on neighbours too.
func inBase64(enc *base64.Encoding, raw []byte, before int) []byte {
	text := enc.EncodeToString(append(make([]byte, before), raw...))
	first := (before*8 + 5) / 6
	last := (before + len(raw)) * 8 / 6
	return []byte(text[first:last])
}

// inPGLZ is what PostgreSQL's compression makes of what it cannot shorten: groups of eight bytes, and before each a byte
// that says which of them are references. first is how many bytes of raw are in the group in which it begins. The last
// group is left out, unless too little would be left: its references may stand behind raw.
func inPGLZ(raw []byte, first int) []byte {
	out := bytes.Clone(raw[:min(first, len(raw))])
	known := len(out)
	for at := first; at < len(raw) && (at+8 <= len(raw) || known < shortest); at += 8 {
		group := raw[at:min(at+8, len(raw))]
		out = append(append(out, 0), group...)
		known += len(group)
	}
	return out
}
