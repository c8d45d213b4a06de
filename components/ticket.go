package components

import (
	"context"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"helphub/internal/customer"
	"helphub/internal/ticket"
)

// TicketView is one ticket as its page shows it.
type TicketView struct {
	Ticket   ticket.Ticket
	Customer CustomerCard
	May      TicketMay
	Timeline TimelineView
	// Composer is drawn for who may write.
	Composer ComposerView
	// Here are the others who look at the ticket now; HereURL is their live
	// part, asked again when HereTopic speaks.
	Here      []Presence
	HereURL   string
	HereTopic string
}

// writeHere is the place to write: on this page, or on that of the newest
// entries when this one shows older ones.
func (v TicketView) writeHere() string {
	if v.Timeline.Latest == "" {
		return "#body"
	}
	return TicketPath(v.Ticket.Protocol, "") + "#body"
}

// CustomerCard is who the ticket is about.
type CustomerCard struct {
	URL      string // of the live part
	Customer customer.Customer
	// Active is how many of their tickets are not closed, as shown.
	Active string
}

// TicketMay says what the reader may do with the ticket as it stands; handlers
// and commands decide again.
type TicketMay struct {
	Write    bool // at all, whatever the state
	Edit     bool
	Transfer bool
	Escalate bool
	Wait     bool // make it pending
	Resume   bool // back to open
	Close    bool
	Reopen   bool
	Delete   bool
}

// any reports whether there is anything to offer.
func (m TicketMay) any() bool {
	return m.Edit || m.Transfer || m.Escalate || m.Wait || m.Resume || m.Close || m.Reopen || m.Delete
}

// rest reports whether the menu behind the bar has anything.
func (m TicketMay) rest() bool { return m.Edit || m.Transfer || m.Wait || m.Resume || m.Delete }

// TicketPath is a page of a ticket: the ticket itself when what is empty.
func TicketPath(p ticket.Protocol, what string) string {
	if what == "" {
		return "/tickets/" + string(p)
	}
	return "/tickets/" + string(p) + "/" + what
}

// EntryAnchor is the id of an entry's element.
func EntryAnchor(id uuid.UUID) string { return "entry-" + id.String() }

// opensSheet are the attributes of a link to a form that opens over the page;
// without the script it leads to the form's own page.
func opensSheet(href string) templ.Attributes {
	return templ.Attributes{"href": href, "hx-get": href, "hx-target": "#sheet", "hx-swap": "innerHTML", "aria-haspopup": "dialog"}
}

func orTriage(ctx context.Context, name string) string {
	if name == "" {
		return t(ctx, "ticket.triage")
	}
	return name
}

func orNobody(ctx context.Context, name string) string {
	if name == "" {
		return t(ctx, "ui.nobody")
	}
	return name
}

// EntryView is one line of the timeline as its reader sees it.
type EntryView struct {
	ticket.Entry
	// Mine says that the reader wrote it.
	Mine bool
	// RetractUntil is how long the reader may take it back; zero when not.
	RetractUntil time.Time
}

// TimelineView is a page of a ticket's timeline.
type TimelineView struct {
	// Title is the page's title; it follows the subject.
	Title string
	// URL is the timeline's live part, asked again when Topic speaks.
	URL   string
	Topic string
	// Entries come in the order they are shown.
	Entries []EntryView
	// NewestFirst says that the newest come first.
	NewestFirst bool
	// Voice is "", "team", "customer" or "events".
	Voice string
	// Opening is the customer's first words; nil when older entries come before
	// it or another voice was asked for.
	Opening *OpeningView
	// Voices choose whose lines are shown; Order turns them around.
	Voices []Tab
	Order  string
	// Older and Latest lead to the pages around this one; empty at an end.
	Older, Latest string
}

// OpeningView is what the ticket was opened with.
type OpeningView struct {
	Customer string
	By       string
	At       time.Time
	Text     string
}
