package decryptall

import (
	"context"
	"encoding/binary"
	"strconv"
	"strings"

	"ticketbot/internal/everyrow"
)

// value is sealed bytes and everything that any image says about where they may lie.
type value struct {
	where  string // table and column, or that it is a blob
	sealed []byte
	spots  map[spot]bool
}

// spot is the row that holds a value, in so far as it is authenticated. People and the ticket are looked up later, since
// another image may know more of them.
type spot struct {
	guild   uint64
	epoch   uint32
	numbers string // every number in the row, eight bytes each
	people  string // the same for references to people
	paths   string // key paths in the row
	ticket  uint64 // its id
}

// Image gives the attacker every row of a database.
func (a *Attacker) Image(ctx context.Context, url string) error {
	return everyrow.Read(ctx, url, func(row everyrow.Row) error {
		a.Row(row)
		return nil
	})
}

// Row gives the attacker one row. A row that says more about a person or a ticket serves the values of all others.
func (a *Attacker) Row(row everyrow.Row) {
	at := spotOf(row)
	switch row[0].Table {
	case "person":
		a.learn(a.people, member{at.guild, at.epoch, number(row.Get("id"))}, string(row.Get("path")))
	case "ticket":
		at.ticket = number(row.Get("id"))
		a.tickets[member{at.guild, at.epoch, at.ticket}] = uint32(number(row.Get("number")))
	}
	for _, v := range row {
		switch {
		case v.Domain == "sealed" && v.Bytes != nil:
			a.value(v.Table+"."+v.Name, v.Bytes).spots[at] = true
		case v.Type == "text" && v.Bytes != nil:
			a.named[string(v.Bytes)] = append(a.named[string(v.Bytes)], at)
		}
	}
}

func spotOf(row everyrow.Row) spot {
	var at spot
	for _, v := range row {
		switch {
		case v.Type == "bigint" && v.Domain == "" || v.Type == "integer":
			at.numbers += packed(number(v.Bytes)) // 0 for null, so that each column keeps its place
		case v.Bytes == nil:
		case v.Type == "bytea" && v.Domain == "" && len(v.Bytes) >= 8: // a row without a number is known by its digest
			at.numbers += string(v.Bytes[:8])
		case v.Domain == "person_ref" || v.Domain == "person_refs":
			for id := range strings.SplitSeq(strings.Trim(string(v.Bytes), "{}"), ",") {
				at.people += packed(number([]byte(id)))
			}
		case v.Domain == "key_path":
			at.paths += string(v.Bytes)
		}
		switch v.Name {
		case "guild_id":
			at.guild = number(v.Bytes)
		case "epoch":
			at.epoch = uint32(number(v.Bytes))
		case "ticket_id":
			at.ticket = number(v.Bytes)
		}
	}
	return at
}

// number is a number as PostgreSQL writes it; an id of Discord may be a negative one.
func number(text []byte) uint64 {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return 0
	}
	return uint64(n)
}

func packed(n uint64) string { return string(binary.BigEndian.AppendUint64(nil, n)) }

func unpacked(s string) []uint64 {
	var all []uint64
	for ; len(s) >= 8; s = s[8:] {
		all = append(all, binary.BigEndian.Uint64([]byte(s)))
	}
	return all
}

// Blobs gives the attacker every file below dir. Its place is told by the rows that have its name.
func (a *Attacker) Blobs(dir string) error {
	return eachFile(dir, func(name string, content []byte) { a.Blob(name, content) })
}

// Blob gives the attacker one file that people sent, as it is stored.
func (a *Attacker) Blob(name string, content []byte) {
	v := a.value("blob", content)
	a.blobs[name] = append(a.blobs[name], v)
}

func (a *Attacker) value(where string, sealed []byte) *value {
	id := where + "\x00" + string(sealed)
	if a.values[id] == nil {
		a.values[id] = &value{where: where, sealed: sealed, spots: map[spot]bool{}}
	}
	return a.values[id]
}
