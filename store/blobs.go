package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"

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
func (s *Store) PutFile(ctx context.Context, f *ticket.File, r io.Reader) error {
	ref, err := s.blobPlace(ctx, f)
	if err != nil {
		return err
	}
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

// OpenFile reads a stored file. What was read counts only once the reader has returned io.EOF.
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
	}{plain, r}, nil
}

func (s *Store) blobPlace(ctx context.Context, f *ticket.File) (keys.Ref, error) {
	row, err := s.fileRow(ctx, f.Guild, f.ID)
	if err != nil {
		return keys.Ref{}, err
	}
	return filePlace(f, keys.FieldBlob, row.AuthorPath)
}
