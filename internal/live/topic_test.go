package live

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

func TestOnlyTheTopicsOfTheListAreTopics(t *testing.T) {
	t.Parallel()
	id := printer.String()
	for _, topic := range []Topic{
		Tickets, Agenda, Dashboard, Customers, Admin, PresenceAll, Ticket(printer), Staff(ana), PresenceOn(printer),
	} {
		if got, err := ParseTopic(string(topic)); err != nil || got != topic {
			t.Errorf("%s: got %q, %v", topic, got, err)
		}
	}
	for _, name := range []string{
		"", "ticket", "ticket-", "Tickets", "tickets ", " tickets", "tickets\n", "tickets\x00", "hello", "live",
		"ticket-" + id[:35], "ticket-" + id + "0", "ticket-{" + id + "}", "ticket-urn:uuid:" + id,
		"ticket-" + strings.ReplaceAll(id, "-", ""), "ticket-" + strings.ToUpper(Ticket(ana).id()),
		"ticket-" + id + "\ndata: 1", "visit-" + id, "presence-on-" + id,
		string(EndPerson(ana)), string(EndSession(laptop)), "here?:" + id, strings.Repeat("t", 1<<16),
	} {
		if got, err := ParseTopic(name); !errors.Is(err, ErrUnknownTopic) {
			t.Errorf("%.80q: got %q, %v", name, got, err)
		}
	}
}

func (t Topic) id() string { _, id := t.Split(); return id.String() }

func TestTopicsAreAskedForByWhoMayHearThem(t *testing.T) {
	t.Parallel()
	may := func(family Family, id uuid.UUID) bool {
		return family == FamilyTickets || family == FamilyStaff && id == ana
	}
	got, err := ParseTopics([]string{"tickets", string(Staff(ana)), "tickets"}, may)
	if diff := cmp.Diff([]Topic{Tickets, Staff(ana)}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for name, want := range map[string]error{
		string(Staff(bruno)): ErrForbiddenTopic, "agenda": ErrForbiddenTopic, "weather": ErrUnknownTopic,
	} {
		if got, err := ParseTopics([]string{"tickets", name}, may); !errors.Is(err, want) || got != nil {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
	if Topic("weather").Permitted(func(Family, uuid.UUID) bool { return true }) {
		t.Error("an unknown topic was permitted")
	}
}

func FuzzATopicHoldsNothingThatBreaksALine(f *testing.F) {
	for _, seed := range []string{"tickets", "ticket-" + printer.String(), "presence-x", "tickets\r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		topic, err := ParseTopic(name)
		if err != nil {
			return
		}
		if strings.Trim(string(topic), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || len(topic) > 50 {
			t.Errorf("accepted %q", name)
		}
	})
}
