package queries

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/ticket"
)

// GridPage is how many rows a page of a list holds (contract, "GET /tickets").
const GridPage = 25

// TicketGrid is one view of the ticket list: which tickets, in what order, from
// where. It is the one query that is put together at run time: every fragment
// of its SQL is written in this package, everything that comes from outside
// travels as an argument. The zero value is the first page of all active
// tickets that anybody may see.
type TicketGrid struct {
	Tab      GridTab
	Search   TicketSearch
	Priority ticket.Priority // 0: any
	// Department, Technician and Customer keep the tickets of one of each;
	// None in the first is triage, in the second nobody.
	Department, Technician, Customer GridRef
	// From and To bound the moment of opening, [From, To); zero is unbounded.
	From, To time.Time

	Sort GridSort
	Desc bool
	// After and Before are cursors of this order, as Page gave them; at most
	// one counts, After first. Anything else begins at the first page.
	After, Before string
	// Limit is how many rows a page holds, 0 for GridPage.
	Limit int
}

// GridRef is what a list is filtered by: anything, one thing, or none of them.
type GridRef struct {
	ID   uuid.UUID
	None bool
}

// Any reports whether the filter keeps everything.
func (r GridRef) Any() bool { return r == GridRef{} }

// TicketGridRow is one ticket as lists and exports show it. Names are empty
// where there is no department or technician.
type TicketGridRow struct {
	ID             uuid.UUID
	Protocol       string
	Subject        string
	Status         string
	Priority       int16 // ticket.Priority
	Level          int16
	CustomerID     uuid.UUID
	CustomerName   string
	DepartmentID   *uuid.UUID
	DepartmentName string
	TechnicianID   *uuid.UUID
	TechnicianName string
	OpenedAt       time.Time
	LastActivityAt time.Time
	ClosedAt       *time.Time
	NextVisitAt    *time.Time
	Version        int32
}

// TicketGridPage is one page of the list.
type TicketGridPage struct {
	Rows []TicketGridRow
	// Previous and Next are the cursors of the neighbouring pages, for Before
	// and After; empty at an end of the list.
	Previous, Next string
	// First reports whether the page begins with the list's first row.
	First bool
}

// ListTicketGrid reads one page in one query. A page before a cursor that
// reaches the beginning of the list is the first page, filled up: nobody is
// left with the three rows that arrived meanwhile.
func ListTicketGrid(ctx context.Context, db DBTX, g TicketGrid) (TicketGridPage, error) {
	if g.Search.Short() {
		return TicketGridPage{First: true}, nil
	}
	if g.Limit <= 0 {
		g.Limit = GridPage
	}
	s := newGridSelect(g)
	rows, err := readGrid(ctx, db, s)
	if err != nil {
		return TicketGridPage{}, err
	}
	return s.page(rows), nil
}

// gridRow is a row with the side of the page it belongs to: 0 the page, 1 the
// rows before the cursor, in the order they were read.
type gridRow struct {
	Side  int32
	Place int64
	TicketGridRow
}

func readGrid(ctx context.Context, db DBTX, s *gridSelect) ([]gridRow, error) {
	sql := s.sql()
	args := []any{s.args}
	if s.grid.uneven() {
		args = []any{pgx.QueryExecModeCacheDescribe, s.args}
	}
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("list tickets: %w", err)
	}
	found, err := pgx.CollectRows(rows, scanGridRow)
	if err != nil {
		return nil, fmt.Errorf("list tickets: %w", err)
	}
	return found, nil
}

// scanGridRow reads a row in the order of gridTicket and gridNames. pgx can do
// it by the columns' names, for a third of what the whole query costs here.
func scanGridRow(row pgx.CollectableRow) (r gridRow, err error) {
	err = row.Scan(&r.Side, &r.Place, &r.ID, &r.Protocol, &r.Subject, &r.Status, &r.Priority, &r.Level, &r.CustomerID, &r.DepartmentID,
		&r.TechnicianID, &r.OpenedAt, &r.LastActivityAt, &r.ClosedAt, &r.NextVisitAt, &r.Version, &r.CustomerName, &r.DepartmentName, &r.TechnicianName)
	return r, err
}

// uneven reports whether the best way to read depends on what is looked for: a
// plan made for no word or period in particular would be wrong for most.
func (g TicketGrid) uneven() bool {
	return len(g.Search.words) > 0 || !g.From.IsZero() || !g.To.IsZero()
}

// page makes a page of what was read: one row more than fits says that there
// is more.
func (s *gridSelect) page(found []gridRow) TicketGridPage {
	slices.SortFunc(found, func(a, b gridRow) int { return cmp.Compare(a.Place, b.Place) })
	var sides [2][]TicketGridRow
	for _, r := range found {
		sides[r.Side] = append(sides[r.Side], r.TicketGridRow)
	}
	if before := sides[1]; len(before) > s.limit {
		before = before[:s.limit]
		slices.Reverse(before)
		return TicketGridPage{Rows: before, Previous: s.cursor(before[0]), Next: s.cursor(before[s.limit-1])}
	}
	p := TicketGridPage{Rows: sides[0], First: s.after == nil}
	if len(p.Rows) > s.limit {
		p.Rows = p.Rows[:s.limit]
		p.Next = s.cursor(p.Rows[s.limit-1])
	}
	if len(p.Rows) > 0 && !p.First {
		p.Previous = s.cursor(p.Rows[0])
	}
	return p
}

// ExportTicketGrid hands every row of the view to put, batch by batch and in
// its order, in constant memory. All batches see the list as it was at one
// moment: tx must be REPEATABLE READ. It stops at put's first error and
// returns it as it is.
func ExportTicketGrid(ctx context.Context, tx pgx.Tx, g TicketGrid, put func([]TicketGridRow) error) error {
	const batch = 1000
	g.After, g.Before, g.Limit = "", "", batch
	for {
		p, err := ListTicketGrid(ctx, tx, g)
		if err != nil {
			return err
		}
		if err := put(p.Rows); err != nil {
			return err
		}
		if p.Next == "" {
			return nil
		}
		g.After = p.Next
	}
}
