package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/components"
	"helphub/internal/customer"
	"helphub/internal/live"
	"helphub/internal/locale"
	"helphub/internal/staff"
	"helphub/internal/taxid"
	"helphub/internal/ticket"
	"helphub/queries"
)

// showTicket is the page of one ticket.
func (a *App) showTicket(w http.ResponseWriter, r *http.Request) error {
	p, err := protocolOf(r)
	if err != nil {
		return err
	}
	if typed := pathValue(r, "protocol"); typed != string(p) {
		to := url.URL{Path: components.TicketPath(p, ""), RawQuery: r.URL.RawQuery}
		return a.redirect(w, r, to.String(), "")
	}
	mark := a.Hub.Mark()
	row, err := a.getTicket(r.Context(), p)
	if err != nil {
		return err
	}
	return a.drawTicket(w, r, mark, row, http.StatusOK, composerOf(r, ticketOf(row)))
}

// drawTicket draws the whole page with the composer as given: fresh, or as it
// was refused.
func (a *App) drawTicket(w http.ResponseWriter, r *http.Request, mark live.Mark, row queries.GetTicketRow, status int, composer components.ComposerView) error {
	view, err := a.ticketView(r.Context(), row, readTimelineQuery(r))
	if err != nil {
		return err
	}
	if view.Here, err = a.othersHere(r.Context(), row.ID); err != nil {
		return err
	}
	composer.Writing = components.Writers(view.Here)
	view.Composer = composer
	shell, err := a.shell(w, r, frame{
		Title: row.Subject, Section: components.SectionTickets, Class: "with-side ticket", Mark: mark,
		Trail:  ticketTrail(r.Context(), view.Ticket, ""),
		Topics: ticketPageTopics(visitorOf(r).Actor, row.ID),
	})
	if err != nil {
		return err
	}
	return render(w, r, status, components.Ticket(shell, view))
}

// ticketView reads what the page and its live part show alike, as the person
// in the context sees it: one query besides the ticket's own row.
func (a *App) ticketView(ctx context.Context, row queries.GetTicketRow, q timelineQuery) (components.TicketView, error) {
	v, _ := ctx.Value(visitorKey{}).(visitor)
	k := ticketOf(row)
	timeline, err := a.timelineOf(ctx, v, k, q)
	if err != nil {
		return components.TicketView{}, err
	}
	return components.TicketView{
		Ticket: k, May: ticketMay(v.Actor, k.Status), Timeline: timeline,
		Customer: customerCard(locale.From(ctx), row),
		Composer: components.ComposerView{State: composerState(v.Actor, k)},
		HereURL:  presenceURL(k), HereTopic: string(live.PresenceOn(k.ID)),
	}, nil
}

func customerCard(l locale.Locale, row queries.GetTicketRow) components.CustomerCard {
	return components.CustomerCard{
		URL:      components.TicketPath(ticket.Protocol(row.Protocol), "customer") + "?" + url.Values{"id": {row.ID.String()}}.Encode(),
		Customer: customerOf(row), Active: activeTickets(l, row.CustomerActiveTickets),
	}
}

// ticketMay asks the policy and the state machine what to offer.
func ticketMay(by staff.Actor, s ticket.Status) components.TicketMay {
	write := by.Can(staff.TicketWrite)
	works := write && s != ticket.Closed
	return components.TicketMay{
		Write: write, Edit: works, Transfer: works,
		Escalate: works && s.May(ticket.Escalated), Wait: works && s.May(ticket.Pending),
		Resume: works && s.May(ticket.Open), Close: works && s.May(ticket.Closed),
		Reopen: write && s == ticket.Closed, Delete: by.Can(staff.TicketDelete),
	}
}

// getTicket reads a ticket's row; a protocol nobody has is fault.ErrMissing's
// page.
func (a *App) getTicket(ctx context.Context, p ticket.Protocol) (queries.GetTicketRow, error) {
	row, err := a.read.GetTicket(ctx, string(p))
	if errors.Is(err, pgx.ErrNoRows) {
		return row, errNoPage
	}
	if err != nil {
		return row, fmt.Errorf("get ticket: %w", err)
	}
	return row, nil
}

// protocolOf reads the protocol in the path, in any spelling.
func protocolOf(r *http.Request) (ticket.Protocol, error) {
	p, ok := ticket.ParseProtocol(pathValue(r, "protocol"))
	if !ok {
		return "", errNoPage
	}
	return p, nil
}

// pathValue is a part of the path, unescaped: a path that holds an escaped
// character is routed as it was sent.
func pathValue(r *http.Request, name string) string {
	raw := chi.URLParam(r, name)
	if text, err := url.PathUnescape(raw); err == nil {
		return text
	}
	return raw
}

func ticketTrail(ctx context.Context, k ticket.Ticket, here string) []components.Crumb {
	trail := []components.Crumb{
		{Text: locale.From(ctx).T("shell.tickets"), Href: "/tickets"},
		{Text: string(k.Protocol), Href: components.TicketPath(k.Protocol, "")},
	}
	if here != "" {
		trail = append(trail, components.Crumb{Text: here})
	}
	return trail
}

func activeTickets(l locale.Locale, n int32) string {
	if n >= activeCap {
		return l.T("ticket.active_many", "n", activeCap-1)
	}
	return l.N("ticket.active", int(n))
}

// activeCap is how far GetTicket counts the customer's active tickets.
const activeCap = 100

func ticketOf(r queries.GetTicketRow) ticket.Ticket {
	return ticket.Ticket{
		ID: r.ID, Protocol: ticket.Protocol(r.Protocol), Subject: r.Subject, Description: r.Description,
		Status: ticket.Status(r.Status), Priority: ticket.Priority(r.Priority), Level: ticket.Level(r.Level),
		Customer:   ticket.Ref{ID: r.CustomerID, Name: customerOf(r).DisplayName()},
		Department: refOf(r.DepartmentID, r.DepartmentName),
		Technician: refOf(r.TechnicianID, r.TechnicianName),
		OpenedBy:   refOf(r.OpenedBy, r.OpenerName),
		OpenedAt:   r.OpenedAt, LastActivity: r.LastActivityAt, LastWord: r.LastWordAt, ClosedAt: timeOf(r.ClosedAt),
		Version: int(r.Version),
	}
}

func customerOf(r queries.GetTicketRow) customer.Customer {
	c := customer.Customer{
		ID: r.CustomerID, LegalName: r.LegalName, TradeName: r.TradeName, Email: r.Email, Phone: customer.Phone(r.Phone),
		Address: customer.Address{
			PostalCode: customer.PostalCode(r.PostalCode), Street: r.Street, Number: r.Number, Complement: r.Complement,
			District: r.District, City: r.City, State: r.State,
		},
		Active: r.CustomerActive,
	}
	if r.TaxID != nil {
		c.TaxID = taxid.ID(*r.TaxID)
	}
	return c
}

func refOf(id *uuid.UUID, name string) ticket.Ref {
	if id == nil {
		return ticket.Ref{Name: name}
	}
	return ticket.Ref{ID: *id, Name: name}
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
