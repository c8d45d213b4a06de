package components

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"helphub/internal/fault"
	"helphub/internal/ticket"
)

// Action is something done to a ticket through a form of its own; its name is
// the last part of the form's address.
type Action string

// The actions of a ticket.
const (
	Transfer   Action = "transfer"
	Escalation Action = "escalation"
	Assignment Action = "assignment"
	Waiting    Action = "pending"
	Closure    Action = "closure"
	Reopening  Action = "reopening"
	Deletion   Action = "deletion"
	Retraction Action = "retraction"
)

// NoneChosen is the value of a choice that means nobody, or triage, where the
// empty one means that it stays as it is.
const NoneChosen = "none"

// ActionView is the form of one action, as a dialog over the ticket or as a
// page of its own.
type ActionView struct {
	Action Action
	Ticket ticket.Ticket
	// To is where it posts to, Back where the way out leads.
	To, Back string
	// Departments and Technicians are who it can be given to.
	Departments, Technicians []Option
	// What was typed or chosen so far.
	Department, Level, Technician, Reason, Body string
	// Kind is of the entry that is taken back.
	Kind     ticket.Kind
	Version  int
	FormID   string
	CSRF     string
	Faults   fault.Faults
	Conflict *ConflictView
}

// actionText is what a form says.
type actionText struct {
	Title, Text, Submit string
	Lost                string
	Danger              bool
}

func (v ActionView) text(ctx context.Context) actionText {
	switch v.Action {
	case Transfer:
		return actionText{Title: t(ctx, "ticket.transfer_title"), Text: t(ctx, "ticket.transfer_text"), Submit: t(ctx, "ticket.transfer")}
	case Escalation:
		return actionText{Title: t(ctx, "ticket.escalation_title"), Text: t(ctx, "ticket.escalation_text"), Submit: t(ctx, "ticket.escalate")}
	case Assignment:
		return actionText{Title: t(ctx, "ticket.assignment_title"), Text: t(ctx, "ticket.assignment_text"), Submit: t(ctx, "ui.save")}
	case Waiting:
		return actionText{Title: t(ctx, "ticket.pending_title"), Text: t(ctx, "ticket.pending_text"), Submit: t(ctx, "ticket.pending_submit")}
	case Closure:
		return actionText{Title: t(ctx, "ticket.closure_title"), Text: t(ctx, "ticket.closure_text"), Submit: t(ctx, "ticket.closure_submit")}
	case Reopening:
		if v.Ticket.Status == ticket.Closed {
			return actionText{Title: t(ctx, "ticket.reopening_title"), Text: t(ctx, "ticket.reopening_text"), Submit: t(ctx, "ticket.reopening_submit")}
		}
		return actionText{Title: t(ctx, "ticket.resume_title"), Text: t(ctx, "ticket.resume_text"), Submit: t(ctx, "ticket.resume")}
	case Deletion:
		return actionText{
			Title: t(ctx, "ticket.deletion_title"), Submit: t(ctx, "ticket.deletion_submit"), Danger: true,
			Lost: t(ctx, "ticket.deletion_lost", "protocol", string(v.Ticket.Protocol), "subject", v.Ticket.Subject, "customer", v.Ticket.Customer.Name),
		}
	case Retraction:
		title := t(ctx, "ticket.retraction_title_reply")
		if v.Kind == ticket.Note {
			title = t(ctx, "ticket.retraction_title_note")
		}
		return actionText{Title: title, Text: t(ctx, "ticket.retraction_text"), Submit: t(ctx, "ticket.retract"), Danger: true}
	}
	return actionText{}
}

// Title is what the form is called.
func (v ActionView) Title(ctx context.Context) string { return v.text(ctx).Title }

// again is the button's text after somebody else was faster.
func (v ActionView) again(ctx context.Context) string {
	if v.Conflict == nil {
		return v.text(ctx).Submit
	}
	return t(ctx, "ticket.send_anyway")
}

// fields are what the form asks for, with what was wrong with it.
func (v ActionView) fields(ctx context.Context) []FieldView {
	var fields []FieldView
	switch v.Action {
	case Transfer:
		fields = []FieldView{v.department(ctx), v.level(ctx, unchanged(ctx, levelName(v.Ticket.Level))), v.technician(ctx, unchanged(ctx, orNobody(ctx, v.Ticket.Technician.Name)), true), v.reason(ctx)}
	case Escalation:
		next := min(v.Ticket.Level+1, ticket.MaxLevel)
		fields = []FieldView{v.level(ctx, t(ctx, "ticket.next_level", "level", levelName(next))), v.department(ctx), v.technician(ctx, t(ctx, "ui.nobody"), false), v.reason(ctx)}
	case Assignment:
		fields = []FieldView{v.technician(ctx, t(ctx, "ui.nobody"), false)}
	case Waiting, Closure, Reopening:
		fields = []FieldView{v.words(ctx)}
	case Deletion, Retraction:
	}
	for i := range fields {
		fields[i].ID = "sheet-" + fields[i].Name
		fields[i].Error = ErrorFor(ctx, v.Faults, fields[i].Name)
	}
	return fields
}

func (v ActionView) department(ctx context.Context) FieldView {
	options := append([]Option{{Value: NoneChosen, Text: t(ctx, "ticket.triage")}}, v.Departments...)
	return FieldView{Name: "department_id", Label: t(ctx, "ticket.department"), Value: v.Department,
		Blank: unchanged(ctx, orTriage(ctx, v.Ticket.Department.Name)), Options: options}
}

// unchanged is the choice that leaves a field as it is.
func unchanged(ctx context.Context, now string) string { return t(ctx, "ticket.unchanged", "now", now) }

func (v ActionView) level(ctx context.Context, blank string) FieldView {
	f := FieldView{Name: "level", Label: t(ctx, "ticket.level"), Value: v.Level, Blank: blank}
	for l := ticket.MinLevel; l <= ticket.MaxLevel; l++ {
		f.Options = append(f.Options, Option{Value: strconv.Itoa(int(l)), Text: levelName(l)})
	}
	return f
}

func (v ActionView) technician(ctx context.Context, blank string, withNobody bool) FieldView {
	f := FieldView{Name: "technician_id", Label: t(ctx, "ticket.technician"), Value: v.Technician, Blank: blank}
	if withNobody {
		f.Options = append(f.Options, Option{Value: NoneChosen, Text: t(ctx, "ui.nobody")})
	}
	f.Options = append(f.Options, v.Technicians...)
	return f
}

func (v ActionView) reason(ctx context.Context) FieldView {
	return FieldView{Name: "reason", Label: t(ctx, "ticket.reason"), Value: v.Reason, Required: true, Max: ticket.MaxReason,
		Attrs: templ.Attributes{"data-draft": v.draft()}}
}

func (v ActionView) words(ctx context.Context) FieldView {
	return FieldView{Name: "body", Label: t(ctx, "ticket.last_words"), Help: t(ctx, "ticket.last_words_help"), Value: v.Body, Max: ticket.MaxBody,
		Attrs: templ.Attributes{"data-draft": v.draft()}}
}

func (v ActionView) draft() string { return "ticket-" + v.Ticket.ID.String() + "-" + string(v.Action) }

// problems are the refusals besides the conflict, which has a notice of its own.
func (v ActionView) problems(ctx context.Context) []FieldError {
	return ProblemsOf(ctx, besidesStale(v.Faults), v.fields(ctx)...)
}

func besidesStale(fs fault.Faults) fault.Faults {
	var rest fault.Faults
	for _, f := range fs {
		if !f.Is(ticket.ErrStale) {
			rest = append(rest, f)
		}
	}
	return rest
}
