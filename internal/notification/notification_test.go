package notification

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// The people, their ids in alphabetical order so that the results read well.
var (
	ana   = id(1) // attendant, opened the ticket
	bruno = id(2) // technician
	celia = id(3) // administrator
	duda  = id(4) // technician before
)

func id(n byte) uuid.UUID { return uuid.UUID{15: n} }

func TestWhoIsTold(t *testing.T) {
	t.Parallel()
	people := []uuid.UUID{ana, bruno, celia}
	managers := []uuid.UUID{ana, celia}
	for _, test := range []struct {
		name string
		news News
		want []uuid.UUID
	}{
		{"a reply: technician and who took part, but not who wrote it",
			News{Event: "replied", Actor: ana, Technician: bruno, People: people}, []uuid.UUID{bruno, celia}},
		{"a note: the same", News{Event: "noted", Actor: bruno, Technician: bruno, People: people}, []uuid.UUID{ana, celia}},
		{"closed by the janitor: everybody, for the system is nobody",
			News{Event: "closed", Technician: bruno, People: people}, []uuid.UUID{ana, bruno, celia}},
		{"a technician who never wrote is told", News{Event: "replied", Actor: ana, Technician: duda, People: []uuid.UUID{ana}}, []uuid.UUID{duda}},
		{"nobody is told twice", News{Event: "replied", Actor: ana, Technician: bruno, People: []uuid.UUID{bruno}, Also: []uuid.UUID{bruno}}, []uuid.UUID{bruno}},
		{"assigned: who has it and who had it",
			News{Event: "assigned", Actor: ana, Technician: bruno, People: people, Also: []uuid.UUID{duda}}, []uuid.UUID{bruno, duda}},
		{"taken by the technician who answered: nobody else's news", News{Event: "took", Actor: bruno, Technician: bruno, People: people}, nil},
		{"an edited field: the technician", News{Event: "edited", Actor: ana, Technician: bruno, People: people}, []uuid.UUID{bruno}},
		{"transferred: who had it hears of it", News{Event: "transferred", Actor: celia, Technician: bruno, People: []uuid.UUID{ana}, Also: []uuid.UUID{duda}},
			[]uuid.UUID{ana, bruno, duda}},
		{"an ordinary new ticket: nobody", News{Event: "opened", Actor: ana, People: []uuid.UUID{ana}, Managers: managers}, nil},
		{"a critical new ticket: who manages everybody's work, but not who opened it",
			News{Event: "opened", Critical: true, Actor: ana, People: []uuid.UUID{ana}, Managers: managers}, []uuid.UUID{celia}},
		{"escalated to somebody: no managers besides",
			News{Event: "escalated", Actor: ana, Technician: bruno, People: []uuid.UUID{ana}, Managers: managers}, []uuid.UUID{bruno}},
		{"escalated to nobody: the managers",
			News{Event: "escalated", Actor: bruno, People: []uuid.UUID{bruno}, Also: []uuid.UUID{bruno}, Managers: managers}, []uuid.UUID{ana, celia}},
		{"a critical reply: no managers", News{Event: "replied", Critical: true, Actor: ana, Managers: managers}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := test.news.Told()
			if len(got) == 0 {
				got = nil
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestManagersAreOnlyAskedForWhenTheyAreTold(t *testing.T) {
	t.Parallel()
	for event, want := range map[string]bool{"opened": true, "escalated": true, "replied": false, "closed": false} {
		if got := (News{Event: event, Critical: true}).ForManagers(); got != want {
			t.Errorf("%s: %v", event, got)
		}
	}
	if (News{Event: "escalated", Technician: bruno}).ForManagers() {
		t.Error("an escalated ticket with a technician is told to managers")
	}
}
