package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"helphub/internal/admin"
	"helphub/internal/fault"
	"helphub/internal/helpdesk"
	"helphub/internal/staff"
	"helphub/internal/ticket"
	"helphub/queries"
)

// Importer replays incidents through the desk.
type Importer struct {
	Desk   *helpdesk.Desk
	Office *admin.Office
	Read   *queries.Queries
	// Texts lend subjects and descriptions; may be empty.
	Texts []Text
	// Reason is what a transfer says, in the company's language.
	Reason string
	// Progress is told after every incident how many of how many are done; may be nil.
	Progress func(done, total int)
}

// Report is what came of a replay.
type Report struct {
	Rows      int // read, refused ones included
	Refused   []Refusal
	Incidents int
	Opened    int // tickets that did not exist before
	Known     int // tickets an earlier import had brought in
	Customers int // made
	Teams     int // departments made
	People    int // technicians made
	Steps     int // commands replayed, those that had happened before included
	Took      time.Duration
}

// origins name what comes from a log, so that it comes in once.
func origin(kind, name string) string { return "incidents/" + kind + "/" + name }

// parallel is how many incidents are replayed at once; the database is the
// bound, and two processors are the smallest machine.
const parallel = 4

// Replay brings the incidents in at their own times. It announces nothing: the
// caller does, once, at the end. A step the rules refuse is reported by its
// line and the rest goes on; any other error stops the replay, which can be
// started again and goes on where it was.
func (im *Importer) Replay(ctx context.Context, incidents []Incident) (Report, error) {
	began := time.Now()
	report := Report{Incidents: len(incidents)}
	for _, in := range incidents {
		report.Rows += len(in.Rows)
	}
	cast, err := im.cast(ctx, incidents, &report)
	if err != nil {
		return report, err
	}
	var mu sync.Mutex
	done := 0
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for _, in := range incidents {
		g.Go(func() error {
			known, steps, refused, err := im.incident(ctx, in, cast)
			if err != nil {
				return fmt.Errorf("replay %s: %w", in.Number, err)
			}
			mu.Lock()
			defer mu.Unlock()
			report.Steps += steps
			report.Refused = append(report.Refused, refused...)
			if known {
				report.Known++
			} else {
				report.Opened++
			}
			done++
			if im.Progress != nil {
				im.Progress(done, len(incidents))
			}
			return nil
		})
	}
	err = g.Wait()
	slices.SortFunc(report.Refused, func(a, b Refusal) int { return a.Line - b.Line })
	report.Took = time.Since(began)
	return report, err
}

// cast are the people and places of a log, by their names in it.
type cast struct {
	customers, teams, people map[string]uuid.UUID
}

// nobody stands for a caller the log does not name.
const nobody = "(?)"

func (im *Importer) cast(ctx context.Context, incidents []Incident, report *Report) (cast, error) {
	system := staff.System("import")
	c := cast{customers: map[string]uuid.UUID{}, teams: map[string]uuid.UUID{}, people: map[string]uuid.UUID{}}
	fill := func(into map[string]uuid.UUID, made *int, kind string, names []string,
		ensure func(context.Context, staff.Actor, string, string) (uuid.UUID, bool, error),
	) error {
		for _, name := range names {
			id, created, err := ensure(ctx, system, origin(kind, name), name)
			if err != nil {
				return fmt.Errorf("bring in %s %q: %w", kind, name, err)
			}
			into[name] = id
			if created {
				*made++
			}
		}
		return nil
	}
	callers := names(incidents, func(r Row) string { return orNobody(r.Caller) })
	return c, errors.Join(
		fill(c.customers, &report.Customers, "caller", callers, im.Desk.EnsureCustomer),
		fill(c.teams, &report.Teams, "group", names(incidents, func(r Row) string { return r.Group }), im.Office.EnsureDepartment),
		fill(c.people, &report.People, "assignee", names(incidents, func(r Row) string { return r.Assignee }), im.Office.EnsureTechnician),
	)
}

func orNobody(caller string) string {
	if caller == "" {
		return nobody
	}
	return caller
}

// incident replays one incident; known says whether its ticket existed before.
func (im *Importer) incident(ctx context.Context, in Incident, c cast) (known bool, steps int, refused []Refusal, err error) {
	number := origin("number", in.Number)
	_, err = im.Read.TicketByOrigin(ctx, &number)
	known = err == nil
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return false, 0, nil, fmt.Errorf("look for ticket: %w", err)
	}
	var protocol ticket.Protocol
	for _, s := range plan(in) {
		p, err := im.step(ctx, im.Desk.At(s.At), in, c, s, protocol)
		if err != nil {
			if fault.Of(err) == nil {
				return known, steps, refused, err
			}
			refused = append(refused, Refusal{Line: s.Line, Why: err.Error()})
			if s.Kind == OpenIt {
				return known, steps, refused, nil
			}
			continue
		}
		protocol = p
		steps++
	}
	return known, steps, refused, nil
}

// step runs one command and returns the ticket's protocol.
func (im *Importer) step(ctx context.Context, desk *helpdesk.Desk, in Incident, c cast, s Step, protocol ticket.Protocol) (ticket.Protocol, error) {
	by := staff.System(s.By)
	on := helpdesk.On{Protocol: protocol, Version: latest, Form: s.ID}
	subject, description := words(in, im.Texts)
	row := in.Rows[0]
	whole := helpdesk.NewTicket{
		Form: s.ID, Subject: subject, Description: description, Priority: s.Priority.String(),
		CustomerID: c.customers[orNobody(row.Caller)], DepartmentID: c.teams[s.Group], Origin: origin("number", in.Number),
	}
	switch s.Kind {
	case OpenIt:
		return desk.OpenTicket(ctx, by, whole)
	case MoveIt:
		return protocol, desk.MoveTicket(ctx, by, on, s.Status, helpdesk.Words{})
	case PrioritizeIt:
		return protocol, desk.EditTicket(ctx, by, on, whole)
	case PassIt:
		team, person := c.teams[s.Group], c.people[s.Assignee]
		return protocol, desk.TransferTicket(ctx, by, on, helpdesk.Passing{Department: &team, Technician: &person, Reason: im.Reason})
	}
	return protocol, fmt.Errorf("step of unknown kind %d", s.Kind)
}

// latest is a version no ticket reaches: a replay is made from how things stand.
const latest = 1 << 30
