package ticket_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"helphub/internal/fault"
	"helphub/internal/ticket"
)

// since says that others changed these fields after the version of the form,
// each from the given value.
func since(k *ticket.Ticket, changes ...ticket.Change) *ticket.Ticket {
	for i, c := range changes {
		c.Version, c.At = k.Version-len(changes)+i+1, now.Add(time.Duration(i-len(changes))*time.Minute)
		if c.By == "" {
			c.By = celia.Name
		}
		k.Since = append(k.Since, c)
	}
	return k
}

func conflicts(t *testing.T, err error) []ticket.Conflict {
	t.Helper()
	var out []ticket.Conflict
	for _, f := range fault.Of(err) {
		c, ok := f.Detail.(ticket.Conflict)
		if !ok || !f.Is(ticket.ErrStale) {
			t.Fatalf("%v is no conflict", f)
		}
		out = append(out, c)
	}
	return out
}

// Seen to fail without the check in set: the reply overwrote the closing, or
// the escalation, of a colleague (D-04).
func TestAStaleStatusIsRefusedWithWhoWhatAndWhen_D04(t *testing.T) {
	t.Parallel()
	for name, try := range map[string]func(*ticket.Ticket) ([]ticket.Event, error){
		"with a reply": func(k *ticket.Ticket) ([]ticket.Event, error) { return k.Say(ana, ticket.Reply, ticket.Pending, now) },
		"by choice":    func(k *ticket.Ticket) ([]ticket.Event, error) { return k.Move(ana, ticket.Pending, now) },
	} {
		k := since(in(ticket.Escalated), ticket.Change{Field: ticket.FieldStatus, Was: "open"})
		events, err := try(k)
		if len(events) != 0 || k.Status != ticket.Escalated {
			t.Errorf("%s: %v, %s", name, names(events), k.Status)
		}
		want := []ticket.Conflict{{
			Field: ticket.FieldStatus, By: celia.Name, At: now.Add(-time.Minute), Was: "open", Is: "escalated", AskedTo: "pending",
		}}
		if diff := cmp.Diff(want, conflicts(t, err)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestAReplyWithoutAStatusNeverConflicts(t *testing.T) {
	t.Parallel()
	k := since(in(ticket.Pending),
		ticket.Change{Field: ticket.FieldStatus, Was: "open"}, ticket.Change{Field: ticket.FieldTechnician, Was: ""},
		ticket.Change{Field: ticket.FieldSubject, Was: "Antes"})
	events, err := k.Say(bruno, ticket.Reply, "", now)
	if err != nil || k.Status != ticket.Pending || len(events) != 1 || events[0].Name != ticket.Took {
		t.Errorf("%v, %s, %v", err, k.Status, names(events))
	}
}

func TestAskingForWhatAlreadyIsConflictsWithNobody(t *testing.T) {
	t.Parallel()
	k := since(in(ticket.Open), ticket.Change{Field: ticket.FieldTechnician, Was: ""})
	k.Technician = brunoRef
	if events, err := k.Assign(brunoRef, now); err != nil || len(events) != 0 {
		t.Errorf("%v, %v", names(events), err)
	}
}

// The first change after the form was made tells what its page showed, the
// last one who to ask.
func TestAConflictTellsTheFirstOldValueAndTheLastPerson(t *testing.T) {
	t.Parallel()
	k := since(in(ticket.Open),
		ticket.Change{Field: ticket.FieldLevel, Was: "1", By: ana.Name}, ticket.Change{Field: ticket.FieldSubject, Was: "Antes"},
		ticket.Change{Field: ticket.FieldLevel, Was: "2", By: celia.Name})
	k.Level = 3
	_, err := k.Transfer(ticket.Passage{Level: 2, Reason: "Motivo"}, now)
	want := []ticket.Conflict{{Field: ticket.FieldLevel, By: celia.Name, At: now.Add(-time.Minute), Was: "1", Is: "3", AskedTo: "2"}}
	if diff := cmp.Diff(want, conflicts(t, err)); diff != "" {
		t.Error(diff)
	}
}

func draftOf(k *ticket.Ticket) ticket.Draft {
	return ticket.Draft{Subject: k.Subject, Description: k.Description, Customer: k.Customer, Department: k.Department}
}

// Two people edit at once; the second form repeats what its page showed.
func TestDifferentFieldsNeverConflict(t *testing.T) {
	t.Parallel()
	k := in(ticket.Open)
	form := draftOf(k) // as the page of version 3 showed it
	since(k, ticket.Change{Field: ticket.FieldSubject, Was: k.Subject}, ticket.Change{Field: ticket.FieldDepartment, Was: ""})
	k.Subject, k.Department = "Mudado por Célia", cooling
	form.Description = "Mudada por Ana."
	events, err := k.Edit(form, ticket.High, now)
	if err != nil {
		t.Fatal(err)
	}
	want := []ticket.Event{
		{Name: ticket.Edited, Field: ticket.FieldDescription, From: "Não gela.", To: "Mudada por Ana."},
		{Name: ticket.Edited, Field: ticket.FieldPriority, From: "normal", To: "high"},
	}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Error(diff)
	}
	if k.Subject != "Mudado por Célia" || k.Department != cooling {
		t.Errorf("the other one's change is gone: %q, %v", k.Subject, k.Department)
	}
}

// Seen to fail when Edit stopped at the first conflict: sent again from the
// version of now, the second field overwrote the other's unseen.
func TestAnEditIsToldOfEveryFieldThatOthersChanged(t *testing.T) {
	t.Parallel()
	k := in(ticket.Open)
	form := draftOf(k)
	since(k, ticket.Change{Field: ticket.FieldSubject, Was: k.Subject}, ticket.Change{Field: ticket.FieldPriority, Was: "normal"},
		ticket.Change{Field: ticket.FieldCustomer, Was: padaria.ID.String()})
	k.Subject, k.Priority, k.Customer = "De Célia", ticket.Critical, hotel
	form.Subject = "De Ana"
	_, err := k.Edit(form, ticket.Low, now)
	var got []ticket.Field
	for _, c := range conflicts(t, err) {
		got = append(got, c.Field)
	}
	if diff := cmp.Diff([]ticket.Field{ticket.FieldSubject, ticket.FieldPriority}, got); diff != "" {
		t.Error(diff)
	}
	if fault.KindOf(err) != fault.Conflict || !errors.Is(err, ticket.ErrStale) {
		t.Errorf("%v is answered as kind %d", err, fault.KindOf(err))
	}
}

// What an escalation does without being told (one level more, nobody's) counts
// like what it names: somebody who took the ticket meanwhile is not robbed
// unseen, and two who escalate at once do not climb two levels.
func TestAnEscalationConflictsWithWhatItWouldOverwrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change ticket.Change
		make   func(*ticket.Ticket)
	}{
		"taken meanwhile":     {ticket.Change{Field: ticket.FieldTechnician, Was: ""}, func(k *ticket.Ticket) { k.Technician = brunoRef }},
		"escalated meanwhile": {ticket.Change{Field: ticket.FieldLevel, Was: "1"}, func(k *ticket.Ticket) { k.Level, k.Status = 2, ticket.Escalated }},
		"pending meanwhile":   {ticket.Change{Field: ticket.FieldStatus, Was: "open"}, func(k *ticket.Ticket) { k.Status = ticket.Pending }},
	} {
		k := since(in(ticket.Open), c.change)
		c.make(k)
		_, err := k.Escalate(ticket.Passage{Reason: "Motivo"}, now)
		if got := conflicts(t, err); len(got) != 1 || got[0].Field != c.change.Field {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestAChangeRemembersWhatEachFieldWas(t *testing.T) {
	t.Parallel()
	k := in(ticket.Open)
	if _, err := k.Say(bruno, ticket.Reply, ticket.Pending, now); err != nil {
		t.Fatal(err)
	}
	want := []ticket.Change{{Field: ticket.FieldStatus, Was: "open"}, {Field: ticket.FieldTechnician, Was: ""}}
	if diff := cmp.Diff(want, k.Touched()); diff != "" {
		t.Error(diff)
	}
}
