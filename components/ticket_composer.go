package components

import (
	"context"

	"github.com/google/uuid"

	"helphub/internal/fault"
	"helphub/internal/ticket"
)

// ComposerView is where people write on a ticket.
type ComposerView struct {
	Ticket   uuid.UUID
	Protocol ticket.Protocol
	// State is what follows the ticket while somebody types.
	State ComposerState
	// Kind is the tab that is open: ticket.Reply or ticket.Note.
	Kind   ticket.Kind
	Body   string
	Chosen string // status chosen with it, as posted
	FormID string
	CSRF   string
	Faults fault.Faults
	// Conflict tells of a status that somebody else changed; Version is then
	// the one the next sending is made from.
	Conflict *ConflictView
	Version  int
	// Writing are the others who write on the ticket now.
	Writing []Presence
	// Focus puts the cursor back after sending.
	Focus bool
}

// ComposerState is the part of the composer that is drawn anew when the ticket
// changes; nothing anybody typed is in it.
type ComposerState struct {
	Ticket ticket.Ticket
	// Targets are the statuses that may be chosen with what is written.
	Targets []ticket.Status
	Reopen  bool // the reader may reopen it
	// Refused says that something was sent after it had been closed.
	Refused bool
}

func (s ComposerState) closed() bool { return s.Ticket.Status == ticket.Closed }

// problems are the refusals besides those that have a notice of their own: a
// conflict, and that the ticket was closed.
func (v ComposerView) problems(ctx context.Context) []FieldError {
	var rest fault.Faults
	for _, f := range besidesStale(v.Faults) {
		if !f.Is(ticket.ErrClosed) {
			rest = append(rest, f)
		}
	}
	return ProblemsOf(ctx, rest, v.bodyField(ctx))
}

func (v ComposerView) bodyField(ctx context.Context) FieldView {
	return FieldView{Name: "body", Label: t(ctx, "ticket.text"), Error: ErrorFor(ctx, v.Faults, "body")}
}

// moveText is what choosing a status does, as the choice says it.
func moveText(ctx context.Context, to ticket.Status) string {
	if to == ticket.Closed {
		return t(ctx, "ticket.and_close")
	}
	return t(ctx, "ticket.and_move", "status", t(ctx, "ticket.status."+string(to)))
}

// Writers are those of the others who write.
func Writers(here []Presence) []Presence {
	var out []Presence
	for _, p := range here {
		if p.Writing {
			out = append(out, p)
		}
	}
	return out
}

// keepText and changeText are the two ways out of a conflict.
func (v ComposerView) keepText(ctx context.Context) string {
	return t(ctx, "ticket.send_and_keep", "status", statusName(ctx, string(v.State.Ticket.Status)))
}

func (v ComposerView) changeText(ctx context.Context) string {
	if v.Chosen == string(ticket.Closed) {
		return t(ctx, "ticket.send_and_close")
	}
	return t(ctx, "ticket.send_and_move", "status", statusName(ctx, v.Chosen))
}
