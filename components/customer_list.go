package components

import (
	"time"

	"github.com/google/uuid"
)

// CustomerList is the list of customers as somebody asked for it.
type CustomerList struct {
	Rows []CustomerRow
	// Q, Show and Pending are what it is filtered by; Sort and Order how it is
	// sorted, empty for the usual.
	Q, Show, Sort, Order string
	Pending              bool
	Tabs                 []Tab
	Chips                []Chip
	// Clear is the list without filters; PendingHref the one of those without a
	// number.
	Clear, PendingHref string
	// Columns are the headings that sort.
	Name, City, Created ColumnView
	// Count says how many there are: "38 clientes".
	Count string
	Pager PagerView
	// URL is the list's live part.
	URL    string
	Empty  EmptyView
	MayAdd bool
}

// CustomerRow is one customer in the list.
type CustomerRow struct {
	ID      uuid.UUID
	Name    string
	Legal   string // the legal name, when it is another
	TaxID   string // as people read it; empty is documento pendente
	Phone   string
	Place   string
	Active  bool
	Created time.Time
	Version int
}

// ColumnView is the heading of a column that sorts.
type ColumnView struct {
	Text string
	// Href is the list sorted by it, or the other way around when it is already.
	Href string
	// Sorted is "ascending", "descending", or "none".
	Sorted string
}

// CustomerPath is a page of a customer: the customer itself when what is empty.
func CustomerPath(id uuid.UUID, what string) string {
	if what == "" {
		return "/customers/" + id.String()
	}
	return "/customers/" + id.String() + "/" + what
}
