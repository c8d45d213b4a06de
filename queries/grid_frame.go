package queries

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/ticket"
)

// TicketCounts is what surrounds the rows of the ticket list and is the same
// for everybody who looks at the view.
type TicketCounts struct {
	// Tabs is how many tickets of the view each status has, none counted beyond
	// the cap; nil when counting would cost more than the page (see Countable).
	Tabs map[ticket.Status]int32
	// Any and Scheduled report whether there is any ticket, and any scheduled
	// one, whatever the view.
	Any, Scheduled bool
	// People are the active ones and whoever the view is filtered by, by name.
	People []GridPerson
}

// GridPerson is somebody by name.
type GridPerson struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	// Technician reports whether tickets can be assigned to them.
	Technician bool `json:"technician"`
}

// Tab is how many tickets of the view a tab holds, cap at most.
func (c TicketCounts) Tab(tab GridTab, limit int32) int32 {
	var n int32
	for _, s := range tab.statuses() {
		n += c.Tabs[s]
	}
	return min(n, limit)
}

// Countable reports whether the tabs of the view can be counted at the price of
// a look into an index: with no filter, with one team, technician or customer.
// What is searched for, a priority or a period would have to be read to be
// counted.
func (g TicketGrid) Countable() bool {
	used := 0
	for _, r := range []GridRef{g.Department, g.Technician, g.Customer} {
		if !r.Any() {
			used++
		}
	}
	return g.Search.Blank() && g.Priority == 0 && g.From.IsZero() && g.To.IsZero() && used <= 1
}

// whole reports whether nothing is filtered but the status.
func (g TicketGrid) whole() bool {
	return g.Countable() && g.Department.Any() && g.Technician.Any() && g.Customer.Any()
}

// ReadTicketCounts reads the counts of a view in one query.
func ReadTicketCounts(ctx context.Context, db DBTX, g TicketGrid, limit int32) (TicketCounts, error) {
	var c TicketCounts
	err := readJSON(ctx, db, "ReadTicketCounts", g.countFields(limit), g.frameArgs(), &c)
	return c, err
}

// TicketFrame is all that surrounds the rows on the page of the list.
type TicketFrame struct {
	TicketCounts
	// Rail and the bell's number, for the reader.
	Rail CountRailRow
	// Departments are the active ones and the one the view is filtered by.
	Departments []GridPerson
	// Customer is the name of the one the view is filtered by, "" for none.
	Customer string
}

// ReadTicketFrame reads it in one query.
func ReadTicketFrame(ctx context.Context, db DBTX, g TicketGrid, reader uuid.UUID, limit int32) (TicketFrame, error) {
	active := capped(limit, "t.status <> 'closed'")
	if g.whole() {
		active = "0" // the tabs say it
	}
	fields := append(g.countFields(limit),
		field("Departments", `(SELECT coalesce(json_agg(json_build_object('id', d.id, 'name', d.name) ORDER BY d.name`+collated+`, d.id), '[]')
 FROM department AS d WHERE d.active OR d.id = @department)`),
		field("Customer", `(SELECT coalesce(max(c.display_name), '') FROM customer AS c WHERE c.id = @customer)`),
		field("Rail", `json_build_object('Active', `+active+`, 'Mine', `+capped(limit, "t.technician_id = @reader AND t.status <> 'closed'")+
			`, 'Nobodys', `+capped(limit, "t.technician_id IS NULL AND t.status <> 'closed'")+
			`, 'Unread', (SELECT count(*) FROM (SELECT FROM notification AS n WHERE n.staff_id = @reader AND n.read_at IS NULL LIMIT 100) AS x))`))
	args := g.frameArgs()
	args["reader"] = reader
	var f TicketFrame
	if err := readJSON(ctx, db, "ReadTicketFrame", fields, args, &f); err != nil {
		return f, err
	}
	if g.whole() {
		f.Rail.Active = f.Tab(TabActive, limit)
	}
	return f, nil
}

func (g TicketGrid) frameArgs() pgx.NamedArgs {
	args := pgx.NamedArgs{}
	g.filters(besidesTab, args)
	args["department"], args["technician"], args["customer"] = g.Department.ID, g.Technician.ID, g.Customer.ID
	return args
}

func (g TicketGrid) countFields(limit int32) []string {
	fields := []string{
		field("Any", "EXISTS (SELECT FROM ticket)"),
		field("Scheduled", "EXISTS (SELECT FROM ticket AS t WHERE t.status = 'scheduled')"),
		field("People", `(SELECT coalesce(json_agg(json_build_object('id', s.id, 'name', s.name,
  'technician', s.active AND 'visit.perform' = ANY (r.permissions)) ORDER BY s.name`+collated+`, s.id), '[]')
 FROM staff AS s JOIN role AS r ON r.id = s.role_id WHERE s.active OR s.id = @technician)`),
	}
	if g.Countable() {
		var tabs []string
		filters := g.filters(besidesTab, pgx.NamedArgs{})
		for _, s := range ticket.Statuses() {
			status := string(s)
			tabs = append(tabs, "'"+status+"', "+capped(limit, append([]string{"t.status = '" + status + "'"}, filters...)...))
		}
		fields = append(fields, field("Tabs", "json_build_object("+strings.Join(tabs, ",\n  ")+")"))
	}
	return fields
}

func field(name, value string) string { return "'" + name + "', " + value }

// capped counts tickets up to a limit. It is written into the statement: with
// one that is not known the planner fears the worst, and plans anew each time.
func capped(limit int32, where ...string) string {
	return "(SELECT count(*) FROM (SELECT FROM ticket AS t WHERE " + strings.Join(where, " AND ") + " LIMIT " + strconv.Itoa(int(limit)) + ") AS x)"
}

// readJSON reads one object, whose fields are SQL of this package, into to.
func readJSON(ctx context.Context, db DBTX, name string, fields []string, args pgx.NamedArgs, to any) error {
	var raw []byte
	sql := "-- name: " + name + "\nSELECT json_build_object(" + strings.Join(fields, ",\n ") + ")"
	if err := db.QueryRow(ctx, sql, args).Scan(&raw); err != nil {
		return fmt.Errorf("read what is around the tickets: %w", err)
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return fmt.Errorf("read what is around the tickets: %w", err)
	}
	return nil
}
