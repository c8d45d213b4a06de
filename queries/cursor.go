// Package queries is all SQL of the program: the .sql files, the Go that is
// generated from them, and the builders of the lists whose filters and order a
// person chooses. Rows in, values out; it decides nothing.
package queries

import (
	"encoding/base64"
	"encoding/json"

	"github.com/google/uuid"

	"helphub/internal/fault"
)

// Cursor is a place in a sorted list: behind, or before, the row that has this
// value and this id. It names the order it was made for, because it means
// nothing in another one.
type Cursor struct {
	Sort string `json:"s"`
	Desc bool   `json:"d,omitempty"`
	// Value is the row's value in that order, as text; the list that reads the
	// cursor decides whether it is one.
	Value string    `json:"v"`
	ID    uuid.UUID `json:"i"`
}

// maxCursor bounds what is decoded, in bytes; the longest value a list is
// sorted by is a name.
const maxCursor = 2048

// String is the cursor as a URL carries it.
func (c Cursor) String() string {
	// Three strings, a flag and an id: there is nothing that could fail.
	raw, _ := json.Marshal(c) //nolint:errchkjson // see above
	return base64.RawURLEncoding.EncodeToString(raw)
}

// ParseCursor reads a cursor made for this order. Anything else (forged, cut,
// of another order) is no cursor, and the list begins at its first page.
func ParseCursor(text, sort string, desc bool) (*Cursor, bool) {
	if text == "" || len(text) > maxCursor {
		return nil, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, false
	}
	var c Cursor
	if err := json.Unmarshal(raw, &c); err != nil || c.Sort != sort || c.Desc != desc || !fault.Readable(c.Value) {
		return nil, false
	}
	return &c, true
}
