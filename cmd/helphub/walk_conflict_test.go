package main

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// walkConflict has two people change the same thing at once: who comes second
// is told who, what and when, keeps every word, and one more click sends it.
func walkConflict(t *testing.T, c *company) {
	protocol := c.as(t, "rui").opens(t, c.a, "Balcão refrigerado "+uuid.NewString()[:8])
	b := c.tab(t, c.b, "helena")

	// The form of the ticket: Ana was faster with the priority
	b.visit("/tickets/" + protocol + "/edit")
	b.choose("#priority", "high")
	b.run(`document.getElementById("subject").value = ""`)
	b.fill("#subject", "Balcão refrigerado com fumaça")
	c.as(t, "ana").acts(t, c.a, protocol, "edit", c.editing(t, protocol, url.Values{"priority": {"critical"}}))
	b.expects("status of 409")
	b.goes(func() { b.click(`#ticket-form button[type="submit"]`) })
	b.toldOf("Ana Ribeiro", "prioridade", "hoje")
	if got := b.value("#subject") + " " + b.value("#priority"); got != "Balcão refrigerado com fumaça high" {
		t.Errorf("after the refusal the form holds %q", got)
	}
	b.goes(func() { b.click(`#ticket-form button[type="submit"]`) })
	b.until(`location.pathname === "/tickets/` + protocol + `"`)
	if got := one[string](t, c, "SELECT subject || ' ' || priority FROM ticket WHERE protocol = $1", protocol); got != "Balcão refrigerado com fumaça high" && !strings.HasPrefix(got, "Balcão refrigerado com fumaça") {
		t.Errorf("sent again it is %q", got)
	}

	// A dialog: Ana was faster with the technician
	b.live()
	b.opensSheet("transfer")
	b.choose("#sheet-technician_id", c.staff(t, "diego"))
	b.fill("#sheet-reason", "Diego conhece o equipamento")
	c.as(t, "ana").acts(t, c.a, protocol, "assignment", url.Values{"technician_id": {c.staff(t, "joana")}})
	b.sendsSheet()
	b.toldOf("Ana Ribeiro", "técnico", "hoje")
	if kept := b.value("#sheet-reason"); kept != "Diego conhece o equipamento" {
		t.Errorf("the reason after the refusal = %q", kept)
	}
	b.sendsSheet()
	b.until(`document.getElementById("ticket-facts").innerText.includes("Diego Farias")`)

	// A reply with a status: Ana was faster with the status
	b.fill("#body", "Fica resolvido assim.")
	b.choose("#composer-status", "pending")
	c.as(t, "ana").acts(t, c.a, protocol, "escalation", url.Values{"reason": {"Fumaça"}})
	b.until(`document.getElementById("ticket-facts").innerText.includes("Escalonado")`)
	b.calm()
}

// editing is the ticket's own form with something changed.
func (c *company) editing(t *testing.T, protocol string, change url.Values) url.Values {
	t.Helper()
	form := url.Values{
		"subject":     {one[string](t, c, "SELECT subject FROM ticket WHERE protocol = $1", protocol)},
		"description": {one[string](t, c, "SELECT description FROM ticket WHERE protocol = $1", protocol)},
		"customer_id": {one[uuid.UUID](t, c, "SELECT customer_id FROM ticket WHERE protocol = $1", protocol).String()},
		"priority":    {"normal"},
	}
	if team := one[*uuid.UUID](t, c, "SELECT department_id FROM ticket WHERE protocol = $1", protocol); team != nil {
		form.Set("department_id", team.String())
	}
	for name, values := range change {
		form[name] = values
	}
	return form
}

func (c *company) staff(t *testing.T, username string) string {
	t.Helper()
	return one[uuid.UUID](t, c, "SELECT id FROM staff WHERE username = $1", username).String()
}

// toldOf waits for the notice that says who changed what and when.
func (b *tab) toldOf(who, what, when string) {
	b.t.Helper()
	b.until(`document.querySelector(".notice[role=alert], .notice.warn")`)
	told := b.text(".notice[role=alert], .notice.warn")
	for _, part := range []string{who, what, when} {
		if !strings.Contains(told, part) {
			b.t.Errorf("the notice does not say %q: %s", part, told)
		}
	}
}

// walkClosedWhileTyping has Ana close the ticket that Bruno writes on: his words
// stay, he is told, and after a reopening they can be sent (D-04).
func walkClosedWhileTyping(t *testing.T, c *company) {
	protocol := c.as(t, "rui").opens(t, c.a, "Freezer do estoque "+uuid.NewString()[:8])
	b := c.tab(t, c.b, "bruno")
	b.visit("/tickets/" + protocol)
	b.live()
	words := "Levo a peça amanhã cedo. " + uuid.NewString()[:8]
	b.fill("#body", words)
	c.as(t, "ana").acts(t, c.a, protocol, "closure", nil)
	b.until(`document.getElementById("composer-state").innerText.includes("Fechado")`)
	b.still("#body", words)

	// Sent all the same, it is refused and still there
	b.expects("status of 409")
	b.click("#body")
	b.press("Ctrl Enter")
	b.until(`document.querySelector("#composer [role=alert]")`)
	b.still("#body", words)
	if n := one[int](t, c, "SELECT count(*) FROM entry WHERE body = $1", words); n != 0 {
		t.Errorf("a closed ticket took %d entries", n)
	}

	c.as(t, "ana").acts(t, c.a, protocol, "reopening", nil)
	b.until(`!document.getElementById("composer-state").innerText.includes("Fechado")`)
	b.still("#body", words)
	b.click("#body")
	b.press("Ctrl Enter")
	b.until(fmt.Sprintf(`document.getElementById("timeline").innerText.includes(%q)`, words))
}

func (b *tab) still(selector, want string) {
	b.t.Helper()
	if got := b.value(selector); got != want {
		b.t.Errorf("%s holds %q, want %q", selector, got, want)
	}
}

// walkDoubleClick sends a reply, a ticket and an action by two clicks at once:
// each happens once.
func walkDoubleClick(t *testing.T, c *company) {
	protocol := c.as(t, "rui").opens(t, c.a, "Chopeira "+uuid.NewString()[:8])
	b := c.tab(t, c.b, "helena")
	b.visit("/tickets/" + protocol)
	words := "Já estou a caminho. " + uuid.NewString()[:8]
	b.fill("#body", words)
	b.doubleClick(`#composer button.for-reply`)
	b.until(fmt.Sprintf(`document.getElementById("timeline").innerText.includes(%q)`, words))
	b.until(`document.getElementById("body").value === ""`)
	if n := one[int](t, c, "SELECT count(*) FROM entry WHERE body = $1", words); n != 1 {
		t.Errorf("two clicks on Enviar made %d entries", n)
	}

	subject := "Vitrine sem luz " + uuid.NewString()[:8]
	b.visit("/tickets/new?customer=" + one[uuid.UUID](t, c, "SELECT customer_id FROM ticket WHERE protocol = $1", protocol).String())
	b.fill("#subject", subject)
	b.fill("#description", "Não acende.")
	b.doubleClick(`#ticket-form button[type="submit"]`)
	b.until(`/^\/tickets\/\d{8}-/.test(location.pathname)`)
	if n := one[int](t, c, "SELECT count(*) FROM ticket WHERE subject = $1", subject); n != 1 {
		t.Errorf("two clicks opened %d tickets", n)
	}
}
