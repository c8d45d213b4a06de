package components

import (
	"context"
	"time"

	"github.com/google/uuid"

	"helphub/internal/locale"
	"helphub/internal/ticket"
)

// TicketGridView is the live part of the ticket list: what is in it and what is
// around it, the same for everybody who looks at the same view.
type TicketGridView struct {
	// Title names the view ("Chamados ativos"), Order how it is sorted.
	Title, Order string
	Tabs         []Tab
	Rows         []TicketRow
	// Opened says that the moments shown are those of opening, not of the last
	// activity, because the list is sorted by them.
	Opened bool
	// The headings that sort.
	Priority, Customer, Department, When ColumnView
	Pager                                PagerView
	// Empty stands where there are no rows.
	Empty EmptyView
	// URL is the part's own address; Customers says that its reader hears of
	// changed customers.
	URL       string
	Customers bool
}

// TicketRow is one ticket in a list. Department and Technician are empty for
// triage and nobody.
type TicketRow struct {
	ID                               uuid.UUID
	Protocol                         ticket.Protocol
	Subject                          string
	Status                           ticket.Status
	Priority                         ticket.Priority
	Level                            ticket.Level
	Customer, Department, Technician string
	When                             time.Time
	Version                          int
	Present                          []Presence
}

// TicketFilters is the bar above the list; nothing in it is ever redrawn under
// somebody's hands.
type TicketFilters struct {
	Q string
	// Hidden are the fields that the search keeps as they are.
	Hidden []Hidden
	// Tab is kept by the form of filters.
	Tab      string
	Fields   []FieldView // choices of one
	Customer FieldView
	From, To FieldView
	Sort     FieldView
	Order    FieldView
	Chips    []Chip
	// Clear is the list without filters, CSV the export of the view.
	Clear, CSV string
}

// Hidden is a field of a form that is not shown.
type Hidden struct{ Name, Value string }

// trigger is what the part listens to.
func (v TicketGridView) trigger() string {
	trigger := "tickets from:#live delay:300ms, presence from:#live delay:300ms"
	if v.Customers {
		trigger += ", customers from:#live delay:300ms"
	}
	return trigger
}

// caption says to who cannot see it what the table holds.
func (v TicketGridView) caption(ctx context.Context) string {
	return t(ctx, "grid.caption", "title", v.Title, "order", v.Order, "range", v.Pager.Text)
}

// brief is a moment where there is little room: the hour matters for a day or
// two, and the exact moment is in the title.
func brief(ctx context.Context, at time.Time) string {
	l := locale.From(ctx)
	switch day := l.Day(at); day {
	case l.T("time.today"), l.T("time.yesterday"), l.T("time.tomorrow"):
		return l.When(at)
	default:
		return day
	}
}
