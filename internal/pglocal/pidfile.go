//go:build unix

package pglocal

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// pidFile is what the server tells about itself in postmaster.pid.
type pidFile struct {
	pid     int
	sockets string
	ready   bool // takes connections
}

// The lines of postmaster.pid, as in PostgreSQL's src/include/utils/pidfile.h, counted from 0.
const (
	linePID     = 0
	lineSockets = 4
	lineStatus  = 7
)

func pidFilePath(data string) string { return filepath.Join(data, "postmaster.pid") }

func readPIDFile(data string) (pidFile, error) {
	raw, err := os.ReadFile(pidFilePath(data))
	if err != nil {
		return pidFile{}, fmt.Errorf("see whether the server runs: %w", err)
	}
	lines := strings.Split(string(raw), "\n")
	line := func(n int) string {
		if n < len(lines) {
			return strings.TrimSpace(lines[n])
		}
		return ""
	}
	return pidFile{pid: atoi(line(linePID)), sockets: line(lineSockets), ready: line(lineStatus) == "ready"}, nil
}

// atoi is 0 for what is not a number, which is nobody's process id.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
