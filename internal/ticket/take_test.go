package ticket_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"helphub/internal/staff"
	"helphub/internal/ticket"
)

var system = staff.System("janitor")

// A technician who answers what nobody has becomes its technician; attendants
// and administrators do not (product, "Self-service assignment").
func TestATechnicianTakesWhatTheyAnswer(t *testing.T) {
	t.Parallel()
	did := ticket.Event{Name: ticket.Took, ToTechnician: &brunoRef}
	moved := ticket.Event{Name: ticket.Moved, From: "open", To: "pending"}
	for name, c := range map[string]struct {
		by     staff.Actor
		has    ticket.Ref
		do     func(*ticket.Ticket, staff.Actor) ([]ticket.Event, error)
		owner  ticket.Ref
		events []ticket.Event
	}{
		"replying":                      {bruno, ticket.Ref{}, say(""), brunoRef, []ticket.Event{did}},
		"replying with a status":        {bruno, ticket.Ref{}, say(ticket.Pending), brunoRef, []ticket.Event{did, moved}},
		"changing the status":           {bruno, ticket.Ref{}, move(ticket.Pending), brunoRef, []ticket.Event{did, moved}},
		"on somebody else's":            {bruno, celiaRef, say(""), celiaRef, nil},
		"on their own":                  {bruno, brunoRef, say(""), brunoRef, nil},
		"as an attendant":               {ana, ticket.Ref{}, say(""), ticket.Ref{}, nil},
		"as an administrator":           {celia, ticket.Ref{}, say(""), ticket.Ref{}, nil},
		"as an administrator, changing": {celia, ticket.Ref{}, move(ticket.Pending), ticket.Ref{}, []ticket.Event{moved}},
		"as the system":                 {system, ticket.Ref{}, move(ticket.Pending), ticket.Ref{}, []ticket.Event{moved}},
	} {
		k := in(ticket.Open)
		k.Technician = c.has
		events, err := c.do(k, c.by)
		if err != nil || k.Technician != c.owner {
			t.Errorf("%s: %v, technician %v, want %v", name, err, k.Technician, c.owner)
		}
		if diff := cmp.Diff(c.events, events); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func say(s ticket.Status) func(*ticket.Ticket, staff.Actor) ([]ticket.Event, error) {
	return func(k *ticket.Ticket, by staff.Actor) ([]ticket.Event, error) { return k.Say(by, ticket.Reply, s, now) }
}

func move(s ticket.Status) func(*ticket.Ticket, staff.Actor) ([]ticket.Event, error) {
	return func(k *ticket.Ticket, by staff.Actor) ([]ticket.Event, error) { return k.Move(by, s, now) }
}

// Seen to fail when Escalate called taken like Say does: who gave the ticket
// away had it again.
func TestEscalatingNeverMakesTheEscalatorItsTechnician_D09(t *testing.T) {
	t.Parallel()
	for name, has := range map[string]ticket.Ref{"nobody's": {}, "their own": brunoRef, "somebody's": celiaRef} {
		k := in(ticket.Open)
		k.Technician = has
		if _, err := k.Escalate(ticket.Passage{Reason: "Compressor em curto"}, now); err != nil {
			t.Fatal(err)
		}
		if !k.Technician.None() {
			t.Errorf("%s: escalated, and %s has it", name, k.Technician.Name)
		}
	}
}

func TestEscalatingClimbsOneLevelUnlessOneIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from, named, to ticket.Level
	}{
		"one more":          {1, 0, 2},
		"one more, again":   {2, 0, 3},
		"not past the last": {3, 0, 3},
		"a named one":       {1, 3, 3},
		"a lower one":       {3, 1, 1},
		"the same":          {2, 2, 2},
	} {
		k := in(ticket.Pending)
		k.Level = c.from
		events, err := k.Escalate(ticket.Passage{Level: c.named, Department: &power, Technician: &celiaRef, Reason: "Motivo"}, now)
		if err != nil || k.Level != c.to || k.Status != ticket.Escalated || k.Department != power || k.Technician != celiaRef {
			t.Errorf("%s: %v, %+v", name, err, k)
		}
		want := []ticket.Event{{
			Name: ticket.EscalatedTo, From: "pending", To: "escalated", Reason: "Motivo", FromLevel: c.from, ToLevel: c.to,
			FromDepartment: &ticket.Ref{}, ToDepartment: &power, FromTechnician: &ticket.Ref{}, ToTechnician: &celiaRef,
		}}
		if diff := cmp.Diff(want, events); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestAnEscalatedTicketEscalatesAgain(t *testing.T) {
	t.Parallel()
	k := in(ticket.Escalated)
	k.Level = 2
	events, err := k.Escalate(ticket.Passage{Reason: "Ainda"}, now)
	if err != nil || k.Level != 3 || len(events) != 1 {
		t.Errorf("%v, level %d, %v", err, k.Level, names(events))
	}
}

func TestATransferTellsFromToAndWhy(t *testing.T) {
	t.Parallel()
	k := in(ticket.Pending)
	k.Department, k.Technician = cooling, brunoRef
	events, err := k.Transfer(ticket.Passage{Department: &power, Level: 2, Technician: &ticket.Ref{}, Reason: "Falta fase"}, now)
	if err != nil || k.Department != power || k.Level != 2 || !k.Technician.None() || k.Status != ticket.Pending {
		t.Errorf("%v, %+v", err, k)
	}
	want := []ticket.Event{{
		Name: ticket.Transferred, FromDepartment: &cooling, ToDepartment: &power, FromLevel: 1, ToLevel: 2,
		FromTechnician: &brunoRef, ToTechnician: &ticket.Ref{}, Reason: "Falta fase",
	}}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]ticket.Field{ticket.FieldDepartment, ticket.FieldLevel, ticket.FieldTechnician}, fields(k)); diff != "" {
		t.Error(diff)
	}
}

func TestATransferThatChangesNothingIsRefused(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]ticket.Passage{
		"nothing chosen": {Reason: "?"},
		"all as it is":   {Department: &cooling, Technician: &brunoRef, Level: 1, Reason: "?"},
	} {
		k := in(ticket.Open)
		k.Department, k.Technician = cooling, brunoRef
		if events, err := k.Transfer(p, now); err != ticket.ErrNothing || len(events) != 0 { //nolint:errorlint // the fault itself
			t.Errorf("%s: %v, %v", name, names(events), err)
		}
	}
}

func TestAssigning(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from, to ticket.Ref
		events   []ticket.Event
	}{
		"somebody":      {ticket.Ref{}, brunoRef, []ticket.Event{{Name: ticket.Assigned, FromTechnician: &ticket.Ref{}, ToTechnician: &brunoRef}}},
		"somebody else": {brunoRef, celiaRef, []ticket.Event{{Name: ticket.Assigned, FromTechnician: &brunoRef, ToTechnician: &celiaRef}}},
		"nobody":        {brunoRef, ticket.Ref{}, []ticket.Event{{Name: ticket.Assigned, FromTechnician: &brunoRef, ToTechnician: &ticket.Ref{}}}},
		"the same":      {brunoRef, brunoRef, nil},
	} {
		k := in(ticket.Open)
		k.Technician = c.from
		events, err := k.Assign(c.to, now)
		if err != nil || k.Technician != c.to {
			t.Errorf("%s: %v, %v", name, err, k.Technician)
		}
		if diff := cmp.Diff(c.events, events); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}
