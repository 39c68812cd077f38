package decryptall

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"unsafe"
)

// Recorder keeps every version of every file in a directory while another process works there. It relies on what the
// keyring promises: that a file is written once, or added to, and only "root" is overwritten.
//
// As root it forbids that names are taken out of the directory; the keyring goes on with a warning. Otherwise each new
// file gets a second name at once, in a directory beside it, so that it stays when the process removes it. A file that
// was gone before that makes Files fail: then the record is not whole and proves nothing.
type Recorder struct {
	dir, kept string
	closed    bool // names cannot be taken out of dir
	inotify   *os.File
	done      chan struct{}

	mu     sync.Mutex
	number int
	names  map[string]string // of a kept file: what it was called
	missed []string
	err    error
}

// Record begins with what is in dir and goes on until Stop. kept is a new directory on the same disk.
func Record(dir, kept string) (*Recorder, error) {
	if setAppendOnly(dir, true) == nil {
		return &Recorder{dir: dir, closed: true}, nil
	}
	return watch(dir, kept)
}

func watch(dir, kept string) (*Recorder, error) {
	if err := os.Mkdir(kept, 0o700); err != nil {
		return nil, err
	}
	fd, err := syscall.InotifyInit1(syscall.IN_CLOEXEC | syscall.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("begin to watch: %w", err)
	}
	r := &Recorder{
		dir: dir, kept: kept, inotify: os.NewFile(uintptr(fd), "inotify"), done: make(chan struct{}), names: map[string]string{},
	}
	if _, err := syscall.InotifyAddWatch(fd, dir, syscall.IN_CREATE|syscall.IN_MOVED_TO); err != nil {
		r.inotify.Close()
		return nil, fmt.Errorf("watch %s: %w", dir, err)
	}
	go r.follow()
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		r.keep(e.Name())
	}
	return r, err
}

func (r *Recorder) follow() {
	defer close(r.done)
	events := make([]byte, 64<<10)
	for {
		n, err := r.inotify.Read(events)
		if err != nil {
			if !errors.Is(err, os.ErrClosed) {
				r.fail(err)
			}
			return
		}
		for rest := events[:n]; len(rest) >= syscall.SizeofInotifyEvent; {
			event := (*syscall.InotifyEvent)(unsafe.Pointer(&rest[0]))
			if event.Mask&syscall.IN_Q_OVERFLOW != 0 {
				r.fail(errors.New("the kernel dropped events"))
			}
			end := syscall.SizeofInotifyEvent + int(event.Len)
			if name := bytes.TrimRight(rest[syscall.SizeofInotifyEvent:end], "\x00"); len(name) > 0 {
				r.keep(string(name))
			}
			rest = rest[end:]
		}
	}
}

func (r *Recorder) keep(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.number++
	at := filepath.Join(r.kept, fmt.Sprintf("%06d", r.number))
	err := os.Link(filepath.Join(r.dir, name), at)
	switch {
	case errors.Is(err, os.ErrNotExist):
		r.missed = append(r.missed, name)
	case err != nil:
		r.err = errors.Join(r.err, err)
	default:
		r.names[at] = name
	}
}

func (r *Recorder) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = errors.Join(r.err, err)
}

// Stop ends the recording.
func (r *Recorder) Stop() error {
	if r.closed {
		return setAppendOnly(r.dir, false)
	}
	_ = r.inotify.Close() // wakes the reader
	<-r.done
	return nil
}

// Files is every version so far, as far as it is not overwritten. It fails when one was missed.
func (r *Recorder) Files() ([]File, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil && len(r.missed) > 0 {
		r.err = fmt.Errorf("files that were gone before they could be kept: %v", r.missed)
	}
	var files []File
	if r.closed {
		err := eachFile(r.dir, func(name string, content []byte) { files = append(files, File{name, content}) })
		return files, err
	}
	for at, name := range r.names {
		content, err := os.ReadFile(at)
		if err != nil {
			return nil, err
		}
		files = append(files, File{name, content})
	}
	return files, r.err
}
