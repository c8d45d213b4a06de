package queries

import (
	"cmp"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// which says what of a view's filters a piece of SQL needs.
type which int

const (
	everything which = iota
	// besidesTab leaves out the status: counts are taken per status.
	besidesTab
	// besidesTeam leaves out the status and the department, which the index of
	// byTeam already fixes, and keeps the planner from asking another index.
	besidesTeam
)

// filters are the conditions of the view on ticket AS t. They fill in the
// arguments they name.
func (s *gridSelect) filters(w which) []string { return s.grid.filters(w, s.args) }

func (g TicketGrid) filters(w which, args pgx.NamedArgs) []string {
	var where []string
	if w == everything {
		where = append(where, g.Tab.condition()...)
	}
	switch {
	case g.Priority == 0:
	case w == besidesTeam:
		where = append(where, "t.priority + 0 = "+strconv.Itoa(int(g.Priority)))
	default:
		where = append(where, "t.priority = "+strconv.Itoa(int(g.Priority)))
	}
	if w != besidesTeam {
		where = append(where, g.Department.condition("t.department_id", "department", args)...)
	}
	where = append(where, g.Technician.condition("t.technician_id", "technician", args)...)
	where = append(where, g.Customer.condition("t.customer_id", "customer", args)...)
	if !g.From.IsZero() {
		args["from"] = g.From
		where = append(where, "t.opened_at >= @from::timestamptz")
		if w == everything && cmp.Or(g.Sort, SortActivity) == SortActivity {
			where = append(where, "t.last_activity_at >= @from::timestamptz") // no activity before opening
		}
	}
	if !g.To.IsZero() {
		args["to"] = g.To
		where = append(where, "t.opened_at < @to::timestamptz")
	}
	return append(where, g.Search.conditions(args)...)
}

// condition is a tab's, spelt as the partial indexes are.
func (t GridTab) condition() []string {
	switch t {
	case TabAll:
		return nil
	case TabActive, "":
		return []string{"t.status <> 'closed'"}
	}
	return []string{"t.status = '" + string(t.statuses()[0]) + "'"}
}

func (r GridRef) condition(column, name string, args pgx.NamedArgs) []string {
	switch {
	case r.None:
		return []string{column + " IS NULL"}
	case r.ID != uuid.Nil:
		args[name] = r.ID
		return []string{column + " = @" + name + "::uuid"}
	}
	return nil
}

// narrowPeriod is how long a period may be to count as a small part of the
// list; longer ones may hold most of it.
const narrowPeriod = 32 * 24 * time.Hour

// wide reports whether the view may be most of all tickets, so that it must not
// be read whole to be sorted.
func (g TicketGrid) wide() bool {
	long := g.From.IsZero() || g.To.IsZero() || g.To.Sub(g.From) > narrowPeriod
	return g.Technician.ID == uuid.Nil && g.Customer.Any() && g.Search.Blank() && long
}
