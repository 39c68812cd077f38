// Package disktest is a directory in memory that can lose its power or refuse a write, and that remembers every byte it
// was ever given.
package disktest

import (
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
)

var (
	ErrPowerCut = errors.New("power cut")
	ErrNoSpace  = errors.New("no space left on device")
)

// tear is the grain at which an overwrite is torn, far finer than any disk's sector.
const tear = 16

// Power is what the directories of one machine share.
type Power struct {
	// CutAt cuts the power during the operation of that number, counted from 1; everything fails until Reboot.
	CutAt int
	// FailAt makes that operation fail, having done part of its work, without ending the machine.
	FailAt int
	// Ops counts operations that write.
	Ops int

	dead bool
}

// Sim implements disk.Dir. What was not synced may, after a power cut, be there, be missing, or be there in part.
type Sim struct {
	*Power

	// Broken is why nothing of this directory can be read or written, as with a disk that was pulled out.
	Broken error
	// ReadOnly lets only reads through.
	ReadOnly error

	// Written is every file content ever given to Create and Append. Slots is what the file that is overwritten in place
	// held after each overwrite: what a disk that keeps old blocks could give away.
	Written []Blob
	Slots   [][]byte

	mu      sync.Mutex
	rnd     *rand.Rand
	now     map[string][]byte
	durable map[string][]byte // what a power cut certainly leaves
}

// Blob is the content a file was once given.
type Blob struct {
	Name string
	Data []byte
}

// New returns an empty directory; seed decides how things tear.
func New(seed uint64) *Sim { return NewOn(&Power{}, seed) }

// NewOn is New for a machine that has directories already.
func NewOn(p *Power, seed uint64) *Sim {
	return &Sim{Power: p, rnd: rand.New(rand.NewPCG(seed, 1)), now: map[string][]byte{}, durable: map[string][]byte{}}
}

// step counts an operation. torn says that it happens only in part, for the reason of err.
func (s *Sim) step() (torn bool, err error) {
	switch {
	case s.dead:
		return false, ErrPowerCut
	case s.Broken != nil:
		return false, s.Broken
	case s.ReadOnly != nil:
		return false, s.ReadOnly
	}
	s.Ops++
	switch s.Ops {
	case s.CutAt:
		s.dead = true
		return true, ErrPowerCut
	case s.FailAt:
		return true, ErrNoSpace
	}
	return false, nil
}

// Reboot turns the power on again, over one of the directories that the cut can have left. Each directory of a machine
// has to be rebooted.
func (s *Sim) Reboot() {
	after := maps.Clone(s.durable)
	for _, name := range slices.Sorted(maps.Keys(s.now)) {
		if _, ok := after[name]; !ok && s.rnd.IntN(2) == 0 {
			after[name] = s.now[name]
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.durable)) {
		if _, ok := s.now[name]; !ok && s.rnd.IntN(2) == 0 {
			delete(after, name)
		}
	}
	s.now, s.durable = maps.Clone(after), after
	*s.Power = Power{}
}

func (s *Sim) Read(name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Broken != nil {
		return nil, s.Broken
	}
	if b, ok := s.now[name]; ok {
		return slices.Clone(b), nil
	}
	return nil, fs.ErrNotExist
}

func (s *Sim) List() ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Broken != nil {
		return nil, s.Broken
	}
	return slices.Sorted(maps.Keys(s.now)), nil
}

func (s *Sim) Create(name string, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	torn, err := s.step()
	if err != nil && !torn {
		return err
	}
	s.Written = append(s.Written, Blob{name, slices.Clone(data)})
	if torn {
		data = data[:s.rnd.IntN(len(data)+1)]
	}
	s.now[name] = slices.Clone(data)
	if _, named := s.durable[name]; named {
		s.durable[name] = slices.Clone(data)
	}
	return err
}

func (s *Sim) Append(name string, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	torn, err := s.step()
	if err != nil && !torn {
		return err
	}
	s.Written = append(s.Written, Blob{name, slices.Clone(data)})
	if torn {
		data = s.tornTail(data)
	}
	s.now[name] = append(slices.Clone(s.now[name]), data...)
	if _, named := s.durable[name]; named {
		s.durable[name] = slices.Clone(s.now[name])
	}
	return err
}

// tornTail is what may be found where data was being appended: a part of it, at times with a hole of zeros before it.
func (s *Sim) tornTail(data []byte) []byte {
	part := slices.Clone(data[:s.rnd.IntN(len(data)+1)])
	if s.rnd.IntN(3) == 0 {
		clear(part[:s.rnd.IntN(len(part)+1)])
	}
	return part
}

func (s *Sim) Cut(name string, size int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	torn, err := s.step()
	if err != nil && !torn {
		return err
	}
	if _, ok := s.now[name]; !ok {
		return fs.ErrNotExist
	}
	if torn && s.rnd.IntN(2) == 0 {
		return err
	}
	s.now[name] = slices.Clone(s.now[name][:size])
	if _, named := s.durable[name]; named {
		s.durable[name] = slices.Clone(s.now[name])
	}
	return err
}

func (s *Sim) Overwrite(name string, off int64, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	torn, err := s.step()
	if err != nil && !torn {
		return err
	}
	file, ok := s.now[name]
	if !ok || int(off)+len(data) > len(file) {
		return fs.ErrNotExist
	}
	file = slices.Clone(file)
	for i := 0; i < len(data); i += tear {
		if !torn || s.rnd.IntN(2) == 0 {
			copy(file[int(off)+i:], data[i:min(i+tear, len(data))])
		}
	}
	s.Slots = append(s.Slots, slices.Clone(file))
	s.now[name] = file
	if _, named := s.durable[name]; named {
		s.durable[name] = slices.Clone(file)
	}
	return err
}

func (s *Sim) Sync() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.step(); err != nil {
		return err
	}
	s.durable = maps.Clone(s.now)
	return nil
}

func (s *Sim) Remove(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	torn, err := s.step()
	if err != nil && !torn {
		return err
	}
	delete(s.now, name)
	return err
}

// Clone is a copy of the directory as it is, on a machine of its own.
func (s *Sim) Clone() *Sim {
	c := New(7)
	c.now, c.durable = maps.Clone(s.now), maps.Clone(s.now)
	return c
}
