package main

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// spot is something to look at: a page, and what is done on it before looking.
type spot struct {
	name, path string
	prepare    func(*tab)
}

// longWord is a text as long as a field takes, without a place to break.
func longWord(n int) string { return strings.Repeat("Ôrçamentação", n/12+1)[:n] }

// spots are all pages as an administrator sees them, and the dialogs on them.
func (c *company) spots(t *testing.T) []spot {
	t.Helper()
	protocol := one[string](t, c, "SELECT protocol FROM ticket WHERE status = 'open' AND technician_id IS NOT NULL ORDER BY (SELECT count(*) FROM entry WHERE ticket_id = ticket.id) DESC LIMIT 1")
	closed := one[string](t, c, "SELECT protocol FROM ticket WHERE status = 'closed' ORDER BY last_activity_at DESC LIMIT 1")
	customer := one[uuid.UUID](t, c, "SELECT customer_id FROM ticket WHERE protocol = $1", protocol).String()
	team := one[uuid.UUID](t, c, "SELECT id FROM department ORDER BY name LIMIT 1").String()
	person := c.staff(t, "bruno")
	return []spot{
		{name: "tickets", path: "/tickets"},
		{name: "tickets-filter", path: "/tickets?tab=all&priority=high", prepare: func(b *tab) { b.click(`[popovertarget="ticket-filters"]`) }},
		{name: "tickets-chips", path: "/tickets?priority=high&technician=none&department=" + team + "&q=ar"},
		{name: "tickets-none", path: "/tickets?q=nada+disso+existe"},
		{name: "ticket", path: "/tickets/" + protocol},
		{name: "ticket-closed", path: "/tickets/" + closed},
		{name: "ticket-note", path: "/tickets/" + protocol, prepare: func(b *tab) { b.click(`#composer label:has(input[value="note"])`) }},
		{name: "ticket-dialog", path: "/tickets/" + protocol, prepare: func(b *tab) { b.opensSheet("escalation") }},
		{name: "ticket-transfer", path: "/tickets/" + protocol + "/transfer"},
		{name: "ticket-edit", path: "/tickets/" + protocol + "/edit"},
		{name: "ticket-new", path: "/tickets/new?customer=" + customer},
		{name: "ticket-new-refused", path: "/tickets/new", prepare: func(b *tab) {
			b.expects("status of 422")
			b.run(`document.querySelectorAll("#ticket-form [required]").forEach((f) => f.required = false)`)
			b.click(`#ticket-form button[type="submit"]`)
			b.until(`document.querySelector("[aria-invalid=true]")`)
		}},
		{name: "ticket-overfull", path: "/tickets/" + c.overfull(t)},
		{name: "customers", path: "/customers"},
		{name: "customer", path: "/customers/" + customer},
		{name: "customer-edit", path: "/customers/" + customer + "/edit"},
		{name: "customer-deletion", path: "/customers/" + customer + "/edit", prepare: func(b *tab) { b.click(`.ending button`) }},
		{name: "customer-new", path: "/customers/new"},
		{name: "departments", path: "/admin/departments"},
		{name: "department-edit", path: "/admin/departments/" + team + "/edit"},
		{name: "department-new", path: "/admin/departments/new"},
		{name: "staff", path: "/admin/staff"},
		{name: "staff-edit", path: "/admin/staff/" + person + "/edit"},
		{name: "staff-new", path: "/admin/staff/new"},
		{name: "profile", path: "/profile"},
		{name: "sessions", path: "/profile/sessions"},
		{name: "notifications", path: "/notifications"},
		{name: "keys", path: "/customers", prepare: func(b *tab) { b.press("?"); b.until(`document.getElementById("keys").open`) }},
		{name: "missing", path: "/tickets/20260101-00000000", prepare: func(*tab) {}},
	}
}

// overfull is a ticket of the longest texts there may be.
func (c *company) overfull(t *testing.T) string {
	t.Helper()
	who, subject := c.as(t, "rui"), longWord(150)
	if n := one[int](t, c, "SELECT count(*) FROM ticket WHERE subject = $1", subject); n == 0 {
		protocol := who.opens(t, c.a, subject)
		who.acts(t, c.a, protocol, "replies", url.Values{"body": {longWord(3000)}})
		who.acts(t, c.a, protocol, "transfer", url.Values{"level": {"2"}, "reason": {longWord(1000)}})
	}
	return one[string](t, c, "SELECT protocol FROM ticket WHERE subject = $1 LIMIT 1", subject)
}

// looks brings the tab to a spot, ready to be looked at.
func (b *tab) looks(s spot) {
	b.t.Helper()
	if s.name == "missing" {
		b.expects("status of 404")
	}
	b.visit(s.path)
	b.until(`document.fonts.status === "loaded"`)
	if s.prepare != nil {
		s.prepare(b)
	}
}
