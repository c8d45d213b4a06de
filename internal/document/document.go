// Package document is what may be filed and under which name: the kinds, how
// large a file and all files of one person may be, how a file's own name is
// cleaned for the screen and for a download, and every reason to refuse a file.
// It is not the looking into bytes (internal/inspect) and not the keeping of
// them (internal/filestore): it has only the words both of them use.
package document

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"helphub/internal/fault"
)

// MaxTitle is the longest title of a document, in characters.
const MaxTitle = 120

// Document is one kept file: a customer's document or an entry's attachment.
// Its bytes are in the store under the owner's and its own id, so that nothing
// a person typed ever becomes a path.
type Document struct {
	ID    uuid.UUID
	Owner uuid.UUID // the customer whose folder holds the bytes
	Title string    // what people call it; up to MaxTitle characters
	Name  string    // the file's own name, cleaned; up to MaxName characters
	Kind  Kind
	Size  int64 // bytes as kept
	// SHA256 is the sum of the bytes as kept, told by the store that wrote them.
	SHA256 [32]byte
	// Thumbnail is the id of the small picture in the same folder; uuid.Nil
	// until the job has made it, and for everything that is no picture.
	Thumbnail uuid.UUID
	By        uuid.UUID // who filed it; their quota holds its bytes
	At        time.Time
}

// Previewable reports whether the page may show the file itself.
func (d Document) Previewable() bool { return d.Kind.Previewable() }

// Disposition is the Content-Disposition of a download of the document, or of
// its preview when inline is asked for and the kind allows it.
func (d Document) Disposition(inline bool) string {
	return Disposition(d.Name, inline && d.Previewable())
}

// CheckTitle returns the title of a file called name: what was typed, one line
// of up to MaxTitle characters, or the name without its extension when nothing
// was.
func CheckTitle(title, name string) (string, *fault.Fault) {
	title, f := fault.Line("title", title, 0, MaxTitle)
	if f != nil || title != "" {
		return title, f
	}
	stem, _ := split(Clean(name))
	return strings.TrimSpace(cut(stem, MaxTitle)), nil
}
