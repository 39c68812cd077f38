package keys

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ticketbot/internal/fault"
)

// FileSystemCheck is how CheckFileSystem looks. The zero value looks at this machine.
type FileSystemCheck struct {
	Mounts io.Reader // in the form of /proc/self/mountinfo, which it is if nil
	Accept bool      // the operator knows, and wants it all the same: refusals become warnings
}

// CheckFileSystem says whether a keyring in dir can forget there. To forget, it overwrites ROOT where it lies, and some
// file systems keep the old bytes. The error refuses such a one; a warning is for the operator to read. dir need not
// exist yet. It says nothing of disks, snapshots and virtual machines below the file system: nobody inside can see them.
func CheckFileSystem(dir string, c FileSystemCheck) (warning *fault.Fault, err error) {
	if c.Mounts == nil {
		f, err := os.Open("/proc/self/mountinfo")
		if err != nil {
			return fault.New(fault.Config, "keys.filesystem.unknown", "dir", dir, "type", "unknown").Because(err), nil
		}
		defer f.Close()
		c.Mounts = f
	}
	path, err := existing(dir)
	if err != nil {
		return nil, explain(dir, err)
	}
	m, err := mountOf(path, c.Mounts)
	if err != nil {
		return nil, fmt.Errorf("find the file system of %s: %w", dir, err)
	}
	verdict, refused := m.judge()
	if verdict == "" {
		return nil, nil
	}
	found := fault.New(fault.Config, verdict, "dir", dir, "type", m.kind)
	if refused && !c.Accept {
		return nil, found
	}
	return found, nil
}

// existing is the real path of dir, or of what is there of it: that is where it would be made.
func existing(dir string) (string, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		real, err := filepath.EvalSymlinks(path)
		if !errors.Is(err, fs.ErrNotExist) || path == filepath.Dir(path) {
			return real, err
		}
		path = filepath.Dir(path)
	}
}

type mount struct {
	point, kind string
	options     []string // of the mount and of the file system
}

// mountOf finds the mount that path is on: the deepest above it, and of several in one place the last.
func mountOf(path string, mounts io.Reader) (found mount, err error) {
	lines := bufio.NewScanner(mounts)
	for lines.Scan() {
		m, ok := parseMount(lines.Text())
		if ok && isAbove(m.point, path) && len(m.point) >= len(found.point) {
			found = m
		}
	}
	return found, lines.Err()
}

// parseMount reads a line as proc_pid_mountinfo(5) has it:
//
//	36 35 98:0 /root /mount/point rw,noatime master:1 - ext4 /dev/sda1 rw,data=ordered
func parseMount(line string) (m mount, ok bool) {
	before, after, ok := strings.Cut(line, " - ")
	left, right := strings.Fields(before), strings.Fields(after)
	if !ok || len(left) < 6 || len(right) < 3 {
		return mount{}, false
	}
	options := append(strings.Split(left[5], ","), strings.Split(right[2], ",")...)
	return mount{unescape(left[4]), right[0], options}, true
}

// unescape undoes the kernel's \040 for a space, and the like.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func isAbove(point, path string) bool {
	return point == path || strings.HasPrefix(path, strings.TrimSuffix(point, "/")+"/")
}

// judge names the sentence about this file system, none if all is well, and says whether it is a refusal.
func (m mount) judge() (sentence string, refused bool) {
	kind, _, _ := strings.Cut(m.kind, ".") // fuse.sshfs
	switch kind {
	case "ext2", "ext3", "ext4":
		if slices.Contains(m.options, "data=journal") {
			return "keys.filesystem.journal", true
		}
		return "", false
	case "xfs":
		return "", false
	case "btrfs":
		if slices.Contains(m.options, "nodatacow") {
			return "", false
		}
		return "keys.filesystem.copies", true
	case "zfs", "bcachefs", "f2fs", "nilfs2":
		return "keys.filesystem.copies", true
	case "nfs", "nfs4", "cifs", "smb3", "9p", "fuse", "fuseblk", "ceph", "glusterfs", "afs", "virtiofs", "gfs2", "ocfs2":
		return "keys.filesystem.remote", true
	case "tmpfs", "ramfs", "overlay", "aufs":
		return "keys.filesystem.passing", false
	}
	return "keys.filesystem.unknown", false
}
