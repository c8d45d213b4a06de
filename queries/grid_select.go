package queries

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// gridSelect is the SQL of one page. The tickets of the page are found first,
// by the index of their order; only what was found is joined with its names.
type gridSelect struct {
	grid  TicketGrid
	sort  GridSort
	desc  bool
	limit int
	after *place // of the page
	args  pgx.NamedArgs
}

func newGridSelect(g TicketGrid) *gridSelect {
	return &gridSelect{
		grid: g, sort: cmp.Or(g.Sort, SortActivity), desc: g.Desc, limit: g.Limit, args: pgx.NamedArgs{},
	}
}

const (
	// zeroUUID is below every id.
	zeroUUID = "'00000000-0000-0000-0000-000000000000'::uuid"
	collated = ` COLLATE "pt-BR-x-icu"`

	gridTicket = `t.id, t.protocol, t.subject, t.status, t.priority, t.level, t.customer_id, t.department_id,
 t.technician_id, t.opened_at, t.last_activity_at, t.closed_at, t.next_visit_at, t.version`
	gridNames = `c.display_name AS customer_name, coalesce(d.name, '') AS department_name, coalesce(s.name, '') AS technician_name`
	gridJoins = ` JOIN customer AS c ON c.id = t.customer_id
 LEFT JOIN department AS d ON d.id = t.department_id
 LEFT JOIN staff AS s ON s.id = t.technician_id`
)

// sql is the page's query. Before a cursor it reads both the rows before it and
// the first page, for only the rows tell which of them is the answer.
func (s *gridSelect) sql() string {
	s.after = parsePlace(s.grid.After, s.sort, s.desc)
	before := parsePlace(s.grid.Before, s.sort, s.desc)
	if s.after != nil || before == nil {
		return "-- name: ListTicketGrid\n" + s.side("0", "after", s.after, s.desc)
	}
	return "-- name: ListTicketGrid\n(" + s.side("0", "", nil, s.desc) + ")\nUNION ALL\n(" + s.side("1", "before", before, !s.desc) + ")"
}

// side is one run of rows in one direction from a place, or from the end.
func (s *gridSelect) side(number, name string, from *place, desc bool) string {
	r := &run{gridSelect: s, name: name, from: from, desc: desc}
	return "SELECT " + number + "::int AS side, row_number() OVER () AS place, page.* FROM (\n" +
		"SELECT " + gridTicket + ",\n " + gridNames + "\nFROM (\n" + r.tickets() + "\n) AS t" + gridJoins +
		"\nORDER BY " + r.order() + "\n) AS page"
}

// run is one side while its SQL is written.
type run struct {
	*gridSelect
	name string // prefix of its arguments
	from *place
	desc bool
}

// arg names an argument of the run and gives its place in the SQL.
func (r *run) arg(name string, value any, kind string) string {
	r.args[r.name+name] = value
	return "@" + r.name + name + "::" + kind
}

func (r *run) dir() string {
	if r.desc {
		return " DESC"
	}
	return ""
}

func (r *run) beyond() string {
	if r.desc {
		return " < "
	}
	return " > "
}

// order sorts what was found; the id makes it total.
func (r *run) order() string {
	switch r.sort {
	case SortCustomer:
		return list(r.dir(), "c.display_name"+collated, "c.id", "t.id")
	case SortDepartment:
		return list(r.dir(), "(t.department_id IS NULL)", "coalesce(d.name, '')"+collated, "coalesce(t.department_id, "+zeroUUID+")", "t.id")
	}
	return list(r.dir(), append(r.same(), r.sort.column(), "t.id")...)
}

// same is the column that is NULL in every row of the view: named first, it
// lets the planner see that an index that begins with it is in order. (For a
// column that equals something it sees that by itself.)
func (r *run) same() []string {
	switch {
	case r.sort != SortActivity:
	case r.grid.Technician.None:
		return []string{"t.technician_id"}
	case r.grid.Department.None:
		return []string{"t.department_id"}
	}
	return nil
}

// rows is how many are read. It is written into the statement: with a number
// that is not known the planner fears the worst, and plans anew each time.
func (r *run) rows() string { return "\nLIMIT " + strconv.Itoa(r.limit+1) }

func list(suffix string, keys ...string) string { return strings.Join(keys, suffix+", ") + suffix }

// tickets finds the rows of the run, one more than fits on a page at most.
func (r *run) tickets() string {
	switch {
	case r.sort == SortCustomer:
		return r.byCustomer()
	case r.sort == SortDepartment && r.grid.wide():
		return r.byTeam()
	case r.sort == SortDepartment:
		return r.byDepartment()
	}
	where := r.filters(everything)
	if r.from != nil {
		where = append(where, "("+r.sort.column()+", t.id)"+r.beyond()+"("+r.arg("key", r.from.key, keyType(r.sort))+", "+r.arg("id", r.from.id, "uuid")+")")
	}
	return "SELECT " + gridTicket + "\nFROM ticket AS t" + conjunction(where) + "\nORDER BY " + r.order() + r.rows()
}

func keyType(s GridSort) string {
	if s == SortPriority {
		return "smallint"
	}
	return "timestamptz"
}

