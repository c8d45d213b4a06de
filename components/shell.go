package components

import "helphub/internal/staff"

// Section is a place of the frame, marked as current in the rail.
type Section string

// The sections that exist.
const (
	SectionNone        Section = ""
	SectionTickets     Section = "tickets"
	SectionMine        Section = "mine"
	SectionUnassigned  Section = "unassigned"
	SectionCustomers   Section = "customers"
	SectionDepartments Section = "departments"
	SectionStaff       Section = "staff"
)

// Crumb is a step of where one is; the last has no Href.
type Crumb struct {
	Text string
	Href string
}

// Rail is the navigation on the left and its numbers.
type Rail struct {
	Company string
	Section Section
	// Active, Mine and Unassigned are how many tickets stand behind the link,
	// as shown (a count may be capped: "1.000+"); empty shows nothing.
	Active     string
	Mine       string
	Unassigned string
	// URL is the rail's own live part, asked again when the topic "tickets"
	// speaks; empty when it is not live.
	URL string
	May May
}

// May says which ways the actor may go; handlers decide nothing by it, they
// ask the policy again.
type May struct {
	Tickets     bool
	NewTicket   bool
	Customers   bool
	Departments bool
	Staff       bool
}

// MayOf asks the policy for the ways of the frame.
func MayOf(a staff.Actor) May {
	return May{
		Tickets:     a.Can(staff.TicketRead),
		NewTicket:   a.Can(staff.TicketWrite),
		Customers:   a.Can(staff.CustomerRead),
		Departments: a.Can(staff.DepartmentManage),
		Staff:       a.Can(staff.StaffManage),
	}
}

// Bell is the place of what one was told.
type Bell struct {
	// Href is the page of all notifications; empty hides the bell.
	Href string
	// Unread is how many are new; over 99 it shows 99+.
	Unread int
	// URL is the live part of the button, List that of the menu's list
	// (BellList); Topic is the reader's own topic, "staff-<id>".
	URL   string
	List  string
	Topic string
}

// Shell is what every page inside the frame needs.
type Shell struct {
	// Title is shown as "Title · Company"; translated.
	Title   string
	Company string
	// Theme is "", light, dark or comfort; "" follows the system.
	Theme string
	// CSRF is the token for the meta tag and the frame's own forms.
	CSRF  string
	Actor staff.Actor
	Rail  Rail
	Bell  Bell
	// Trail is where one is, the page itself last.
	Trail []Crumb
	// Live is the URL of the stream with its mark and topics; empty on pages
	// that are not live.
	Live   string
	Toasts []Toast
	// Page is the classes of <main> besides "page": "pad", "grid-page",
	// "with-side ticket", …
	Page string
}

// back is the step before the page, for the way back on a phone.
func (s Shell) back() (Crumb, bool) {
	if len(s.Trail) < 2 {
		return Crumb{}, false
	}
	return s.Trail[len(s.Trail)-2], true
}

// roleKey is the message of a built-in role's name.
func roleKey(r staff.Role) string { return "shell.role_" + string(r.Key) }

// htmxConfig keeps refused answers out of the page unless a form asks for them
// (hx-status), keeps what scripts marked through a morph, and spreads
// reconnections so that a restart is not answered by everybody at once.
const htmxConfig = `{"noSwap":[204,304,"4xx","5xx"],"includeIndicatorCSS":false,` +
	`"morphIgnore":["data-htmx-powered","data-current","data-changed","data-held","open"],` +
	`"defaultTimeout":30000,` +
	`"sse":{"reconnectDelay":"2s","reconnectMaxDelay":"20s","reconnectJitter":0.9}}`
