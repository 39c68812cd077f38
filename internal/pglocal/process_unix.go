//go:build unix && !linux

package pglocal

import (
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// childAttributes: a group of its own, so that Ctrl-C in a terminal stops us first and the server once we have drained.
func childAttributes(who *account) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: credential(who), Setpgid: true}
}

// serversIn lists the postmaster of the cluster in data if it lives: all that ps tells the same way everywhere.
func serversIn(_ string, postmaster int) []int {
	if postmaster <= 0 {
		return nil
	}
	out, err := exec.Command("/bin/ps", "-o", "comm=", "-p", itoa(postmaster)).Output()
	if err != nil || filepath.Base(strings.TrimSpace(string(out))) != "postgres" {
		return nil
	}
	return []int{postmaster}
}
