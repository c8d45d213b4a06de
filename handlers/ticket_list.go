package handlers

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"helphub/components"
	"helphub/internal/live"
	"helphub/internal/locale"
	"helphub/internal/staff"
	"helphub/internal/ticket"
	"helphub/queries"
)

// listTickets is the list of tickets: one query for the rows and one for all
// that is around them.
func (a *App) listTickets(w http.ResponseWriter, r *http.Request) error {
	t, err := readTicketQuery(r.URL)
	if err != nil {
		return err
	}
	mark, ctx, v, l := a.Hub.Mark(), r.Context(), visitorOf(r), locale.From(r.Context())
	grid := t.grid(l, v.Actor.ID)
	page, err := queries.ListTicketGrid(ctx, a.DB.Read, grid)
	if err != nil {
		return err
	}
	around, err := a.aroundTickets(ctx, v, t, grid)
	if err != nil {
		return err
	}
	view := a.ticketGridView(ctx, v, t, page, around.TicketCounts)
	for i, row := range view.Rows {
		view.Rows[i].Present = others(row.Present, v.Actor.ID)
	}
	title := titleOf(l, t)
	shell, err := a.shell(w, r, frame{
		Title: title, Section: sectionOf(t), Trail: []components.Crumb{{Text: title}}, Class: "grid-page",
		Mark: mark, Topics: ticketTopics(v.Actor), Counts: &around.Rail,
	})
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, components.Tickets(shell, ticketFilters(l, v.Actor, t, around), view))
}

// aroundTickets is what is around the rows: the same on every page of a view,
// whatever its status and order.
func (a *App) aroundTickets(ctx context.Context, v visitor, t ticketQuery, grid queries.TicketGrid) (queries.TicketFrame, error) {
	t.tab, t.sort, t.desc, t.after, t.before = "", "", false, "", ""
	part := live.Part{
		Key:    live.PartKey{URL: "around " + t.at(ticketsPath), Person: v.Actor.ID},
		Topics: []live.Topic{live.Tickets, live.Customers, live.Admin, live.Staff(v.Actor.ID)},
		Until:  midnight(locale.From(ctx)),
	}
	return kept(ctx, a, part, func(ctx context.Context) (queries.TicketFrame, error) {
		return queries.ReadTicketFrame(ctx, a.DB.Read, grid, v.Actor.ID, countCap+1)
	})
}

// showTicketRows is the list as a live part, shared by all who look at the same
// view: each hides their own face. What depends on who reads is theirs alone.
func (a *App) showTicketRows(w http.ResponseWriter, r *http.Request) error {
	t, err := readTicketQuery(r.URL)
	if err != nil {
		return err
	}
	v := visitorOf(r)
	var key live.PartKey
	if t.technician == technicianMe {
		key.Person = v.Actor.ID
	}
	return a.part(w, r, live.Part{
		Key:    key,
		Topics: []live.Topic{live.Tickets, live.PresenceAll, live.Customers},
		Render: func(ctx context.Context) ([]byte, error) {
			grid := t.grid(locale.From(ctx), v.Actor.ID)
			page, err := queries.ListTicketGrid(ctx, a.DB.Read, grid)
			if err != nil {
				return nil, err
			}
			counts, err := queries.ReadTicketCounts(ctx, a.DB.Read, grid, countCap+1)
			if err != nil {
				return nil, err
			}
			return html(ctx, components.TicketPart(a.ticketGridView(ctx, v, t, page, counts)))
		},
	})
}

// ticketTopics are what the page listens to besides tickets.
func ticketTopics(actor staff.Actor) []live.Topic {
	topics := []live.Topic{live.PresenceAll}
	if actor.Can(staff.CustomerRead) {
		topics = append(topics, live.Customers)
	}
	return topics
}

// ticketGridView is the live part. Of the visitor it uses only what they may
// do, and who "me" is.
func (a *App) ticketGridView(ctx context.Context, v visitor, t ticketQuery, page queries.TicketGridPage, counts queries.TicketCounts) components.TicketGridView {
	l := locale.From(ctx)
	here := t
	if page.First {
		// A page that begins with the list's first row is the first page, however
		// one came to it, and stays it when rows arrive.
		here.after, here.before = "", ""
	}
	view := components.TicketGridView{
		Title: titleOf(l, t), Order: l.T("grid.by_" + string(t.sort) + "_" + direction(t.desc)),
		URL: here.at(ticketRowsPath), Customers: v.Actor.Can(staff.CustomerRead),
		Tabs: ticketTabs(l, t, counts), Opened: t.sort == queries.SortOpened,
		Priority:   ticketColumn(t, queries.SortPriority, l.T("ticket.priority")),
		Customer:   ticketColumn(t, queries.SortCustomer, l.T("ticket.customer")),
		Department: ticketColumn(t, queries.SortDepartment, l.T("ticket.department")),
		When:       ticketColumn(t, queries.SortActivity, l.T("ticket.activity")),
		Pager:      ticketPager(l, t, page, counts),
	}
	if view.Opened {
		view.When = ticketColumn(t, queries.SortOpened, l.T("ticket.opened"))
	}
	names := map[uuid.UUID]string{}
	for _, p := range counts.People {
		names[p.ID] = p.Name
	}
	for _, row := range page.Rows {
		view.Rows = append(view.Rows, ticketRow(row, view.Opened, a.present(row.ID, names)))
	}
	if len(view.Rows) == 0 {
		view.Empty = emptyTickets(l, t, page, counts.Any, v.Actor.Can(staff.TicketWrite))
	}
	return view
}

func ticketRow(r queries.TicketGridRow, opened bool, present []components.Presence) components.TicketRow {
	row := components.TicketRow{
		ID: r.ID, Protocol: ticket.Protocol(r.Protocol), Subject: r.Subject, Status: ticket.Status(r.Status),
		Priority: ticket.Priority(r.Priority), Level: ticket.Level(r.Level),
		Customer: r.CustomerName, Department: r.DepartmentName, Technician: r.TechnicianName,
		When: r.LastActivityAt, Version: int(r.Version), Present: present,
	}
	if opened {
		row.When = r.OpenedAt
	}
	return row
}

// present is who is on a ticket, by name.
func (a *App) present(id uuid.UUID, names map[uuid.UUID]string) []components.Presence {
	var present []components.Presence
	for _, one := range a.Presence.On(id) {
		if name := names[one.Staff]; name != "" {
			present = append(present, components.Presence{Name: name, Writing: one.Writing, Staff: one.Staff.String()})
		}
	}
	return present
}

// others leaves the reader out.
func others(present []components.Presence, reader uuid.UUID) []components.Presence {
	var rest []components.Presence
	for _, p := range present {
		if p.Staff != reader.String() {
			rest = append(rest, p)
		}
	}
	return rest
}

// titleOf names the view: a shortcut of the rail, or its tab.
func titleOf(l locale.Locale, t ticketQuery) string {
	switch sectionOf(t) {
	case components.SectionMine:
		return l.T("shell.my_tickets")
	case components.SectionUnassigned:
		return l.T("shell.unassigned")
	}
	return l.T("grid.title_" + string(t.tab))
}

// sectionOf is the place of the rail that the view is.
func sectionOf(t ticketQuery) components.Section {
	rest := t
	rest.technician = ""
	switch {
	case rest.filtered() || t.tab != queries.TabActive:
	case t.technician == technicianMe:
		return components.SectionMine
	case t.technician == components.NoneChosen:
		return components.SectionUnassigned
	}
	return components.SectionTickets
}
