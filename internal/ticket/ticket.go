// Package ticket is what a ticket is and may become: its fields, the one map of
// statuses, who takes it, what is retracted or stale. Every rule takes values
// and returns what happened; nothing here reads a clock, a row or a request.
package ticket

import (
	"time"

	"github.com/google/uuid"
)

// Status is where a ticket stands.
type Status string

// The statuses (product, "Ticket").
const (
	Open      Status = "open"
	Scheduled Status = "scheduled"
	Pending   Status = "pending" // waiting for the customer
	Escalated Status = "escalated"
	Closed    Status = "closed"
)

// Statuses lists them in the order of the screen's tabs.
func Statuses() []Status { return []Status{Open, Scheduled, Pending, Escalated, Closed} }

// ParseStatus reports whether a name is a status.
func ParseStatus(name string) (Status, bool) {
	for _, s := range Statuses() {
		if string(s) == name {
			return s, true
		}
	}
	return "", false
}

// next is the whole machine: from where to where a ticket may go. Scheduled is
// reached only by booking a visit, escalation repeats to climb a level, and a
// closed ticket accepts nothing but reopening.
var next = map[Status][]Status{
	Open:      {Scheduled, Pending, Escalated, Closed},
	Scheduled: {Open, Pending, Escalated, Closed},
	Pending:   {Open, Scheduled, Escalated, Closed},
	Escalated: {Open, Scheduled, Pending, Escalated, Closed},
	Closed:    {Open},
}

// May reports whether a ticket may go from s to another status.
func (s Status) May(to Status) bool {
	for _, n := range next[s] {
		if n == to {
			return true
		}
	}
	return false
}

// Priority is how urgent a ticket is; it sorts as a number, most urgent last.
type Priority int

// The priorities.
const (
	Low Priority = iota + 1
	Normal
	High
	Critical
)

// Priorities lists them, least urgent first.
func Priorities() []Priority { return []Priority{Low, Normal, High, Critical} }

var priorityNames = map[Priority]string{Low: "low", Normal: "normal", High: "high", Critical: "critical"}

// String is the name that forms, URLs and rows carry.
func (p Priority) String() string { return priorityNames[p] }

// ParsePriority reports whether a name is a priority.
func ParsePriority(name string) (Priority, bool) {
	for p, n := range priorityNames {
		if n == name {
			return p, true
		}
	}
	return 0, false
}

// Level is the support level, 1 to 3.
type Level int

// The lowest and the highest level.
const (
	MinLevel Level = 1
	MaxLevel Level = 3
)

// Valid reports whether the level exists.
func (l Level) Valid() bool { return l >= MinLevel && l <= MaxLevel }

// Ref names something a ticket points to, as it was called at that moment: an
// event keeps both, so that it can be drawn without asking again.
type Ref struct {
	ID   uuid.UUID `json:"id,omitzero"`
	Name string    `json:"name,omitempty"`
}

// None reports whether the reference points nowhere: triage, nobody.
func (r Ref) None() bool { return r.ID == uuid.Nil }

// Ticket is one request of one customer.
type Ticket struct {
	ID           uuid.UUID
	Protocol     Protocol
	Subject      string
	Description  string
	Status       Status
	Priority     Priority
	Level        Level
	Customer     Ref
	Department   Ref // none: triage
	Technician   Ref // none: nobody's
	OpenedBy     Ref
	OpenedAt     time.Time
	LastActivity time.Time
	LastWord     time.Time // last entry by a person or the customer
	ClosedAt     time.Time // zero unless closed
	Version      int

	// Since are the changes others made after the version this change was made
	// from; empty when it was made from the current one.
	Since []Change
	// touched are the fields this change has set, with what they were.
	touched []Change
}

// Limits of a ticket's texts, in characters (product, "Ticket").
const (
	MinSubject     = 3
	MaxSubject     = 150
	MaxDescription = 10_000
	MaxBody        = 10_000
	MaxReason      = 1_000
)

// Kind is whose voice an entry of the timeline is.
type Kind string

// The kinds of entry (product, "Words").
const (
	Reply         Kind = "reply"    // meant for the customer
	Note          Kind = "note"     // internal
	CustomerWords Kind = "customer" // the customer's own
	EventKind     Kind = "event"    // written by the system
)

// Entry is one line of a ticket's timeline.
type Entry struct {
	ID          uuid.UUID
	Kind        Kind
	Body        string
	Author      Ref // id is zero for the customer, the system, imported people
	Event       Event
	CreatedAt   time.Time
	RetractedAt time.Time
}

// Retracted reports whether the author took the entry back.
func (e Entry) Retracted() bool { return !e.RetractedAt.IsZero() }
