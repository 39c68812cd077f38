package pglocal

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ticketbot/internal/fault"

	"github.com/jackc/pgx/v5/pgconn"
)

// oldest is the first major version that every query of ours is written for.
const oldest = 15

// usualPlaces are where packages put PostgreSQL's server programs, which are seldom on the PATH.
var usualPlaces = []string{
	"/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
	"/usr/pgsql-*/bin",                                   // PGDG on Red Hat
	"/usr/lib/postgresql*/bin",                           // SUSE
	"/usr/libexec/postgresql*",                           // Alpine
	"/usr/bin",                                           // Fedora, Arch
	"/opt/homebrew/opt/postgresql@*/bin",                 // Homebrew, Apple silicon
	"/usr/local/opt/postgresql@*/bin",                    // Homebrew, Intel
	"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",    // Homebrew, Linux
	"/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
	"/usr/local/pgsql/bin",                               // built from source
	"/usr/local/bin",                                     // BSD
}

// binaries is a directory that holds initdb and postgres, of one major version.
type binaries struct {
	dir   string
	major int
}

// findBinaries chooses the programs for a cluster of major version have; 0 means that there is no cluster yet, and the
// newest will do.
func findBinaries(opt Options, have int) (binaries, error) {
	found, err := allBinaries(opt)
	if err != nil {
		return binaries{}, err
	}
	newest := slices.MaxFunc(found, func(a, b binaries) int { return a.major - b.major })
	if have == 0 && newest.major >= oldest {
		return newest, nil
	}
	if have == 0 {
		return binaries{}, fault.New(fault.Config, "pglocal.binaries.too_old", "found", newest.major, "dir", newest.dir, "oldest", oldest)
	}
	for _, b := range found {
		if b.major == have {
			return b, nil
		}
	}
	return binaries{}, fault.New(fault.Config, "pglocal.binaries.other_major", "dir", opt.Dir, "have", have, "found", newest.major)
}

func allBinaries(opt Options) ([]binaries, error) {
	if opt.BinDir != "" {
		if b, ok := binariesIn(opt.BinDir); ok {
			return []binaries{b}, nil
		}
		return nil, fault.New(fault.Config, "pglocal.binaries.not_here", "dir", opt.BinDir)
	}
	var found []binaries
	for _, dir := range candidates(opt.usualPlaces) {
		if b, ok := binariesIn(dir); ok {
			found = append(found, b)
		}
	}
	if len(found) == 0 {
		return nil, fault.New(fault.Config, "pglocal.binaries.missing")
	}
	return found, nil
}

// candidates lists directories worth a look, each once. Places that are given replace the usual ones and the PATH.
func candidates(places []string) []string {
	var dirs []string
	if places == nil {
		places = usualPlaces
		if onPath, err := exec.LookPath("initdb"); err == nil {
			if real, err := filepath.EvalSymlinks(onPath); err == nil {
				dirs = append(dirs, filepath.Dir(real))
			}
		}
	}
	for _, pattern := range places {
		matches, _ := filepath.Glob(pattern) // the patterns are constants of ours and well formed
		dirs = append(dirs, matches...)
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

var versionLine = regexp.MustCompile(`^postgres \(PostgreSQL\) (\d+)`)

// binariesIn asks for both programs in one place: Debian and others link a lonely initdb into /usr/local/bin.
func binariesIn(dir string) (binaries, bool) {
	if st, err := os.Stat(filepath.Join(dir, "initdb")); err != nil || st.Mode()&0o111 == 0 {
		return binaries{}, false
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return binaries{}, false
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return binaries{}, false
	}
	major, err := strconv.Atoi(string(m[1]))
	return binaries{dir, major}, err == nil
}

// clusterMajor is the major version that made the cluster in data; 0 when there is none.
func clusterMajor(data string) (int, error) {
	raw, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fault.New(fault.Config, "pglocal.dir.unwritable", "dir", data).Because(err)
	}
	return strconv.Atoi(strings.TrimSpace(string(raw)))
}

func isDuplicate(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	// 42P04 duplicate_database; 23505 when two creators race for the catalogue's unique index.
	return ok && (pg.Code == "42P04" || pg.Code == "23505")
}
