package ticket

import (
	"time"

	"helphub/internal/fault"
)

// Draft is what a person types to open or edit a ticket, before it is checked.
type Draft struct {
	Subject     string
	Description string
	Priority    string
	Customer    Ref
	Department  Ref
}

// Check returns the draft's texts trimmed, its priority, and every field that
// does not fit, named as the form names them.
func (d Draft) Check() (Draft, Priority, fault.Faults) {
	var faults fault.Faults
	var f *fault.Fault
	if d.Customer.None() {
		faults.Add(fault.ErrRequired.On("customer_id"))
	}
	d.Subject, f = fault.Line("subject", d.Subject, MinSubject, MaxSubject)
	faults.Add(f)
	d.Description, f = fault.Text("description", d.Description, 1, MaxDescription)
	faults.Add(f)
	p, ok := ParsePriority(d.Priority)
	if !ok {
		faults.Add(fault.ErrUnknown.On("priority"))
	}
	return d, p, faults
}

// Edit sets the fields of a checked draft, one event for each that changes. It
// refuses with every field that others changed meanwhile, so that whoever sends
// the form again has been told of all of them.
func (t *Ticket) Edit(d Draft, p Priority, now time.Time) ([]Event, error) {
	if t.Status == Closed {
		return nil, ErrClosed
	}
	var events []Event
	var stale fault.Faults
	steps := []struct {
		field    Field
		asked    string
		from, to string // what the event tells
		apply    func()
	}{
		{FieldSubject, d.Subject, t.Subject, d.Subject, func() { t.Subject = d.Subject }},
		{FieldDescription, d.Description, t.Description, d.Description, func() { t.Description = d.Description }},
		{FieldPriority, p.String(), t.Priority.String(), p.String(), func() { t.Priority = p }},
		{FieldCustomer, idText(d.Customer.ID), t.Customer.Name, d.Customer.Name, func() { t.Customer = d.Customer }},
		{FieldDepartment, idText(d.Department.ID), t.Department.Name, d.Department.Name, func() { t.Department = d.Department }},
	}
	for _, s := range steps {
		changed, f := t.set(s.field, t.value(s.field), s.asked, true)
		stale.Add(f)
		if changed {
			events = append(events, Event{Name: Edited, Field: s.field, From: s.from, To: s.to})
			s.apply()
		}
	}
	if len(events) > 0 {
		t.LastActivity = now
	}
	return events, stale.Err()
}
