package decryptall

import (
	"maps"
	"slices"
)

// highestField is how far fields are tried; they are numbered from 1.
const highestField = 64

// Attacker is given loot and attacks once. Not for concurrent use.
type Attacker struct {
	files   []File
	values  map[string]*value
	blobs   map[string][]*value // by the file's name
	named   map[string][]spot   // rows by each text in them
	people  map[member][]string // key paths
	tickets map[member]uint32   // their numbers

	vault   *vault
	leaves  map[leafOf][]key
	recipes map[string]map[recipe]bool // by where
}

// member is a person or a ticket of a guild, by id.
type member struct {
	guild uint64
	epoch uint32
	id    uint64
}

type leafOf struct {
	guild uint64
	path  path
}

// recipe is how values of one column were opened before: as which field, under which of the row's numbers.
type recipe struct {
	field uint16
	nth   int
}

// New is an attacker who has nothing.
func New() *Attacker {
	return &Attacker{
		values: map[string]*value{}, blobs: map[string][]*value{}, named: map[string][]spot{},
		people: map[member][]string{}, tickets: map[member]uint32{},
		leaves: map[leafOf][]key{}, recipes: map[string]map[recipe]bool{},
	}
}

func (a *Attacker) learn(of map[member][]string, who member, path string) {
	if path != "" && !slices.Contains(of[who], path) {
		of[who] = append(of[who], path)
	}
}

// Learn takes over from an earlier attack how the values of each column opened, which saves trying.
func (a *Attacker) Learn(from *Attacker) { a.recipes = from.recipes }

// Opened is a value that the attacker could read.
type Opened struct {
	Where  string // table.column, or blob
	Sealed []byte
	Plain  []byte
	Place  Place
}

// Place is where a value lay, as far as it is authenticated. Paths are as they are stored; nil for none.
type Place struct {
	Guild          uint64
	Epoch          uint32
	Field          uint16
	Row            uint64
	Person, Ticket []byte
}

// Spoils are what an attack came to. An attacker that opens nothing may only be blind, so look at Tally too.
type Spoils struct {
	Opened []Opened
	Tally  map[string]Tally // by Where
	Files  Tally            // sealed files of the keyring
}

// Tally is how many values there were, and how many of them opened.
type Tally struct{ Seen, Opened int }

// Texts are all plaintexts.
func (s *Spoils) Texts() [][]byte {
	texts := make([][]byte, len(s.Opened))
	for i, o := range s.Opened {
		texts[i] = o.Plain
	}
	return texts
}

// Attack opens everything that anything opens.
func (a *Attacker) Attack() *Spoils {
	a.vault = crack(a.files)
	s := &Spoils{Tally: map[string]Tally{}}
	s.Files = Tally{len(a.vault.opened) + len(a.vault.closed), len(a.vault.opened)}
	for name, blobs := range a.blobs {
		for _, v := range blobs {
			for _, at := range a.named[name] {
				v.spots[at] = true
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(a.values)) {
		v := a.values[id]
		t := s.Tally[v.where]
		t.Seen++
		if plain, at, ok := a.open(v); ok {
			t.Opened++
			s.Opened = append(s.Opened, Opened{v.where, v.sealed, plain, at.place()})
		}
		s.Tally[v.where] = t
	}
	return s
}

// open tries what has worked for the column, and then everything.
func (a *Attacker) open(v *value) ([]byte, ref, bool) {
	known := a.recipes[v.where]
	for at := range v.spots {
		leaves := a.places(at)
		for n, row := range unpacked(at.numbers) {
			for field := range uint16(highestField) {
				r := recipe{field + 1, n}
				if len(known) > 0 && !known[r] {
					continue
				}
				if plain, under, ok := a.openAt(v, at, row, r.field, leaves); ok {
					a.remember(v.where, at, row, field+1)
					return plain, under, true
				}
			}
		}
	}
	return nil, ref{}, false
}

// remember notes how a value opened. Any of the row's numbers that happens to be the same may have been the one.
func (a *Attacker) remember(where string, at spot, row uint64, field uint16) {
	if a.recipes[where] == nil {
		a.recipes[where] = map[recipe]bool{}
	}
	for n, same := range unpacked(at.numbers) {
		if same == row {
			a.recipes[where][recipe{field, n}] = true
		}
	}
}

// place is a person and a ticket under whom a value may lie, and the leaf keys for it.
type place struct {
	person, ticket path
	leaves         [][]byte
}

// places are all that a row may mean, and that there are keys for. A row that names no ticket may be any one's.
func (a *Attacker) places(at spot) []place {
	people, tickets := []path{{}}, []path{{}}
	add := func(stored string) {
		if p, ok := parsePath([]byte(stored)); ok && !slices.Contains(people, p) {
			people = append(people, p)
		}
	}
	for _, id := range unpacked(at.people) {
		for _, stored := range a.people[member{at.guild, at.epoch, id}] {
			add(stored)
		}
	}
	for paths := at.paths; len(paths) >= 8; paths = paths[8:] {
		add(paths[:8])
	}
	for t, number := range a.tickets {
		if t.guild == at.guild && t.epoch == at.epoch && (at.ticket == 0 || at.ticket == t.id) {
			tickets = append(tickets, ticketPath(number))
		}
	}
	var all []place
	for _, person := range people {
		for _, ticket := range tickets {
			if leaves := a.joined(at.guild, person, ticket); len(leaves) > 0 {
				all = append(all, place{person, ticket, leaves})
			}
		}
	}
	return all
}

// joined are the leaf keys of a person and a ticket, one after the other, in every combination.
func (a *Attacker) joined(guild uint64, person, ticket path) [][]byte {
	if person.len == 0 && ticket.len == 0 {
		person = configuration
	}
	joined := [][]byte{nil}
	for _, p := range []path{person, ticket} {
		if p.len == 0 {
			continue
		}
		of := leafOf{guild, p}
		if _, ok := a.leaves[of]; !ok {
			a.leaves[of] = a.vault.leaves(guild, p)
		}
		var longer [][]byte
		for _, begun := range joined {
			for _, k := range a.leaves[of] {
				longer = append(longer, slices.Concat(begun, k[:]))
			}
		}
		joined = longer
	}
	return joined
}

func (a *Attacker) openAt(v *value, at spot, row uint64, field uint16, places []place) ([]byte, ref, bool) {
	for _, p := range places {
		r := ref{at.guild, at.epoch, field, row, p.person, p.ticket}
		for _, leaves := range p.leaves {
			if plain, ok := r.open(leaves, v.sealed); ok {
				return plain, r, true
			}
		}
	}
	return nil, ref{}, false
}
