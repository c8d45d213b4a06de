package ticket

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"helphub/internal/fault"
)

// Field is something of a ticket that people set.
type Field string

// The fields that can be changed after opening.
const (
	FieldStatus      Field = "status"
	FieldPriority    Field = "priority"
	FieldLevel       Field = "level"
	FieldSubject     Field = "subject"
	FieldDescription Field = "description"
	FieldCustomer    Field = "customer"
	FieldDepartment  Field = "department"
	FieldTechnician  Field = "technician"
)

// Change is one field that one version changed.
type Change struct {
	Version int
	Field   Field
	Was     string // ids as text, empty for none
	By      string
	At      time.Time
}

// ErrStale refuses a change of a field that somebody else changed after the
// page was read. Its detail is a Conflict.
var ErrStale = fault.New(fault.Conflict, "ticket.stale")

// Conflict is what a person needs to decide: who changed what, when; what it
// was, is, and was asked to become. Values are as stored.
type Conflict struct {
	Field            Field
	By               string
	At               time.Time
	Was, Is, AskedTo string
}

// Touched lists the fields this change has set, to be kept beside the row.
func (t *Ticket) Touched() []Change { return t.touched }

// set records that a field takes a new value, unless it has it already. It
// refuses when others changed the same field since the version the change was
// made from. A form that carries many fields repeats what its page showed for
// those the person left alone: with repeats, such a value is no change at all.
func (t *Ticket) set(f Field, is, asked string, repeats bool) (changed bool, stale *fault.Fault) {
	if asked == is {
		return false, nil
	}
	if i := slices.IndexFunc(t.Since, func(c Change) bool { return c.Field == f }); i >= 0 {
		if repeats && t.Since[i].Was == asked {
			return false, nil // untouched on the page: what others made of it stays
		}
		last := t.lastSince(f)
		return false, ErrStale.With("name", last.By).Detailed(Conflict{
			Field: f, By: last.By, At: last.At, Was: t.Since[i].Was, Is: is, AskedTo: asked,
		})
	}
	t.touch(f, is)
	return true, nil
}

// touch records a change that nobody can be in conflict with.
func (t *Ticket) touch(f Field, was string) {
	if slices.ContainsFunc(t.touched, func(c Change) bool { return c.Field == f }) {
		return
	}
	t.touched = append(t.touched, Change{Field: f, Was: was})
}

func (t *Ticket) lastSince(f Field) Change {
	var last Change
	for _, c := range t.Since {
		if c.Field == f {
			last = c
		}
	}
	return last
}

func (t *Ticket) value(f Field) string {
	switch f {
	case FieldStatus:
		return string(t.Status)
	case FieldPriority:
		return t.Priority.String()
	case FieldLevel:
		return strconv.Itoa(int(t.Level))
	case FieldSubject:
		return t.Subject
	case FieldDescription:
		return t.Description
	case FieldCustomer:
		return idText(t.Customer.ID)
	case FieldDepartment:
		return idText(t.Department.ID)
	case FieldTechnician:
		return idText(t.Technician.ID)
	}
	return ""
}

func idText(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}
