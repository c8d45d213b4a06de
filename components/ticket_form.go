package components

import (
	"context"

	"github.com/a-h/templ"

	"helphub/internal/fault"
	"helphub/internal/ticket"
)

// TicketForm is what opens or edits a ticket.
type TicketForm struct {
	// Protocol is of the ticket being edited; empty for a new one.
	Protocol ticket.Protocol
	// What was typed.
	Customer, Department, Priority, Subject, Description string
	// Customers are the recent ones and the chosen one.
	Customers   []Option
	Departments []Option
	// KeptDepartment is the ticket's own, offered although it may be inactive.
	KeptDepartment Option
	Version        int
	FormID         string
	CSRF           string
	Faults         fault.Faults
	Conflict       *ConflictView
	// Back is where the way out leads.
	Back string
}

func (f TicketForm) isNew() bool { return f.Protocol == "" }

func (f TicketForm) action() string {
	if f.isNew() {
		return "/tickets"
	}
	return TicketPath(f.Protocol, "edit")
}

// ticketFields are the fields in the order of the form.
type ticketFields struct{ Customer, Subject, Description, Priority, Department FieldView }

func (f TicketForm) fields(ctx context.Context) ticketFields {
	var priorities []Option
	for _, p := range ticket.Priorities() {
		priorities = append(priorities, Option{Value: p.String(), Text: t(ctx, "ticket.priority."+p.String())})
	}
	fields := ticketFields{
		Customer: FieldView{Name: "customer_id", Label: t(ctx, "ticket.customer"), Value: f.Customer, Required: true,
			Blank: t(ctx, "ui.choose"), Options: f.Customers},
		Subject: FieldView{Name: "subject", Label: t(ctx, "ticket.subject"), Value: f.Subject, Required: true, Max: ticket.MaxSubject,
			Attrs: templ.Attributes{"minlength": "3", "autocomplete": "off"}},
		Description: FieldView{Name: "description", Label: t(ctx, "ticket.description"), Value: f.Description, Required: true, Max: ticket.MaxDescription,
			Help: t(ctx, "ticket.description_help")},
		Priority: FieldView{Name: "priority", Label: t(ctx, "ticket.priority"), Value: f.Priority, Required: true, Options: priorities},
		Department: FieldView{Name: "department_id", Label: t(ctx, "ticket.department"), Value: f.Department,
			Blank: t(ctx, "ticket.triage"), Options: f.Departments},
	}
	if f.isNew() {
		fields.Description.Attrs = templ.Attributes{"data-draft": "ticket-new"}
	}
	Fill(ctx, f.Faults, &fields.Customer, &fields.Subject, &fields.Description, &fields.Priority, &fields.Department)
	return fields
}

func (f ticketFields) all() []FieldView {
	return []FieldView{f.Customer, f.Subject, f.Description, f.Priority, f.Department}
}

// problems are the refusals besides the conflict, which has a notice of its own.
func (f TicketForm) problems(ctx context.Context) []FieldError {
	return ProblemsOf(ctx, besidesStale(f.Faults), f.fields(ctx).all()...)
}

func (f TicketForm) submit(ctx context.Context) string {
	switch {
	case f.isNew():
		return t(ctx, "ticket.open")
	case f.Conflict != nil:
		return t(ctx, "ticket.send_anyway")
	}
	return t(ctx, "ui.save")
}
