package pglocal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// childAttributes: a group of its own, so that Ctrl-C in a terminal stops us first and the server once we have drained;
// and a fast shutdown when we die without a word.
func childAttributes(who *account) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: credential(who), Setpgid: true, Pdeathsig: syscall.SIGINT}
}

// serversIn lists the living processes of the cluster in data: servers stand in their data directory. A dead one that
// its parent has not collected yet stands nowhere.
func serversIn(data string, postmaster int) []int {
	var alive []int
	data, err := filepath.EvalSymlinks(data)
	if err != nil {
		return nil // no cluster, no servers
	}
	comms, _ := filepath.Glob("/proc/[0-9]*/comm")
	for _, comm := range comms {
		name, err := os.ReadFile(comm)
		if err != nil || strings.TrimSpace(string(name)) != "postgres" {
			continue
		}
		proc := filepath.Dir(comm)
		pid := atoi(filepath.Base(proc))
		stands, err := os.Readlink(proc + "/cwd")
		// Containers without CAP_SYS_PTRACE hide it even from root; the pid file then has to do.
		hidden := errors.Is(err, fs.ErrPermission) && pid == postmaster
		if stands == data || hidden {
			alive = append(alive, pid)
		}
	}
	return alive
}
