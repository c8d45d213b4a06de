package live

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// Channel is the name of the database channel all news travels on.
const Channel = "live"

// Topic is the name of something that may change: the payload of a NOTIFY, the
// name of the stream's event and of the DOM event, all one. Only a topic that
// ParseTopic accepts is ever told, so a topic never holds a line break.
type Topic string

// The topics that are about no single thing.
const (
	Tickets     Topic = "tickets"   // any ticket, as the grids show it
	Agenda      Topic = "agenda"    // any visit
	Dashboard   Topic = "dashboard" // any figure of the dashboard
	Customers   Topic = "customers" // any customer
	Admin       Topic = "admin"     // settings, staff, channels, backups, tasks, health
	PresenceAll Topic = "presence"  // who is on any ticket; told at most once a second
)

// Ticket is everything one ticket's page shows.
func Ticket(id uuid.UUID) Topic { return topicOf(FamilyTicket, id) }

// Staff is what concerns one person alone: their bell, their own badges.
func Staff(id uuid.UUID) Topic { return topicOf(FamilyStaff, id) }

// PresenceOn is who is on one ticket. To ask for it is to be there: the stream
// that hears it counts as its person viewing that ticket.
func PresenceOn(ticket uuid.UUID) Topic { return topicOf(FamilyPresence, ticket) }

// Family is the part of a topic before the id; for a topic without an id the
// whole name.
type Family string

// The families that carry an id, and the topics without one as families.
const (
	FamilyTicket      Family = "ticket"
	FamilyStaff       Family = "staff"
	FamilyPresence    Family = "presence-on"
	FamilyTickets            = Family(Tickets)
	FamilyAgenda             = Family(Agenda)
	FamilyDashboard          = Family(Dashboard)
	FamilyCustomers          = Family(Customers)
	FamilyAdmin              = Family(Admin)
	FamilyPresenceAll        = Family(PresenceAll)
)

// What ParseTopics refuses.
var (
	// ErrUnknownTopic is a name outside the allow-list.
	ErrUnknownTopic = errors.New("unknown topic")
	// ErrForbiddenTopic is a topic this person may not hear.
	ErrForbiddenTopic = errors.New("forbidden topic")
)

// prefixes of the families with an id, as they are written in a topic.
var prefixes = []struct {
	text   string
	family Family
}{
	{"ticket-", FamilyTicket},
	{"staff-", FamilyStaff},
	{"presence-", FamilyPresence},
}

func topicOf(family Family, id uuid.UUID) Topic {
	for _, p := range prefixes {
		if p.family == family {
			return Topic(p.text + id.String())
		}
	}
	return Topic(family)
}

// ParseTopic accepts the topics of this package and nothing else: a fixed name,
// or a prefix and an id in its one canonical spelling (36 characters, lower
// case). Everything else is ErrUnknownTopic.
func ParseTopic(name string) (Topic, error) {
	if family, _ := Topic(name).Split(); family == "" {
		return "", fmt.Errorf("%w: %.60q", ErrUnknownTopic, name)
	}
	return Topic(name), nil
}

// ParseTopics reads the topics a page asks for, each once, in the order first
// asked. It returns ErrUnknownTopic or ErrForbiddenTopic for the first that is
// not known or that may refuses.
func ParseTopics(names []string, may func(Family, uuid.UUID) bool) ([]Topic, error) {
	topics := make([]Topic, 0, len(names))
	seen := make(map[Topic]bool, len(names))
	for _, name := range names {
		t, err := ParseTopic(name)
		if err != nil {
			return nil, err
		}
		if !t.Permitted(may) {
			return nil, fmt.Errorf("%w: %s", ErrForbiddenTopic, t)
		}
		if !seen[t] {
			seen[t] = true
			topics = append(topics, t)
		}
	}
	return topics, nil
}

// Permitted asks may about the topic; an unknown topic is never permitted. The
// id is zero for a family without one. FamilyStaff is for that person alone.
func (t Topic) Permitted(may func(Family, uuid.UUID) bool) bool {
	family, id := t.Split()
	return family != "" && may(family, id)
}

// Split returns the family and the id of a topic; an empty family when it is
// not one of the allow-list.
func (t Topic) Split() (Family, uuid.UUID) {
	switch t {
	case Tickets, Agenda, Dashboard, Customers, Admin, PresenceAll:
		return Family(t), uuid.Nil
	}
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(string(t), p.text); ok {
			if id, ok := canonicalID(rest); ok {
				return p.family, id
			}
		}
	}
	return "", uuid.Nil
}

// canonicalID reads an id in the one spelling we write ourselves.
func canonicalID(text string) (uuid.UUID, bool) {
	if len(text) != 36 {
		return uuid.Nil, false
	}
	id, err := uuid.Parse(text)
	return id, err == nil && id.String() == text
}

// Order is what travels on the channel besides topics. Nobody can ask to hear
// one: the hub obeys it and tells nothing.
type Order string

// The prefixes of the orders; the session's is the longer one and read first.
const (
	endSessionPrefix = "end-session-"
	endPersonPrefix  = "end-"
)

// EndPerson orders every stream of a person on every instance to end:
// deactivation, role or password change.
func EndPerson(staff uuid.UUID) Order { return Order(endPersonPrefix + staff.String()) }

// EndSession orders the streams of one session to end: logout.
func EndSession(session uuid.UUID) Order { return Order(endSessionPrefix + session.String()) }
