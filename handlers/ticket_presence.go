package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"helphub/components"
	"helphub/internal/live"
	"helphub/internal/ticket"
)

// createPresence is a sign that somebody writes on the ticket, or has stopped.
func (a *App) createPresence(w http.ResponseWriter, r *http.Request) error {
	p, err := protocolOf(r)
	if err != nil {
		return err
	}
	id, err := a.ticketID(r.Context(), p)
	if err != nil {
		return err
	}
	if r.PostFormValue("writing") == "1" {
		a.Presence.Write(id, visitorOf(r).Actor.ID)
	} else {
		a.Presence.Rest(id, visitorOf(r).Actor.ID)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// showPresence is who else is on the ticket, as a live part of its own.
func (a *App) showPresence(w http.ResponseWriter, r *http.Request) error {
	p, err := protocolOf(r)
	if err != nil {
		return err
	}
	id, err := a.partID(r, p)
	if err != nil {
		return err
	}
	actor := visitorOf(r).Actor
	return a.part(w, r, live.Part{
		Key:    live.PartKey{Person: actor.ID},
		Topics: []live.Topic{live.PresenceOn(id)},
		Render: func(ctx context.Context) ([]byte, error) {
			k := ticket.Ticket{ID: id, Protocol: p}
			here, err := a.othersHere(ctx, id)
			if err != nil {
				return nil, err
			}
			return html(ctx, components.TicketHereLive(components.TicketView{
				Ticket: k, May: ticketMay(actor, ""), Here: here, HereURL: presenceURL(k), HereTopic: string(live.PresenceOn(id)),
			}))
		},
	})
}

// othersHere is who is on the ticket besides the reader. It asks for names only
// when there is somebody.
func (a *App) othersHere(ctx context.Context, id uuid.UUID) ([]components.Presence, error) {
	v, _ := ctx.Value(visitorKey{}).(visitor)
	var ids []uuid.UUID
	writes := map[uuid.UUID]bool{}
	for _, one := range a.Presence.On(id) {
		if one.Staff != v.Actor.ID {
			ids = append(ids, one.Staff)
			writes[one.Staff] = one.Writing
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := a.read.StaffNames(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	var here []components.Presence
	for _, row := range rows {
		here = append(here, components.Presence{Name: row.Name, Writing: writes[row.ID]})
	}
	return here, nil
}

func presenceURL(k ticket.Ticket) string {
	return components.TicketPath(k.Protocol, "presence") + "?" + url.Values{"id": {k.ID.String()}}.Encode()
}

// writing are the others who write on the ticket now.
func (a *App) writing(ctx context.Context, id uuid.UUID) ([]components.Presence, error) {
	here, err := a.othersHere(ctx, id)
	return components.Writers(here), err
}
