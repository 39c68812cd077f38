package decryptall

import (
	"os"
	"syscall"
	"unsafe"
)

// Requests and a flag of the kernel's, which the package syscall does not have.
const (
	getFlags   = 0x80086601 // FS_IOC_GETFLAGS
	setFlags   = 0x40086602 // FS_IOC_SETFLAGS
	appendOnly = 0x20       // FS_APPEND_FL
)

// setAppendOnly says whether names may be taken out of dir: only root can forbid it, and not on every file system. Files
// in dir can be written as before.
func setAppendOnly(dir string, on bool) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	var flags int
	if err := control(f, getFlags, &flags); err != nil {
		return err
	}
	flags &^= appendOnly
	if on {
		flags |= appendOnly
	}
	return control(f, setFlags, &flags)
}

func control(f *os.File, request uintptr, flags *int) error {
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(unsafe.Pointer(flags)))
	if errno != 0 {
		return errno
	}
	return nil
}
