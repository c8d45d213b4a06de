package queries

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"helphub/internal/ticket"
)

// GridTab is a part of the ticket list by status.
type GridTab string

// The tabs; the others are named like their status.
const (
	TabActive GridTab = "active" // all but closed
	TabAll    GridTab = "all"
)

// GridTabs lists the tabs in the order of the screen.
func GridTabs() []GridTab {
	tabs := []GridTab{TabActive}
	for _, s := range ticket.Statuses() {
		tabs = append(tabs, GridTab(s))
	}
	return append(tabs, TabAll)
}

// ParseGridTab returns the tab of that name, TabActive for any other.
func ParseGridTab(name string) GridTab {
	for _, t := range GridTabs() {
		if string(t) == name {
			return t
		}
	}
	return TabActive
}

// statuses are what a tab holds.
func (t GridTab) statuses() []ticket.Status {
	switch t {
	case TabAll:
		return ticket.Statuses()
	case TabActive, "":
		return []ticket.Status{ticket.Open, ticket.Scheduled, ticket.Pending, ticket.Escalated}
	}
	return []ticket.Status{ticket.Status(t)}
}

// GridSort is what the ticket list is sorted by.
type GridSort string

// The orders (contract, "GET /tickets").
const (
	SortActivity   GridSort = "activity"
	SortOpened     GridSort = "opened"
	SortPriority   GridSort = "priority"
	SortCustomer   GridSort = "customer"
	SortDepartment GridSort = "department"
	SortVisit      GridSort = "visit"
)

// GridSorts lists the orders.
func GridSorts() []GridSort {
	return []GridSort{SortActivity, SortOpened, SortPriority, SortCustomer, SortDepartment, SortVisit}
}

// ParseGridSort returns the order of that name, SortActivity for any other
// (D-77): nothing that was typed becomes part of a query.
func ParseGridSort(name string) GridSort {
	for _, s := range GridSorts() {
		if string(s) == name {
			return s
		}
	}
	return SortActivity
}

// Desc reports which way the order goes unless somebody says so: the newest
// and the most urgent come first, names begin with A.
func (s GridSort) Desc() bool {
	switch s {
	case SortCustomer, SortDepartment, SortVisit:
		return false
	}
	return true
}

// column is the key of an order that is a column of the ticket itself, "" when
// it is the name of something else.
func (s GridSort) column() string {
	switch s {
	case SortCustomer, SortDepartment:
		return ""
	case SortOpened:
		return "t.opened_at"
	case SortPriority:
		return "t.priority"
	case SortVisit:
		return "coalesce(t.next_visit_at, 'infinity'::timestamptz)"
	}
	return "t.last_activity_at"
}

// place is where a cursor points: the row's key, its group when the key is the
// name of one, and its id.
type place struct {
	key   any // time.Time, pgtype.Timestamptz, int16 or string
	group uuid.UUID
	none  bool // sorted by department: the row has none
	id    uuid.UUID
}

// cursor is the place of a row, as a URL carries it.
func (s *gridSelect) cursor(r TicketGridRow) string {
	c := Cursor{Sort: string(s.sort), Desc: s.desc, ID: r.ID}
	switch s.sort {
	case SortOpened:
		c.Value = stamp(&r.OpenedAt)
	case SortPriority:
		c.Value = strconv.Itoa(int(r.Priority))
	case SortVisit:
		c.Value = stamp(r.NextVisitAt)
	case SortCustomer:
		c.Value = r.CustomerID.String() + " " + r.CustomerName
	case SortDepartment:
		if r.DepartmentID != nil {
			c.Value = r.DepartmentID.String() + " " + r.DepartmentName
		}
	default:
		c.Value = stamp(&r.LastActivityAt)
	}
	return c.String()
}

// stamp writes a moment to the microsecond, as the database keeps it; "" when
// there is none.
func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// parsePlace reads a cursor of this order; nil when it is none.
func parsePlace(text string, sort GridSort, desc bool) *place {
	c, ok := ParseCursor(text, string(cmp.Or(sort, SortActivity)), desc)
	if !ok {
		return nil
	}
	p := &place{id: c.ID}
	switch {
	case sort == SortPriority:
		n, err := strconv.ParseInt(c.Value, 10, 16)
		if err != nil {
			return nil
		}
		p.key = int16(n)
	case sort == SortDepartment && c.Value == "":
		p.none, p.key = true, ""
	case sort == SortCustomer || sort == SortDepartment:
		id, name, _ := strings.Cut(c.Value, " ")
		group, err := uuid.Parse(id)
		if err != nil {
			return nil
		}
		p.group, p.key = group, name
	case sort == SortVisit && c.Value == "":
		p.key = pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}
	default:
		at, err := time.Parse(time.RFC3339Nano, c.Value)
		if err != nil {
			return nil
		}
		p.key = at
	}
	return p
}
