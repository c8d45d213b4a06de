package ticket_test

import (
	"time"

	"github.com/google/uuid"

	"helphub/internal/staff"
	"helphub/internal/ticket"
)

// The people of these tests. internal/sample has the same ones, but stands
// above this package.
var (
	ana   = person(1, "Ana Ribeiro", staff.Attendant)
	bruno = person(2, "Bruno Teles", staff.Technician)
	celia = person(3, "Célia Prado", staff.Administrator)

	brunoRef = ticket.Ref{ID: bruno.ID, Name: bruno.Name}
	celiaRef = ticket.Ref{ID: celia.ID, Name: celia.Name}

	padaria = ticket.Ref{ID: id(10), Name: "Padaria Central"}
	hotel   = ticket.Ref{ID: id(11), Name: "Hotel Mirante"}
	cooling = ticket.Ref{ID: id(20), Name: "Refrigeração"}
	power   = ticket.Ref{ID: id(21), Name: "Elétrica"}
)

// Monday 23 November 2026, 14:05 in São Paulo.
var now = time.Date(2026, time.November, 23, 17, 5, 0, 0, time.UTC)

func id(n byte) uuid.UUID { return uuid.UUID{15: n} }

func person(n byte, name string, role staff.RoleKey) staff.Actor {
	return staff.Actor{ID: id(n), Name: name, Role: staff.Role{Key: role, Permissions: staff.BuiltIn(role)}}
}

// in is Padaria Central's ticket in a status, at version 5, nobody's.
func in(s ticket.Status) *ticket.Ticket {
	t := &ticket.Ticket{
		ID: id(100), Protocol: "20261123-7F3K9Q2M", Subject: "Câmara fria", Description: "Não gela.", Status: s,
		Priority: ticket.Normal, Level: 1, Customer: padaria, Version: 5,
		OpenedAt: now.Add(-48 * time.Hour), LastActivity: now.Add(-24 * time.Hour), LastWord: now.Add(-24 * time.Hour),
	}
	if s == ticket.Closed {
		t.ClosedAt = now.Add(-time.Hour)
	}
	return t
}

// names are the events' names in order.
func names(events []ticket.Event) []ticket.EventName {
	out := []ticket.EventName{}
	for _, e := range events {
		out = append(out, e.Name)
	}
	return out
}

// fields are the fields a change has set, in order.
func fields(t *ticket.Ticket) []ticket.Field {
	out := []ticket.Field{}
	for _, c := range t.Touched() {
		out = append(out, c.Field)
	}
	return out
}
