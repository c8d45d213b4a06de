package handlers

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/components"
	"helphub/internal/ticket"
	"helphub/queries"
)

// newRetraction asks the author before their words are taken back.
func (a *App) newRetraction(w http.ResponseWriter, r *http.Request) error {
	id, err := entryID(r)
	if err != nil {
		return err
	}
	mark := a.Hub.Mark()
	row, err := a.read.GetEntry(r.Context(), id)
	if errors.Is(err, pgx.ErrNoRows) {
		return errNoPage
	}
	if err != nil {
		return fmt.Errorf("get entry: %w", err)
	}
	e := ticket.Entry{
		ID: row.ID, Kind: ticket.Kind(row.Kind), Author: refOf(row.AuthorID, row.AuthorName),
		CreatedAt: row.CreatedAt, RetractedAt: timeOf(row.RetractedAt),
	}
	if err := ticket.MayRetract(e, ticket.Status(row.Status), visitorOf(r).Actor, a.Now()); err != nil {
		return err
	}
	return a.drawAction(w, r, mark, http.StatusOK, retractionView(r, row))
}

func (a *App) createRetraction(w http.ResponseWriter, r *http.Request) error {
	id, err := entryID(r)
	if err != nil {
		return err
	}
	p, err := a.Desk.Retract(r.Context(), visitorOf(r).Actor, id)
	if err != nil {
		return err
	}
	return a.done(w, r, p, "entry_retracted")
}

func retractionView(r *http.Request, row queries.GetEntryRow) components.ActionView {
	p := ticket.Protocol(row.Protocol)
	return components.ActionView{
		Action: components.Retraction, Kind: ticket.Kind(row.Kind),
		Ticket: ticket.Ticket{ID: row.TicketID, Protocol: p, Subject: row.Subject, Status: ticket.Status(row.Status)},
		To:     "/entries/" + row.ID.String() + "/retraction",
		Back:   components.TicketPath(p, "") + "#" + components.EntryAnchor(row.ID),
		FormID: newFormID(), CSRF: token(r),
	}
}

// entryID is the entry in the path; what is no id is an entry nobody has.
func entryID(r *http.Request) (uuid.UUID, error) {
	id, err := uuid.Parse(pathValue(r, "id"))
	if err != nil {
		return id, errNoPage
	}
	return id, nil
}
