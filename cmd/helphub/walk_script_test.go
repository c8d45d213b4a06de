package main

import (
	_ "embed"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"helphub/internal/taxid"
)

//go:embed testdata/payloads.txt
var payloadLines string

// walkScripts has people write scripts wherever they can write: none runs on any
// page that shows the words, and none is even refused by the policy, for they
// never become markup (D-30, D-31, D-32, D-33). Seen to fail with templ.Raw in
// the timeline's text: each way in is then told of by the policy. The pages come
// one after the other as fast as they can: seen to stop for good at the sixth
// when a page that is left keeps its stream.
func walkScripts(t *testing.T) {
	c := openCompany(t)
	payloads := strings.Split(strings.TrimSpace(payloadLines), "\n")
	if len(payloads) < 70 {
		t.Fatalf("only %d payloads", len(payloads))
	}
	w := &writer{t: t, company: c, boss: c.as(t, "celia"), pages: []string{"/customers", "/customers?after=", "/admin/staff", "/admin/departments", "/notifications", "/profile"}}
	w.people(payloads[:12])
	// Two tabs look on while the words arrive
	talk := w.boss.opens(t, c.a, "Conversa")
	first := c.tab(t, c.b, "bruno")
	first.visit("/tickets/" + talk)
	first.live()
	grid := c.tabIn(t, first.ctx, c.b, "bruno")
	grid.visit("/tickets")
	grid.live()
	for i, p := range payloads {
		w.ticket(i, p)
		w.boss.acts(t, c.a, talk, []string{"replies", "notes"}[i%2], url.Values{"body": {p}})
	}
	w.boss.acts(t, c.a, talk, "escalation", url.Values{"reason": {payloads[14]}})
	first.until(`document.getElementById("ticket-facts").innerText.includes("Escalonado")`)
	grid.until(fmt.Sprintf(`document.querySelector('tr[data-protocol="%s"]')?.dataset.status === "escalated"`, talk))
	if n := first.eval(`document.querySelectorAll("#timeline .entry[data-kind=reply], #timeline .entry[data-kind=note]").length`); n != fmt.Sprint(len(payloads)) {
		t.Errorf("%s of %d texts came to the open page", n, len(payloads))
	}
	// The words are words
	if got := first.text(`#timeline .entry[data-kind=reply] .entry-text`); got != payloads[0] {
		t.Errorf("the first text reads %q, want %q", got, payloads[0])
	}

	b, shown := c.tabIn(t, first.ctx, c.b, "celia"), 0
	for _, path := range w.pages {
		b.visit(path)
		b.hover()
	}
	for next := "/tickets?tab=all"; next != ""; next = b.eval(`document.querySelector("a[rel=next]")?.getAttribute("href") ?? ""`) {
		b.visit(next)
		shown++
	}
	for two := range slices.Chunk(payloads, 2) {
		b.visit("/tickets?tab=all&q=" + url.QueryEscape(strings.Join(two, " ")))
		shown++
	}
	b.visit("/tickets/" + talk)
	b.opensSheet("assignment")
	t.Logf("%d texts on %d pages, %d refused by the rules", len(payloads), len(w.pages)+shown+2, w.refused)
}

// hover makes the pointer pass over everything that looks like a trap.
func (b *tab) hover() {
	b.t.Helper()
	b.run(`for (const e of document.querySelectorAll("main *")) e.dispatchEvent(new MouseEvent("mouseover", {bubbles: true}));`)
}

// writer writes the same hostile words into every field there is.
type writer struct {
	t       *testing.T
	company *company
	boss    *agent
	pages   []string
	refused int
}

// people and departments bear the words as their names.
func (w *writer) people(payloads []string) {
	w.t.Helper()
	role := one[uuid.UUID](w.t, w.company, "SELECT id FROM role WHERE key = 'technician'").String()
	for i, p := range payloads {
		w.tries("/admin/staff", url.Values{
			"name": {p}, "username": {fmt.Sprintf("intruso%d", i)}, "email": {""}, "role_id": {role}, "password": {walkPassword}, "active": {"1"}, "phone": {""}, "form_id": {uuid.NewString()},
		})
		w.tries("/admin/departments", url.Values{"name": {fmt.Sprintf("%d %s", i, p)}, "description": {p}, "active": {"1"}, "form_id": {uuid.NewString()}})
	}
	for i, p := range payloads[:3] {
		who := w.company.as(w.t, fmt.Sprintf("intruso%d", i))
		w.pages = append(w.pages, "/tickets/"+who.opens(w.t, w.company.a, p))
	}
}

// ticket makes a customer and a ticket of the words.
func (w *writer) ticket(i int, p string) {
	w.t.Helper()
	id, err := taxid.Complete(fmt.Sprintf("%08d0001", 44_000_000+i))
	if err != nil {
		w.t.Fatal(err)
	}
	to := w.tries("/customers", url.Values{
		"legal_name": {p}, "trade_name": {p}, "tax_id": {string(id)}, "street": {p}, "city": {p}, "complement": {p}, "notes": {p},
		"active": {"1"}, "form_id": {uuid.NewString()},
	})
	customer := strings.TrimPrefix(to, "/customers/")
	if customer == "" {
		return
	}
	ticket := w.tries("/tickets", url.Values{"customer_id": {customer}, "priority": {"normal"}, "subject": {p}, "description": {p}, "form_id": {uuid.NewString()}})
	if i%16 == 0 {
		w.pages = append(w.pages, to, to+"/edit")
	}
	if ticket != "" && i%8 == 0 {
		w.pages = append(w.pages, ticket, ticket+"/edit")
	}
}

// tries posts a form that the rules may refuse, and returns where it leads.
func (w *writer) tries(path string, form url.Values) string {
	w.t.Helper()
	status, to, page := w.boss.send(w.t, w.company.a, path, form)
	switch status {
	case http.StatusSeeOther:
		return to
	case http.StatusUnprocessableEntity:
		w.refused++
		return ""
	}
	w.t.Fatalf("%s: %d %s", path, status, plain(page))
	return ""
}
