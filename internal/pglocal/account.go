//go:build unix

package pglocal

import (
	"os"
	osuser "os/user"
	"strconv"
	"syscall"

	"ticketbot/internal/fault"
)

// serverAccount is nil unless we are root. A cluster stays with the user that it was made by; a new one goes to
// "postgres", which distributions make for this, or "nobody".
func serverAccount(data string) (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	if st, err := os.Stat(data); err == nil {
		if own, ok := st.Sys().(*syscall.Stat_t); ok && own.Uid != 0 {
			return &account{"uid " + itoa(int(own.Uid)), int(own.Uid), int(own.Gid)}, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := osuser.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil {
			return &account{name, uid, gid}, nil
		}
	}
	return nil, fault.New(fault.Config, "pglocal.user.none")
}

func credential(who *account) *syscall.Credential {
	if who == nil {
		return nil
	}
	return &syscall.Credential{Uid: uint32(who.uid), Gid: uint32(who.gid)}
}

func itoa(n int) string { return strconv.Itoa(n) }
