package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/ticket"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // file:// in Options.BlobURL
	"gocloud.dev/gcerrors"
)

// BlobDir is the blob URL of a directory, which is made when it is missing. Without no_tmp_dir, files would be begun in
// the system's temporary directory, which may be another disk; without metadata=skip, each would get a file beside it.
func BlobDir(dir string) string {
	query := url.Values{"create_dir": {"1"}, "dir_file_mode": {"0700"}, "no_tmp_dir": {"1"}, "metadata": {"skip"}}
	return (&url.URL{Scheme: "file", Path: dir, RawQuery: query.Encode()}).String()
}

// PutFile seals what r gives under the file's random name. It is there whole, or not at all; put again, it is replaced.
// Forgotten meanwhile, it is not there.
func (s *Store) PutFile(ctx context.Context, f *ticket.File, r io.Reader) error {
	ref, err := s.blobPlace(ctx, f)
	if err != nil {
		return err
	}
	if err := s.putFile(ctx, f, ref, s.watch(ctx, f, r)); err != nil {
		return err
	}
	// Whoever forgets takes away the right first and the bytes then, so one of the two sees the other.
	gone := s.mayRead(ctx, f)
	if fault.KindOf(gone) == fault.NotFound || gone != nil && f.State != ticket.FileStored {
		return errors.Join(gone, s.deleteObject(context.WithoutCancel(ctx), f.Object))
	}
	return gone
}

func (s *Store) putFile(ctx context.Context, f *ticket.File, ref keys.Ref, r io.Reader) error {
	writing, cancel := context.WithCancel(ctx)
	defer cancel() // before Close, it makes the bucket forget what was written
	w, err := s.bucket.NewWriter(writing, f.Object, &blob.WriterOptions{ContentType: "application/octet-stream"})
	if err != nil {
		return fmt.Errorf("begin file: %w", err)
	}
	if err := s.sealTo(w, ref, r); err != nil {
		cancel()
		return errors.Join(err, ignoreCanceled(w.Close()))
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("finish file: %w", err)
	}
	return nil
}

func (s *Store) sealTo(w io.Writer, ref keys.Ref, r io.Reader) error {
	sealed, err := s.keys.SealStream(ref, w)
	if err != nil {
		return fmt.Errorf("seal file: %w", err)
	}
	if _, err := io.Copy(sealed, r); err != nil {
		return fmt.Errorf("copy file: %w", err)
	}
	if err := sealed.Close(); err != nil {
		return fmt.Errorf("seal file: %w", err)
	}
	return nil
}

func ignoreCanceled(err error) error {
	if errors.Is(err, context.Canceled) || gcerrors.Code(err) == gcerrors.Canceled {
		return nil
	}
	return err
}

// OpenFile reads a stored file. What was read counts only once the reader has returned io.EOF. When the file is forgotten
// while it is read, by whatever process, the reader ends with fault NotFound.
func (s *Store) OpenFile(ctx context.Context, f *ticket.File) (io.ReadCloser, error) {
	ref, err := s.blobPlace(ctx, f)
	if err != nil {
		return nil, err
	}
	r, err := s.bucket.NewReader(ctx, f.Object, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, fault.New(fault.NotFound, "store.no_file").Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	plain, err := s.keys.UnsealStream(ref, r)
	if err != nil {
		r.Close()
		return nil, fmt.Errorf("unseal file: %w", err)
	}
	return struct {
		io.Reader
		io.Closer
	}{s.watch(ctx, f, plain), r}, nil
}

// lookAgain is how long a file is read without asking whether it still may be.
const lookAgain = 500 * time.Millisecond

// watched is a reader of a file that may be forgotten at any moment.
type watched struct {
	io.Reader
	may   func() error
	clock clock.Clock
	next  time.Time
}

func (s *Store) watch(ctx context.Context, f *ticket.File, r io.Reader) io.Reader {
	may := func() error { return s.mayRead(ctx, f) }
	return &watched{Reader: r, may: may, clock: s.clock, next: s.clock.Now().Add(lookAgain)}
}

// Read asks after it has read: what was waited for may have been forgotten meanwhile.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	now := w.clock.Now()
	if now.Before(w.next) {
		return n, err
	}
	if denied := w.may(); denied != nil {
		clear(p[:n])
		return 0, denied
	}
	w.next = now.Add(lookAgain)
	return n, err
}

// mayRead is nil as long as the guild is there, the ticket is, and both their keys and the sender's: fault NotFound after.
func (s *Store) mayRead(ctx context.Context, f *ticket.File) error {
	row, err := s.fileRow(ctx, f.Guild, f.ID)
	if err != nil {
		return err
	}
	ref, err := filePlace(f, keys.FieldBlobMeta, row.AuthorPath)
	if err != nil {
		return err
	}
	_, err = s.keys.Unseal(ref, row.File.Detail)
	if errors.Is(err, keys.ErrForgotten) {
		return fault.New(fault.NotFound, "store.no_file")
	}
	return err
}

func (s *Store) blobPlace(ctx context.Context, f *ticket.File) (keys.Ref, error) {
	row, err := s.fileRow(ctx, f.Guild, f.ID)
	if err != nil {
		return keys.Ref{}, err
	}
	return filePlace(f, keys.FieldBlob, row.AuthorPath)
}
