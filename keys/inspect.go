package keys

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"ticketbot/keys/internal/disk"
)

// Report is what Inspect found in a keyring's directory.
type Report struct {
	State
	Guilds int    // that have keys
	Files  []File // in the order of their names
}

// File is one file of a keyring.
type File struct {
	Name    string
	Problem string // empty: it is whole
	// LeftOver: nothing names it any more, and nobody can read it. The next change removes it.
	LeftOver bool
}

// Whole says whether nothing is damaged or missing.
func (r Report) Whole() bool {
	return !slices.ContainsFunc(r.Files, func(f File) bool { return f.Problem != "" })
}

// InStep says whether two directories hold the same state of one keyring, both of them whole.
func (r Report) InStep(mirror Report) bool {
	return r.Whole() && mirror.Whole() && r.State == mirror.State && r.Generation > 0
}

// Inspect reads the keyring in dir, all of it, and says what is whole. It changes nothing and takes no lock, so the
// keyring may be in use. The error is for a directory that cannot be read; damage is in the report.
func Inspect(dir string) (Report, error) {
	r, err := inspect(disk.OS{Path: dir})
	if err != nil {
		return Report{}, explain(dir, err)
	}
	return r, nil
}

// inspections is how often a keyring is read anew because it was changed meanwhile.
const inspections = 10

func inspect(dir disk.Dir) (r Report, err error) {
	for range inspections {
		before, err := readIfThere(dir, rootFile)
		if err != nil {
			return Report{}, err
		}
		if r, err = look(dir, before); err != nil {
			return Report{}, err
		}
		after, err := readIfThere(dir, rootFile)
		if err != nil {
			return Report{}, err
		}
		if r.Whole() || bytes.Equal(before, after) {
			break
		}
	}
	return r, nil
}

func look(dir disk.Dir, root []byte) (Report, error) {
	names, err := dir.List()
	if err != nil {
		return Report{}, err
	}
	l := looking{dir: dir, found: map[string]File{}}
	for _, name := range names {
		if name == ledgerFile || strings.HasPrefix(name, topPrefix) || strings.HasPrefix(name, pagePrefix) {
			l.found[name] = File{Name: name, LeftOver: name != ledgerFile}
		}
	}
	generation, key, ok := newestRoot(root)
	if ok {
		l.note(rootFile, nil)
		l.Generation = generation
		l.top(generation, key)
	} else {
		l.note(rootFile, errors.New("no slot of it is whole"))
	}
	l.Files = slices.SortedFunc(maps.Values(l.found), func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	return l.Report, nil
}

// looking is an inspection under way.
type looking struct {
	Report
	dir   disk.Dir
	found map[string]File
}

func (l *looking) note(name string, problem error) {
	f := File{Name: name}
	if problem != nil {
		f.Problem = problem.Error()
	}
	l.found[name] = f
}

func (l *looking) top(generation uint64, root secret) {
	name := topName(generation)
	var t top
	content, err := l.sealed(root, name)
	if err == nil {
		t, err = decodeTop(content)
	}
	l.note(name, err)
	if err != nil {
		return
	}
	l.ID = t.id
	for number, ref := range t.pages {
		if ref.id != 0 {
			l.page(number, ref)
		}
	}
	l.ledger(&t)
}

func (l *looking) page(number int, ref pageRef) {
	name := pageName(number, ref)
	var p page
	content, err := l.sealed(ref.key, name)
	if err == nil {
		p, err = decodePage(number, content)
	}
	l.note(name, err)
	l.Guilds += len(p)
	if _, ok := p[server]; ok {
		l.Guilds--
	}
}

func (l *looking) ledger(t *top) {
	file, err := readIfThere(l.dir, ledgerFile)
	lines := emptyLedger(t.id)
	if err == nil {
		err = t.check(lines.followAll(file))
	}
	if damage, ok := errors.AsType[damaged](err); ok {
		err = damage.cause
	}
	if l.Forgotten = lines.seq; file != nil || t.applied > 0 {
		l.note(ledgerFile, err)
	}
}

func (l *looking) sealed(key secret, name string) ([]byte, error) {
	file, err := l.dir.Read(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("missing")
	case err != nil:
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	return unsealFile(key, name, file)
}
