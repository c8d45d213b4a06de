package inspect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"helphub/internal/document"
)

// errSpool marks an error of our own disk, which no parser may pass off as the
// file's.
var errSpool = errors.New("write spool")

// spooled is a file in the spool folder.
type spooled struct {
	file *os.File
	size int64
}

// spoolEmpty makes a file that only this process can reach.
func (in *Inspector) spoolEmpty() (*spooled, error) {
	f, err := os.CreateTemp(in.dir, "file-*.part") // with mode 0600
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSpool, document.Full(err))
	}
	// Without a name from the start, nothing of it survives the process,
	// however that ends. A system that cannot do this removes it in Close.
	_ = os.Remove(f.Name())
	return &spooled{file: f}, nil
}

// spool writes body to the spool folder; document.ErrTooLarge as soon as there
// is more of it than limit bytes, document.ErrEmpty when there is none.
func (in *Inspector) spool(ctx context.Context, body io.Reader, limit int64) (*spooled, error) {
	f, err := in.spoolEmpty()
	if err != nil {
		return nil, err
	}
	n, err := io.Copy(f, io.LimitReader(awaited{ctx, body}, limit+1))
	switch {
	case err != nil:
		err = fmt.Errorf("spool: %w", err)
	case n > limit:
		err = document.ErrTooLarge
	case n == 0:
		err = document.ErrEmpty
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// ReadAt reads what was written.
func (f *spooled) ReadAt(p []byte, off int64) (int, error) { return f.file.ReadAt(p, off) }

// Write adds to the file's end.
func (f *spooled) Write(p []byte) (int, error) {
	n, err := f.file.Write(p)
	f.size += int64(n)
	if err != nil {
		return n, fmt.Errorf("%w: %w", errSpool, document.Full(err))
	}
	return n, nil
}

// Close removes the file. Closing twice is fine.
func (f *spooled) Close() error {
	err := f.file.Close()
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	if gone := os.Remove(f.file.Name()); !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// awaited stops reading and writing when nobody waits any more.
type awaited struct {
	ctx context.Context
	r   io.Reader
}

func (a awaited) Read(p []byte) (int, error) {
	if err := a.ctx.Err(); err != nil {
		return 0, err
	}
	return a.r.Read(p)
}
