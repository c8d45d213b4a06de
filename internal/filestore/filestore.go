// Package filestore keeps the bytes of documents and attachments: puts them
// away so that they are wholly there or not at all, hands them out, deletes
// them, and lists them for the sweeper that looks for what nobody owns. Disk
// keeps them in a folder; whatever else is to hold them one day (S3) satisfies
// Store. It is not the check of what may be kept (internal/inspect), and knows
// neither names nor permissions: a key is two ids, and the row that holds it
// decides who may read.
package filestore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strings"
	"time"

	"github.com/google/uuid"

	"helphub/internal/document"
)

// Store keeps bytes under keys. Its methods are safe for concurrent use.
type Store interface {
	// Put keeps what r gives until its end and returns how many bytes it was
	// and their sum. When it returns, they survive a power cut; when it fails,
	// nothing of them is left. Errors of r come back wrapped (document.ErrTooLarge
	// of Limit among them); document.ErrFull when there is no room; fs.ErrExist
	// when the key is taken.
	Put(ctx context.Context, key Key, r io.Reader) (size int64, sum Sum, err error)
	// Open returns the bytes of a key and their number; fs.ErrNotExist when
	// there are none. The caller closes.
	Open(ctx context.Context, key Key) (content io.ReadSeekCloser, size int64, err error)
	// Delete removes the bytes of a key for good. A key without bytes is
	// deleted already.
	Delete(ctx context.Context, key Key) error
	// List yields, in no particular order, what was put before a moment: of one
	// owner, or of all with uuid.Nil. It may yield what is deleted meanwhile.
	// After an error it ends.
	List(ctx context.Context, owner uuid.UUID, before time.Time) iter.Seq2[Item, error]
}

// Sum is the SHA-256 of a file.
type Sum [32]byte

// Item is one kept file as List tells it.
type Item struct {
	Key  Key
	Size int64
	At   time.Time // when it was put
}

// Key is where bytes are kept: the owner's id (a customer) and the file's own.
type Key struct{ Owner, File uuid.UUID }

// errKey refuses a key that is not two ids.
var errKey = errors.New("key is not two ids")

// String writes a key as owner/file, both as canonical UUIDs.
func (k Key) String() string { return k.Owner.String() + "/" + k.File.String() }

// ParseKey reads what String writes, and no other spelling of it.
func ParseKey(s string) (Key, error) {
	owner, file, _ := strings.Cut(s, "/")
	o, err := parseID(owner)
	if err != nil {
		return Key{}, err
	}
	f, err := parseID(file)
	if err != nil {
		return Key{}, err
	}
	return Key{o, f}, nil
}

// check refuses a key with an id missing, which would be everybody's folder.
func (k Key) check() error {
	if k.Owner == uuid.Nil || k.File == uuid.Nil {
		return fmt.Errorf("%w: %s", errKey, k)
	}
	return nil
}

// parseID accepts a UUID only as we write it: the parser also takes braces,
// prefixes and capitals, which as names of files are other files.
func parseID(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil || id.String() != s || id == uuid.Nil {
		return uuid.Nil, fmt.Errorf("%w: %q", errKey, s)
	}
	return id, nil
}

// Limit returns a reader of r that fails with document.ErrTooLarge as soon as
// r gives more than max bytes.
func Limit(r io.Reader, max int64) io.Reader { return &limited{r: r, left: max} }

type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, document.ErrTooLarge
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1] // one more, to tell the end from too much
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	if l.left < 0 {
		return n - 1, document.ErrTooLarge
	}
	return n, err
}

// cancelled stops a copy when nobody waits for it any more.
type cancelled struct {
	ctx context.Context
	r   io.Reader
}

func (c cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

var _ Store = (*Disk)(nil)

// gone reports whether an error only says that something is not there.
func gone(err error) bool { return errors.Is(err, fs.ErrNotExist) }
