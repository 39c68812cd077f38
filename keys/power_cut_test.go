package keys

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"ticketbot/keys/internal/disk"
	"ticketbot/keys/internal/disk/disktest"
)

// sweep is a life with a power cut at each operation in turn, once for each seed.
type sweep struct {
	mirrored bool
	seeds    uint64
	attacked uint64 // of the seeds, since an attack takes as long as ten lives
	plant    func(disk.Dir) disk.Dir

	lives, recoveries, attacks int
}

func (s *sweep) run(t testing.TB) error {
	for seed := range s.seeds {
		for cutAt := 1; ; cutAt++ {
			ended, err := s.live(t, seed, cutAt)
			if err != nil {
				return fmt.Errorf("seed %d, cut at %d: %w", seed, cutAt, err)
			}
			if ended {
				break
			}
		}
	}
	return nil
}

// begin is the start of a life, and every key in it.
func (s *sweep) begin(t testing.TB, seed uint64) (w *world, secrets map[fact][]secret, err error) {
	if s.mirrored {
		w = mirroredWorld(t, seed)
	} else {
		w = newWorld(t, seed)
	}
	secrets = w.ancestors()
	if s.plant != nil {
		w.plant = s.plant
		err = w.open()
	}
	w.disk.Ops = 0
	return w, secrets, err
}

// liveInPeace is a life without a power cut.
func (s *sweep) liveInPeace(t testing.TB) error {
	w, _, err := s.begin(t, 1)
	for _, step := range w.story() {
		err = errors.Join(err, step())
	}
	return errors.Join(err, w.open(), w.judge())
}

// live is one life. It ends before the cut when cutAt is later than its last operation.
func (s *sweep) live(t testing.TB, seed uint64, cutAt int) (ended bool, err error) {
	w, secrets, err := s.begin(t, seed)
	if err != nil {
		return false, err
	}
	ended = w.liveThrough(cutAt)
	if !ended {
		rnd := rand.New(rand.NewPCG(seed, uint64(cutAt)))
		for range rnd.IntN(3) {
			w.disk.CutAt = 1 + rnd.IntN(8)
			w.open()
			w.reboot()
			s.recoveries++
		}
		s.lives++
	}
	w.loseOne(cutAt)
	if err := w.open(); err != nil {
		return ended, fmt.Errorf("does not open: %w", err)
	}
	if err := w.judge(); err != nil {
		return ended, err
	}
	if !w.ring.Mirrored() {
		return ended, errors.New("the mirror is behind after a start")
	}
	if seed >= s.attacked {
		return ended, nil
	}
	s.attacks++
	won := w.attack(secrets, false)
	for _, f := range w.forgotten() {
		if won[f] {
			return ended, fmt.Errorf("%v of %v can be recovered", f.path, f.ten)
		}
	}
	return ended, nil
}

// loseOne takes one of two disks away for good, or none. What was acknowledged was on both.
func (w *world) loseOne(cutAt int) {
	switch {
	case w.mirror == nil:
	case cutAt%3 == 1:
		w.disk, w.mirror = w.mirror, nil
	case cutAt%3 == 2:
		w.mirror = nil
	}
}

func TestPowerCut(t *testing.T) {
	one := &sweep{seeds: 48, attacked: 1}
	two := &sweep{seeds: 28, attacked: 1, mirrored: true}
	if testing.Short() {
		one.seeds, two.seeds = 4, 2
	}
	t.Cleanup(func() {
		if lives := one.lives + two.lives; lives < 2000 && !testing.Short() {
			t.Errorf("%d lives, want at least 2,000", lives)
		}
	})
	for name, s := range map[string]*sweep{"one directory": one, "two directories": two} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := s.run(t); err != nil {
				t.Error(err)
			}
			t.Logf("%d power cuts, %d more during recovery, %d attacks", s.lives, s.recoveries, s.attacks)
		})
	}
}

// liveThrough tells the story with a power cut at operation cutAt, and says whether it ended before the cut.
func (w *world) liveThrough(cutAt int) (whole bool) {
	w.disk.CutAt = cutAt
	for _, step := range w.story() {
		if step() != nil {
			break
		}
	}
	whole = w.disk.Ops < cutAt
	w.reboot()
	return whole
}

func TestPowerCut_on_the_very_first_start(t *testing.T) {
	for seed := range uint64(40) {
		for cutAt := 1; ; cutAt++ {
			main := disktest.New(seed)
			second := disktest.NewOn(main.Power, seed+1000)
			var m disk.Dir // every other seed has a mirror
			if seed%2 == 1 {
				m = second
			}
			main.CutAt = cutAt
			openOn(main, m)
			if main.Ops < cutAt {
				break
			}
			main.Reboot()
			second.Reboot()
			r, _, err := openOn(main, m)
			if err != nil {
				t.Fatalf("seed %d, cut at %d: %v", seed, cutAt, err)
			}
			if err := r.AddGuild(t.Context(), 5, 1); err != nil {
				t.Fatalf("seed %d, cut at %d: %v", seed, cutAt, err)
			}
		}
	}
}
