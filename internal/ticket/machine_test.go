package ticket_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"helphub/internal/ticket"
)

// machine is the table of the product's page, written down a second time.
var machine = map[ticket.Status]map[ticket.Status]bool{
	ticket.Open:      {ticket.Scheduled: true, ticket.Pending: true, ticket.Escalated: true, ticket.Closed: true},
	ticket.Scheduled: {ticket.Open: true, ticket.Pending: true, ticket.Escalated: true, ticket.Closed: true},
	ticket.Pending:   {ticket.Open: true, ticket.Scheduled: true, ticket.Escalated: true, ticket.Closed: true},
	ticket.Escalated: {ticket.Open: true, ticket.Scheduled: true, ticket.Pending: true, ticket.Escalated: true, ticket.Closed: true},
	ticket.Closed:    {ticket.Open: true},
}

func TestTheMachineIsTheProductsTable(t *testing.T) {
	t.Parallel()
	for _, from := range ticket.Statuses() {
		for _, to := range ticket.Statuses() {
			if got := from.May(to); got != machine[from][to] {
				t.Errorf("%s → %s: %t, want %t", from, to, got, machine[from][to])
			}
		}
	}
	if ticket.Status("").May(ticket.Open) || ticket.Open.May("") || ticket.Open.May("gone") {
		t.Error("a status that does not exist may be left or reached")
	}
}

// Walks every pair of statuses by every way a person has: choosing one, or
// saying something with it. Nobody gets to scheduled or escalated by choice,
// and a closed ticket only opens.
func TestEveryStepByChoiceIsOnTheMap(t *testing.T) {
	t.Parallel()
	for _, from := range ticket.Statuses() {
		for _, to := range ticket.Statuses() {
			byChoice := machine[from][to] && to != ticket.Scheduled && to != ticket.Escalated
			k := in(from)
			events, err := k.Move(ana, to, now)
			checkStep(t, "move", k, from, to, byChoice, events, err)

			k = in(from)
			events, err = k.Say(ana, ticket.Reply, to, now)
			if from == to && from != ticket.Closed {
				if err != nil || len(events) != 0 || k.Status != from {
					t.Errorf("saying with the status it has, %s: %v, %v", from, names(events), err)
				}
				continue
			}
			checkStep(t, "say", k, from, to, byChoice && from != ticket.Closed, events, err)
		}
	}
}

func checkStep(t *testing.T, way string, k *ticket.Ticket, from, to ticket.Status, may bool, events []ticket.Event, err error) {
	t.Helper()
	if !may {
		if !errors.Is(err, ticket.ErrClosed) && !errors.Is(err, ticket.ErrTransition) {
			t.Errorf("%s %s → %s: %v, want a refusal", way, from, to, err)
		}
		if k.Status != from {
			t.Errorf("%s %s → %s: refused, and the ticket is %s", way, from, to, k.Status)
		}
		return
	}
	if err != nil || k.Status != to {
		t.Errorf("%s %s → %s: %v, the ticket is %s", way, from, to, err, k.Status)
		return
	}
	want := []ticket.Event{{Name: ticket.Moved, From: string(from), To: string(to)}}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Errorf("%s %s → %s:\n%s", way, from, to, diff)
	}
	if closed := !k.ClosedAt.IsZero(); closed != (to == ticket.Closed) {
		t.Errorf("%s %s → %s: closed at %v", way, from, to, k.ClosedAt)
	}
	if to == ticket.Closed && !k.ClosedAt.Equal(now) {
		t.Errorf("%s %s → %s: closed at %v, want now", way, from, to, k.ClosedAt)
	}
}

