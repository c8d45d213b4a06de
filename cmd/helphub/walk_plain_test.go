package main

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"helphub/internal/taxid"
)

// walkPlain does a day's work with JavaScript switched off: every page is HTML
// and every change a form.
func walkPlain(t *testing.T, c *company) {
	protocol := c.as(t, "rui").opens(t, c.a, "Sem JavaScript "+uuid.NewString()[:8])
	b := openTab(t, browser(t), c.a.url)
	b.withoutScript()
	b.visit("/tickets/" + protocol)
	b.until(`location.pathname === "/login"`)
	b.fill("#username", "helena")
	b.fill("#password", walkPassword)
	b.leads("/tickets/"+protocol, func() { b.click("form.card button[type=submit]") })

	words := "Escrito sem JavaScript. " + uuid.NewString()[:8]
	b.fill("#body", words)
	b.leads("/tickets/"+protocol, func() { b.click("#composer button.for-reply") })
	b.sees(words)
	b.sees("Resposta registrada")
	b.click(`#composer input[value="note"]`)
	note := "Nota sem JavaScript. " + uuid.NewString()[:8]
	b.fill("#body", note)
	b.leads("/tickets/"+protocol, func() { b.click("#composer button.for-note") })
	b.sees(note)
	if kind := one[string](t, c, "SELECT kind FROM entry WHERE body = $1", note); kind != "note" {
		t.Errorf("the note was kept as a %s", kind)
	}

	b.leads("/tickets/"+protocol+"/transfer", func() { b.click(`main a[href$="/transfer"]`) })
	b.expects("status of 422")
	b.run(`document.querySelector("[name=reason]").required = false`)
	b.leads("/tickets/"+protocol+"/transfer", func() { b.click(`main form button[type="submit"]`) })
	b.until(`document.querySelector("[aria-invalid=true]")`)
	b.run(`document.querySelector("[name=level]").value = "2"`)
	b.fill(`[name="reason"]`, "Vai para a retaguarda")
	b.leads("/tickets/"+protocol, func() { b.click(`main form button[type="submit"]`) })
	b.sees("N2")
	b.leads("/tickets/"+protocol+"/closure", func() { b.click(`main a[href$="/closure"]`) })
	b.leads("/tickets/"+protocol, func() { b.click(`main form button[type="submit"]`) })
	b.until(`document.querySelector("#ticket-facts .badge").dataset.status === "closed"`)

	b.visit("/customers/new")
	id, err := taxid.Complete("55444333" + "0001")
	if err != nil {
		t.Fatal(err)
	}
	name := "Quitanda Sem Script " + uuid.NewString()[:8]
	b.fill("#legal_name", name)
	b.fill("#tax_id", id.Masked())
	b.click(`main form[method="post"] button[type="submit"]`)
	b.until(`/^\/customers\/[0-9a-f-]{36}$/.test(location.pathname)`)
	b.sees(name)
	customer := b.eval("location.pathname.slice(11)")
	b.visit("/tickets/new?customer=" + customer)
	subject := "Balança sem tampa " + uuid.NewString()[:8]
	b.fill("#subject", subject)
	b.fill("#description", "Caiu.")
	b.click(`#ticket-form button[type="submit"]`)
	b.until(`/^\/tickets\/\d{8}-/.test(location.pathname)`)
	b.sees(subject)
	b.visit("/tickets")
	b.fill(`.filters input[name="q"]`, "balanca")
	b.press("Enter")
	b.until(`location.search.includes("q=balanca")`)
	b.sees(subject)
}

// leads does something that leads to a page.
func (b *tab) leads(path string, act func()) {
	b.t.Helper()
	b.run("document.documentElement.dataset.leaving = 1")
	act()
	b.until(fmt.Sprintf(`!document.documentElement.dataset.leaving && document.readyState === "complete" && location.pathname === %q`, path))
}
