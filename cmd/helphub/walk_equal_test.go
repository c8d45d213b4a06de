package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// walkEqual: what the screen shows equals what a reload would show. Several
// people make 200 random changes on two instances while somebody looks; then
// each live part on the screen is compared with the same part of the page
// loaded anew. Seen to fail with the announcement taken out of the ledger, and
// with the facts left out of the ticket's live part.
func walkEqual(t *testing.T) {
	c := openCompany(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	w := &weather{t: t, company: c, random: rand.New(rand.NewPCG(seed, 1))}
	for _, who := range []string{"ana", "rui", "bruno", "helena", "celia"} {
		w.people = append(w.people, c.as(t, who))
	}
	rows, err := c.db.Query(t.Context(), "SELECT protocol FROM ticket WHERE status <> 'closed' ORDER BY last_activity_at DESC LIMIT 12")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var p string
		if err := rows.Scan(&p); err != nil {
			t.Fatal(err)
		}
		w.tickets = append(w.tickets, p)
	}
	watched := w.tickets[0]
	paths := []string{"/tickets", "/tickets?tab=all&sort=priority&order=desc", "/tickets?technician=me", "/tickets/" + watched}
	first := c.tab(t, c.b, "diego")
	tabs := []*tab{first}
	for range paths[1:] {
		tabs = append(tabs, c.tabIn(t, first.ctx, c.b, "diego"))
	}
	for i, b := range tabs {
		b.visit(paths[i])
		b.live()
		b.run("window.stays = true")
	}
	began := time.Now()
	for range 200 {
		w.blow()
	}
	t.Logf("200 changes in %s: %d taken, %d refused by the rules", time.Since(began).Round(time.Millisecond), w.taken, w.refused)
	if w.taken < 100 {
		t.Errorf("only %d of 200 changes were taken", w.taken)
	}
	fresh := c.tabIn(t, first.ctx, c.b, "diego")
	for i, b := range tabs {
		equal(t, paths[i], b, fresh)
		if b.eval("window.stays") != "true" {
			t.Errorf("%s was loaded anew", paths[i])
		}
	}
}

// equal compares the live parts of a tab with those of its page loaded anew,
// until they are the same: news may still be on its way.
func equal(t *testing.T, path string, b, fresh *tab) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; {
		fresh.visit(path)
		fresh.live()
		shown, anew := strings.Split(b.eval(parts), "\n"), strings.Split(fresh.eval(parts), "\n")
		if len(anew) < 20 {
			t.Fatalf("%s: only %d lines to compare", path, len(anew))
		}
		if strings.Join(shown, "\n") == strings.Join(anew, "\n") {
			t.Logf("%s: %d lines in the live parts are the same", path, len(anew))
			return
		}
		if time.Now().After(deadline) {
			for i := range max(len(shown), len(anew)) {
				if i >= len(shown) || i >= len(anew) || shown[i] != anew[i] {
					t.Fatalf("%s differs from its reload at line %d of its live parts:\nshown:\n%s\nanew:\n%s",
						path, i, strings.Join(around(shown, i), "\n"), strings.Join(around(anew, i), "\n"))
				}
			}
		}
	}
}

func around(lines []string, i int) []string {
	return lines[max(0, min(i-3, len(lines))):min(i+4, len(lines))]
}

// parts writes down what is live on a page: each part that asks again by
// itself, and those that come with them. What scripts note for themselves, the
// moment's tint of a row, and one's own face, which every page hides, are left
// out.
const parts = `(() => {
	const out = [], skip = /^(data-htmx|data-changed|data-current|data-ready|data-draft-ready|style$)/;
	const line = (node, depth) => {
		if (node.nodeType === 3) { const text = node.data.replace(/\s+/g, " ").trim(); if (text) out.push(" ".repeat(depth) + text); return; }
		if (node.nodeType !== 1 || node.matches('[data-staff="' + document.body.dataset.user + '"]')) return;
		if (node.matches(".present") && [...node.children].every((e) => e.dataset.staff === document.body.dataset.user)) return;
		const attributes = [...node.attributes].filter((a) => !skip.test(a.name)).map((a) => a.name + "=" + a.value).sort();
		out.push(" ".repeat(depth) + "<" + node.localName + " " + attributes.join(" ") + ">");
		for (const child of node.childNodes) line(child, depth + 1);
	};
	const live = [...document.querySelectorAll('[hx-trigger*="from:#live"], #ticket-head, #ticket-summary, #ticket-facts, #composer-state, #composer-choice, #writing')]
		.filter((e) => !e.parentElement.closest('[hx-trigger*="from:#live"]'));
	for (const part of live) line(part, 0);
	return out.join("\n") + "\n" + document.title;
})()`

// weather is people changing things at random.
type weather struct {
	t              *testing.T
	company        *company
	random         *rand.Rand
	people         []*agent
	tickets        []string
	taken, refused int
}

func pick[T any](w *weather, from ...T) T { return from[w.random.IntN(len(from))] }

// blow makes one change; the rules may refuse it.
func (w *weather) blow() {
	w.t.Helper()
	c, t := w.company, w.t
	who, at := pick(w, w.people...), pick(w, c.a, c.b)
	// The ticket that is looked at is changed more often than others.
	protocol := w.tickets[min(w.random.IntN(len(w.tickets)), w.random.IntN(len(w.tickets)))]
	form := url.Values{"version": {fmt.Sprint(c.version(t, protocol))}, "form_id": {uuid.NewString()}}
	path := "/tickets/" + protocol + "/"
	switch n := w.random.IntN(20); {
	case n < 5:
		path += "replies"
		form.Set("body", "Resposta ao acaso "+uuid.NewString()[:6])
		form.Set("status", pick(w, "", "", "open", "pending", "closed"))
	case n < 8:
		path += "notes"
		form.Set("body", "Nota ao acaso\ncom duas linhas "+uuid.NewString()[:6])
	case n < 10:
		path += "transfer"
		form.Set("department_id", w.team())
		form.Set("technician_id", w.technician())
		form.Set("reason", "Ao acaso")
	case n < 12:
		path += "assignment"
		form.Set("technician_id", w.technician())
	case n < 13:
		path += "escalation"
		form.Set("reason", "Ao acaso")
	case n < 14:
		path += pick(w, "pending", "closure")
	case n < 16:
		path += "reopening"
	case n < 18:
		path += "edit"
		form = c.editing(t, protocol, url.Values{"version": form["version"], "priority": {pick(w, "low", "normal", "high", "critical")}, "subject": {"Assunto ao acaso " + uuid.NewString()[:6]}})
	case n < 19:
		path = "/entries/" + one[uuid.UUID](t, c, "SELECT id FROM entry WHERE kind IN ('reply', 'note') ORDER BY created_at DESC LIMIT 1").String() + "/retraction"
	default:
		w.tickets = append(w.tickets, who.opens(t, at, "Aberto ao acaso "+uuid.NewString()[:6]))
		w.taken++
		return
	}
	switch status, _, page := who.send(t, at, path, form); status {
	case http.StatusSeeOther:
		w.taken++
	case http.StatusConflict, http.StatusUnprocessableEntity, http.StatusForbidden:
		w.refused++
	default:
		t.Errorf("%s at %s: %d %s", who.name, path, status, plain(page))
	}
}

func (w *weather) team() string {
	return one[uuid.UUID](w.t, w.company, "SELECT id FROM department ORDER BY name OFFSET $1 LIMIT 1", w.random.IntN(5)).String()
}

func (w *weather) technician() string {
	return w.company.staff(w.t, pick(w, "bruno", "helena", "diego", "joana"))
}
