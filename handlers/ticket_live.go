package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/components"
	"helphub/internal/fault"
	"helphub/internal/live"
	"helphub/internal/locale"
	"helphub/internal/staff"
	"helphub/internal/ticket"
)

// showTicketLive is everything of the ticket's page that follows the ticket.
// Who looked at a ticket that is deleted meanwhile is told so, and keeps what
// they typed.
func (a *App) showTicketLive(w http.ResponseWriter, r *http.Request) error {
	p, err := protocolOf(r)
	if err != nil {
		return err
	}
	q := readTimelineQuery(r)
	id, err := a.partID(r, p)
	if err == nil {
		err = a.part(w, r, live.Part{
			Key:    live.PartKey{Person: visitorOf(r).Actor.ID},   // their own entries look different
			Topics: []live.Topic{live.Ticket(id), live.Customers}, // the customer's name stands in it
			Render: func(ctx context.Context) ([]byte, error) {
				row, err := a.getTicket(ctx, p)
				if err != nil {
					return nil, err
				}
				view, err := a.ticketView(ctx, row, q)
				if err != nil {
					return nil, err
				}
				return html(ctx, components.TicketLive(view))
			},
		})
	}
	if fault.KindOf(err) == fault.Missing && fromHTMX(r) {
		return render(w, r, http.StatusNotFound, components.TicketGone())
	}
	return err
}

// showTicketCustomer is the card of the ticket's customer: the same for all who
// see it.
func (a *App) showTicketCustomer(w http.ResponseWriter, r *http.Request) error {
	p, err := protocolOf(r)
	if err != nil {
		return err
	}
	id, err := a.partID(r, p)
	if err != nil {
		return err
	}
	return a.part(w, r, live.Part{
		Topics: []live.Topic{live.Ticket(id), live.Customers, live.Tickets},
		Render: func(ctx context.Context) ([]byte, error) {
			row, err := a.getTicket(ctx, p)
			if err != nil {
				return nil, err
			}
			return html(ctx, components.TicketCustomer(customerCard(locale.From(ctx), row)))
		},
	})
}

// ticketPageTopics are what the page of a ticket listens to.
func ticketPageTopics(actor staff.Actor, id uuid.UUID) []live.Topic {
	topics := []live.Topic{live.Ticket(id), live.PresenceOn(id)}
	if actor.Can(staff.CustomerRead) {
		topics = append(topics, live.Customers)
	}
	return topics
}

// partID is the id whose news make a ticket's part old. The page names it, which
// saves a query; a wrong one only ages the part of whoever sends it.
func (a *App) partID(r *http.Request, p ticket.Protocol) (uuid.UUID, error) {
	if id, err := uuid.Parse(r.URL.Query().Get("id")); err == nil {
		return id, nil
	}
	return a.ticketID(r.Context(), p)
}

func (a *App) ticketID(ctx context.Context, p ticket.Protocol) (uuid.UUID, error) {
	id, err := a.read.TicketID(ctx, string(p))
	if errors.Is(err, pgx.ErrNoRows) {
		return id, errNoPage
	}
	if err != nil {
		return id, fmt.Errorf("get ticket id: %w", err)
	}
	return id, nil
}

func liveTicketURL(k ticket.Ticket, q timelineQuery) string {
	v := q.values()
	v.Set("id", k.ID.String())
	return components.TicketPath(k.Protocol, "live") + "?" + v.Encode()
}
