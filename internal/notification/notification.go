// Package notification is who is told of which event: facts in, people out. It
// reads no row and writes none, and how people are told (today the bell) is
// the worker's business.
package notification

import (
	"bytes"
	"slices"

	"github.com/google/uuid"
)

// The events that are told in a way of their own; every other one goes to all
// whom the ticket concerns. The names are those of the ticket's news.
const (
	opened    = "opened"
	escalated = "escalated"
	assigned  = "assigned"
	took      = "took"
	edited    = "edited"
)

// News is one change of a ticket and whom it may concern. Zero ids are nobody.
type News struct {
	Event    string
	Critical bool // the ticket's priority is the highest
	// Actor did it and is never told of it; zero for the system.
	Actor uuid.UUID
	// Technician is the ticket's, after the change.
	Technician uuid.UUID
	// People took part: they opened the ticket or wrote on it.
	People []uuid.UUID
	// Also are those the change names besides: whom the ticket was taken from.
	Also []uuid.UUID
	// Managers look after everybody's work. They are asked for only when
	// ForManagers says so.
	Managers []uuid.UUID
}

// ForManagers reports whether those who manage everybody's work are told too:
// of a new critical ticket, and of an escalated one that nobody has, because
// otherwise nobody would hear of it.
func (n News) ForManagers() bool {
	return n.Event == opened && n.Critical || n.Event == escalated && n.Technician == uuid.Nil
}

// Told lists who is told, each once, in the order of their ids: the
// technician, whom the change names, and those who took part, but of who has
// the ticket and of a corrected field only those whose work it is.
func (n News) Told() []uuid.UUID {
	told := append([]uuid.UUID{n.Technician}, n.Also...)
	switch n.Event {
	case assigned, took, edited:
	default:
		told = append(told, n.People...)
	}
	if n.ForManagers() {
		told = append(told, n.Managers...)
	}
	told = slices.DeleteFunc(told, func(id uuid.UUID) bool { return id == uuid.Nil || id == n.Actor })
	slices.SortFunc(told, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(told)
}
