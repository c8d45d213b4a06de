// Package inspect looks into files that people send, before they are kept: the
// extension and the content must agree, and the content must be something that
// can be handed on without harm. Pictures are decoded and encoded anew, so that
// of their bytes nothing is left but what is seen; everything else is kept byte
// for byte or refused with a reason of internal/document. It keeps nothing
// itself (internal/filestore does), and it is not a scanner for viruses.
//
// What it does not see: DDE fields and exploits of flaws in the programs that
// open a file, names of a PDF behind filters other than Flate, and the inside
// of files in a plain archive beyond their beginning. That is why downloads are
// never shown inside a page and never run (contract, "Documents").
//
// Memory stays constant whatever is sent: a file is spooled to a folder and
// read from there; a picture is decoded only within a bound, one at a time.
package inspect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/text/unicode/norm"

	"helphub/internal/document"
	"helphub/internal/fault"
)

// Inspector looks into files. It is safe for concurrent use.
type Inspector struct {
	dir string
	// pictures lets one picture be in memory at a time: a large one is hundreds
	// of megabytes, and twenty people may paste at once.
	pictures chan struct{}
}

// New returns an inspector that spools into dir, which it makes if need be,
// closed to others. The folder should be on the disk of the file store: /tmp is
// memory on many machines.
func New(dir string) (*Inspector, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make spool folder: %w", err)
	}
	return &Inspector{dir: dir, pictures: make(chan struct{}, 1)}, nil
}

// Checked is a file that may be kept. It lies in the spool until Close.
type Checked struct {
	Name string        // cleaned; with another extension if Kind is not what was sent
	Kind document.Kind // of the bytes that Reader gives; never document.WebP
	Size int64         // bytes that Reader gives, at least one
	file *spooled
}

// Reader reads the file from its beginning, each time it is called.
func (c *Checked) Reader() io.Reader { return io.NewSectionReader(c.file, 0, c.Size) }

// Close removes the file from the spool.
func (c *Checked) Close() error { return c.file.Close() }

// Take reads a file called name from body and looks into it. The caller closes
// what it returns. It refuses with the faults of internal/document, each with
// the name among its arguments: by the name alone before anything is read, for
// its size as soon as body gives more than the rules take. Errors of body and
// of the disk come back wrapped; document.ErrFull when there is no room. When it
// fails, nothing is left in the spool.
func (in *Inspector) Take(ctx context.Context, rules document.Rules, name string, body io.Reader) (*Checked, error) {
	name, kind, err := rules.Admit(norm.NFC.String(name))
	if err != nil {
		return nil, err
	}
	file, err := in.spool(ctx, body, rules.Size)
	if err != nil {
		return nil, refused(err, name, rules)
	}
	checked, err := in.look(ctx, &Checked{Name: name, Kind: kind, Size: file.size, file: file})
	if err != nil {
		return nil, refused(errors.Join(err, file.Close()), name, rules)
	}
	return checked, nil
}

// look checks a spooled file, and exchanges it for its own picture if it is one.
func (in *Inspector) look(ctx context.Context, c *Checked) (*Checked, error) {
	s := &source{ctx: ctx, r: c.file, size: c.Size}
	if !c.Kind.Image() {
		return c, s.judged(check(s, c.Kind))
	}
	fresh, err := in.spoolEmpty()
	if err != nil {
		return nil, err
	}
	kind, err := in.recode(s, c.Kind, fresh)
	if err = s.judged(err); err != nil {
		return nil, errors.Join(err, fresh.Close())
	}
	if err := c.file.Close(); err != nil {
		return nil, errors.Join(fmt.Errorf("let go of what was sent: %w", err), fresh.Close())
	}
	return &Checked{Name: document.Rename(c.Name, kind), Kind: kind, Size: fresh.size, file: fresh}, nil
}

// refused tells which file a fault is about; other errors are wrapped.
func refused(err error, name string, rules document.Rules) error {
	var f *fault.Fault
	switch {
	case errors.Is(err, document.ErrTooLarge):
		return rules.TooLarge(name)
	case errors.Is(err, document.ErrFull), !errors.As(err, &f):
		return fmt.Errorf("inspect file: %w", err)
	}
	return f.With(append([]any{"name", name}, f.Args...)...)
}

// source is the file that is looked into. Parsers of others turn every error
// into "broken file"; source remembers the ones that are not the file's.
type source struct {
	ctx  context.Context
	r    io.ReaderAt
	size int64
	err  error
}

// ReadAt reads unless nobody waits for the answer any more.
func (s *source) ReadAt(p []byte, off int64) (int, error) {
	if s.err == nil {
		s.err = s.ctx.Err()
	}
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// section reads from off to the end.
func (s *source) section(off int64) *io.SectionReader { return io.NewSectionReader(s, off, s.size-off) }

// head reads the first bytes, fewer when there are no more.
func (s *source) head(n int64) ([]byte, error) { return s.part(0, n) }

// tail reads the last bytes.
func (s *source) tail(n int64) ([]byte, error) {
	from := max(s.size-n, 0)
	return s.part(from, s.size-from)
}

func (s *source) part(off, n int64) ([]byte, error) {
	if off < 0 || off > s.size {
		return nil, document.ErrBroken
	}
	buf := make([]byte, min(n, s.size-off))
	if _, err := io.ReadFull(s.section(off), buf); err != nil {
		return nil, document.ErrBroken // or s.err, which judged prefers
	}
	return buf, nil
}

// judged is the verdict on a source: what kept us from reading it comes first.
func (s *source) judged(verdict error) error {
	switch {
	case s.err != nil:
		return fmt.Errorf("read spooled file: %w", s.err)
	case verdict != nil && len(fault.Of(verdict)) == 0 && !errors.Is(verdict, errSpool):
		return document.ErrBroken // what only a parser of others can name
	}
	return verdict
}