// byCustomer walks the customers by name as long as most of them have tickets
// of the view, and sorts the view when few do: the planner sees both ways.
func (r *run) byCustomer() string {
	where := r.filters(everything)
	if r.from != nil {
		key, group := r.arg("key", r.from.key, "text")+collated, r.arg("group", r.from.group, "uuid")
		where = append(where,
			"(c.display_name"+collated+", c.id)"+strings.TrimSuffix(r.beyond(), " ")+"= ("+key+", "+group+")",
			"(c.display_name"+collated+", c.id, t.id)"+r.beyond()+"("+key+", "+group+", "+r.arg("id", r.from.id, "uuid")+")")
	}
	return "SELECT " + gridTicket + "\nFROM ticket AS t JOIN customer AS c ON c.id = t.customer_id" + conjunction(where) +
		"\nORDER BY " + r.order() + r.rows()
}

// byDepartment sorts a view that is small anyway.
func (r *run) byDepartment() string {
	where := r.filters(everything)
	if r.from != nil {
		where = append(where, "(t.department_id IS NULL, coalesce(d.name, '')"+collated+", coalesce(t.department_id, "+zeroUUID+"), t.id)"+r.beyond()+
			"("+r.arg("none", r.from.none, "boolean")+", "+r.arg("key", r.from.key, "text")+collated+", "+
			r.arg("group", r.from.group, "uuid")+", "+r.arg("id", r.from.id, "uuid")+")")
	}
	return "SELECT " + gridTicket + "\nFROM ticket AS t LEFT JOIN department AS d ON d.id = t.department_id" + conjunction(where) +
		"\nORDER BY " + r.order() + r.rows()
}

// byTeam reads a view that may be everything: there are few departments and
// each may have most of the tickets, so it takes the first rows of every
// department and status by their index instead of sorting them all. Triage
// comes last, or first when it goes down.
func (r *run) byTeam() string {
	var teams []string
	inTriage := r.from != nil && r.from.none
	if !r.grid.Department.None && (!inTriage || r.desc) {
		teams = append(teams, r.ofDepartments(r.from != nil && !inTriage))
	}
	if r.grid.Department.ID == uuid.Nil && (r.from == nil || inTriage || !r.desc) {
		teams = append(teams, r.ofTriage(inTriage))
	}
	if len(teams) == 0 {
		return "SELECT " + gridTicket + "\nFROM ticket AS t\nWHERE false" // behind the last row
	}
	return "SELECT t.* FROM (\n(" + strings.Join(teams, ")\nUNION ALL\n(") + ")\n) AS t LEFT JOIN department AS d ON d.id = t.department_id" +
		"\nORDER BY " + r.order() + r.rows()
}

func (r *run) ofDepartments(resumed bool) string {
	start, where := "", []string(nil)
	if resumed {
		key, group := r.arg("key", r.from.key, "text")+collated, r.arg("group", r.from.group, "uuid")
		where = append(where, "(d.name"+collated+", d.id)"+strings.TrimSuffix(r.beyond(), " ")+"= ("+key+", "+group+")")
		id := r.arg("id", r.from.id, "uuid")
		// Behind the cursor's own department every id counts.
		start = " AND (t.id" + r.beyond() + "CASE WHEN d.id = " + group + " THEN " + id + " ELSE " + r.firstID() + " END)"
	}
	if r.grid.Department.ID != uuid.Nil {
		where = append(where, "d.id = @department")
		r.args["department"] = r.grid.Department.ID
	}
	return "SELECT x.* FROM department AS d" + r.perStatus("t.department_id = d.id", start) + conjunction(where) +
		"\nORDER BY " + list(r.dir(), "d.name"+collated, "d.id", "x.id") + r.rows()
}

func (r *run) ofTriage(resumed bool) string {
	start := ""
	if resumed {
		start = " AND t.id" + r.beyond() + r.arg("id", r.from.id, "uuid")
	}
	return "SELECT x.* FROM (SELECT) AS triage" + r.perStatus("t.department_id IS NULL", start) + "\nORDER BY x.id" + r.dir() + r.rows()
}

// firstID is before every id in the run's direction.
func (r *run) firstID() string {
	if r.desc {
		return "'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid"
	}
	return zeroUUID
}

// perStatus takes the first rows of one team in each status of the tab.
func (r *run) perStatus(team, start string) string {
	// The department is the same in all of them, see same.
	names := make([]string, 0, len(r.grid.Tab.statuses()))
	for _, s := range r.grid.Tab.statuses() {
		names = append(names, string(s))
	}
	where := append([]string{team, "t.status = tab.status"}, r.filters(besidesTeam)...)
	return " CROSS JOIN unnest('{" + strings.Join(names, ",") + "}'::text[]) AS tab (status)\nCROSS JOIN LATERAL (SELECT " + gridTicket +
		"\n FROM ticket AS t" + conjunction(where) + start + "\n ORDER BY " + list(r.dir(), "t.department_id", "t.id") + r.rows() + ") AS x"
}

func conjunction(where []string) string {
	if len(where) == 0 {
		return ""
	}
	return "\nWHERE " + strings.Join(where, "\n  AND ")
}