func TestAClosedTicketAcceptsNothingButReopening(t *testing.T) {
	t.Parallel()
	draft := ticket.Draft{Subject: "Outra", Description: "Outra.", Customer: hotel}
	for name, try := range map[string]func(*ticket.Ticket) ([]ticket.Event, error){
		"a reply":        func(k *ticket.Ticket) ([]ticket.Event, error) { return k.Say(bruno, ticket.Reply, "", now) },
		"a reply + open": func(k *ticket.Ticket) ([]ticket.Event, error) { return k.Say(bruno, ticket.Reply, ticket.Open, now) },
		"customer words": func(k *ticket.Ticket) ([]ticket.Event, error) { return k.Hear(now) },
		"pending":        func(k *ticket.Ticket) ([]ticket.Event, error) { return k.Move(bruno, ticket.Pending, now) },
		"closing again":  func(k *ticket.Ticket) ([]ticket.Event, error) { return k.Move(bruno, ticket.Closed, now) },
		"an assignment":  func(k *ticket.Ticket) ([]ticket.Event, error) { return k.Assign(brunoRef, now) },
		"a transfer":     func(k *ticket.Ticket) ([]ticket.Event, error) { return k.Transfer(ticket.Passage{Level: 2}, now) },
		"an escalation":  func(k *ticket.Ticket) ([]ticket.Event, error) { return k.Escalate(ticket.Passage{}, now) },
		"an edit":        func(k *ticket.Ticket) ([]ticket.Event, error) { return k.Edit(draft, ticket.High, now) },
	} {
		k := in(ticket.Closed)
		before := *k
		if events, err := try(k); !errors.Is(err, ticket.ErrClosed) || len(events) != 0 {
			t.Errorf("%s: %v, %v", name, names(events), err)
		}
		if diff := cmp.Diff(before, *k, cmp.AllowUnexported(ticket.Ticket{})); diff != "" {
			t.Errorf("%s changed the ticket:\n%s", name, diff)
		}
	}
}

func TestReopeningKeepsTheTechnicianAndForgetsTheClosing(t *testing.T) {
	t.Parallel()
	k := in(ticket.Closed)
	k.Technician = celiaRef
	events, err := k.Move(bruno, ticket.Open, now)
	if err != nil || k.Technician != celiaRef || !k.ClosedAt.IsZero() || !k.LastActivity.Equal(now) {
		t.Errorf("%v, %+v", err, k)
	}
	if diff := cmp.Diff([]ticket.EventName{ticket.Moved}, names(events)); diff != "" {
		t.Error(diff)
	}
}

// The 48 hours of the janitor count from what people and customers did, never
// from what the system did (D-21).
func TestOnlyPeopleAndCustomersRenewTheLastWord_D21(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do     func(*ticket.Ticket) error
		renews bool
	}{
		"a reply":                 {func(k *ticket.Ticket) error { _, err := k.Say(ana, ticket.Reply, "", now); return err }, true},
		"the customer":            {func(k *ticket.Ticket) error { _, err := k.Hear(now); return err }, true},
		"a person's closing":      {func(k *ticket.Ticket) error { _, err := k.Move(ana, ticket.Closed, now); return err }, true},
		"the janitor's closing":   {func(k *ticket.Ticket) error { _, err := k.Move(system, ticket.Closed, now); return err }, false},
		"giving it to somebody":   {func(k *ticket.Ticket) error { _, err := k.Assign(brunoRef, now); return err }, false},
		"a transfer, with reason": {func(k *ticket.Ticket) error { _, err := k.Transfer(ticket.Passage{Level: 2}, now); return err }, false},
	} {
		k := in(ticket.Pending)
		before := k.LastWord
		if err := c.do(k); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if renewed := !k.LastWord.Equal(before); renewed != c.renews {
			t.Errorf("%s: last word renewed %t, want %t", name, renewed, c.renews)
		}
		if !k.LastActivity.Equal(now) {
			t.Errorf("%s: last activity is %v ago", name, now.Sub(k.LastActivity).Round(time.Hour))
		}
	}
}

func TestTheCustomersWordsOpenAPendingTicketAndNoOther(t *testing.T) {
	t.Parallel()
	for _, from := range []ticket.Status{ticket.Open, ticket.Scheduled, ticket.Pending, ticket.Escalated} {
		k := in(from)
		events, err := k.Hear(now)
		want, moved := from, 0
		if from == ticket.Pending {
			want, moved = ticket.Open, 1
		}
		if err != nil || k.Status != want || len(events) != moved {
			t.Errorf("%s: %v, %s, %v", from, err, k.Status, names(events))
		}
	}
}
