package main

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"
)

// Two people on two instances. What Ana does shows in everything Bruno has
// open, and nothing that Bruno types, has selected or has scrolled to is
// touched (D-02, D-72, D-74). Seen to fail with the announcement taken out of
// the ledger (nothing shows) and with innerHTML as the swap of the timeline
// (the selection goes).
func walkTwoPeople(t *testing.T, c *company) {
	subject := "Câmara fria parada " + uuid.NewString()[:8]
	protocol := c.as(t, "rui").opens(t, c.a, subject)
	for i := range 14 {
		c.as(t, "rui").acts(t, c.a, protocol, "notes", url.Values{"body": {fmt.Sprintf("Nota %d: o técnico passa na semana que vem e leva a peça nova.\nE o manual.", i+1)}})
	}
	ana := c.tab(t, c.a, "ana")
	ana.visit("/tickets/" + protocol)
	ana.live()

	b := newDeskOfBruno(t, c, protocol)
	id := one[uuid.UUID](t, c, "SELECT id FROM ticket WHERE protocol = $1", protocol).String()
	row := fmt.Sprintf(`document.getElementById("ticket-%s")`, id)
	talk := `document.getElementById("timeline").innerText.includes(%q)`
	is := `document.querySelector("#ticket-facts .badge").dataset.status === %q`

	reply := "Marta, o técnico chega às 14 h. " + uuid.NewString()[:8]
	ana.fill("#body", reply)
	b.sees("a reply", fmt.Sprintf(talk, reply), row+`.dataset.version > before`, "", func() { ana.press("Ctrl Enter") })

	ana.opensSheet("transfer")
	ana.choose("#sheet-department_id", one[uuid.UUID](t, c, "SELECT id FROM department WHERE name = 'Garantia'").String())
	ana.fill("#sheet-reason", "Ainda está na garantia")
	b.sees("a transfer", `document.getElementById("ticket-facts").innerText.includes("Garantia")`, row+`.innerText.includes("Garantia")`, "", ana.sendsSheet)

	ana.opensSheet("escalation")
	ana.fill("#sheet-reason", "Parada há dois dias")
	b.sees("an escalation", fmt.Sprintf(is, "escalated"), row+`.dataset.status === "escalated"`, "", ana.sendsSheet)

	ana.opensSheet("closure")
	b.sees("a closing", fmt.Sprintf(is, "closed"), row+`.dataset.status === "closed"`, "!"+row, ana.sendsSheet)

	ana.opensSheet("reopening")
	b.sees("a reopening", fmt.Sprintf(is, "open"), row+`.dataset.status === "open"`, row, ana.sendsSheet)

	b.report()
	// And what was half typed all the while can still be sent
	b.writing.press("Ctrl Enter")
	ana.until(fmt.Sprintf(talk, b.half))
}

// live waits until the tab hears of changes.
func (b *tab) live() {
	b.t.Helper()
	b.until(`document.querySelector("[data-live-state]")?.dataset.state === "live"`)
}

// opensSheet opens the dialog of an action on the ticket.
func (b *tab) opensSheet(action string) {
	b.t.Helper()
	link := fmt.Sprintf(`main a[href$="/%s"]`, action)
	if b.eval(fmt.Sprintf(`[...document.querySelectorAll(%q)].some((a) => a.checkVisibility())`, link)) != "true" {
		b.click(`[popovertarget="ticket-more"]`)
	}
	b.click(link)
	b.until(fmt.Sprintf(`document.getElementById("sheet").open && document.querySelector('#sheet form[action$="/%s"]')`, action))
}

// sendsSheet sends the dialog's form.
func (b *tab) sendsSheet() {
	b.t.Helper()
	b.click(`#sheet form button[type="submit"]`)
}

// choose chooses by value.
func (b *tab) choose(selector, value string) {
	b.t.Helper()
	b.do(chromedp.SetValue(chromedp.CSS(selector), value))
	b.run(fmt.Sprintf(`document.querySelector(%q).dispatchEvent(new Event("change", {bubbles: true}))`, selector))
}

// deskOfBruno is what Bruno has open on the second instance: the ticket twice,
// half a reply in one and words selected in the other, and the grid twice, half
// a search in one and words selected in the other.
type deskOfBruno struct {
	t                                    *testing.T
	writing, reading, searching, looking *tab
	half                                 string
	tookTicket, tookGrid                 []time.Duration
}

func newDeskOfBruno(t *testing.T, c *company, protocol string) *deskOfBruno {
	t.Helper()
	d := &deskOfBruno{t: t, half: "Bom dia, Marta. A peça"}
	d.writing = c.tab(t, c.b, "bruno")
	d.writing.visit("/tickets/" + protocol)
	d.writing.live()
	d.writing.click("#body")
	d.writing.types(d.half)
	d.writing.run(`const f = document.getElementById("body"); f.setSelectionRange(7, 10); window.mine = f; scrollTo(0, 300);
		window.anchor = document.querySelectorAll("#timeline .entry")[6];`)

	d.reading = c.tabIn(t, d.writing.ctx, c.b, "bruno")
	d.reading.visit("/tickets/" + protocol)
	d.reading.live()
	d.reading.fill("#body", d.half)
	d.reading.run(`const e = document.querySelectorAll("#timeline .entry-text")[6];
		getSelection().selectAllChildren(e); document.activeElement.blur(); e.scrollIntoView({block: "center"}); window.mine = window.anchor = e;`)

	d.searching = c.tabIn(t, d.writing.ctx, c.b, "bruno")
	d.searching.visit("/tickets")
	d.searching.live()
	d.searching.click("input[data-search]")
	d.searching.types("câm")
	d.searching.run(`window.mine = window.anchor = document.querySelector("input[data-search]"); mine.setSelectionRange(1, 2);`)

	d.looking = c.tabIn(t, d.writing.ctx, c.b, "bruno")
	d.looking.visit("/tickets?tab=all")
	d.looking.live()
	d.looking.run(`const e = document.querySelectorAll("[data-rows] tr a.cover")[9];
		getSelection().selectAllChildren(e); window.mine = window.anchor = e; e.scrollIntoView({block: "center"});`)
	return d
}

// state is all that must not change while others work.
const state = `JSON.stringify({
	value: mine.value, from: mine.selectionStart, to: mine.selectionEnd, focus: document.activeElement === mine && document.hasFocus(),
	selected: getSelection().toString(), same: mine.isConnected, draft: document.getElementById("body")?.value,
	top: Math.round(anchor.getBoundingClientRect().top), scrolled: window.scrollY > 0})`

// sees does something and waits for it in every tab: onTicket in both of the
// ticket, inAll in the grid of all tickets, inActive in that of the active ones
// (empty for the same). Each tab notes by itself when it came.
func (d *deskOfBruno) sees(what, onTicket, inAll, inActive string, act func()) {
	d.t.Helper()
	if inActive == "" {
		inActive = inAll
	}
	type look struct {
		tab    *tab
		wanted string
		took   *[]time.Duration
		before string
	}
	looks := []look{
		{tab: d.writing, wanted: onTicket, took: &d.tookTicket}, {tab: d.reading, wanted: onTicket, took: &d.tookTicket},
		{tab: d.searching, wanted: inActive, took: &d.tookGrid}, {tab: d.looking, wanted: inAll, took: &d.tookGrid},
	}
	for i := range looks {
		looks[i].before = looks[i].tab.eval(state)
		looks[i].tab.run(fmt.Sprintf(`window.seen = 0; window.before = document.querySelector('[data-rows]') && Number((%s)?.dataset.version);
			const look = () => { if (!seen && (%s)) seen = Date.now(); }; look();
			if (seen) throw new Error("it is there already");
			window.watcher?.disconnect(); window.watcher = new MutationObserver(look);
			watcher.observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true});`,
			rowOf(looks[i].wanted), looks[i].wanted))
	}
	began := time.Now()
	act()
	for _, l := range looks {
		l.tab.until("seen")
		at, err := strconv.ParseInt(l.tab.eval("seen"), 10, 64)
		if err != nil {
			d.t.Fatal(err)
		}
		*l.took = append(*l.took, time.UnixMilli(at).Sub(began))
		if after := l.tab.eval(state); after != l.before {
			d.t.Errorf("%s touched what Bruno was doing:\n before %s\n after  %s", what, l.before, after)
		}
	}
}

// rowOf is the row that a condition speaks of, as an expression.
func rowOf(condition string) string {
	if i := strings.Index(condition, `document.getElementById("ticket-`); i >= 0 {
		row, _, _ := strings.Cut(condition[i:], ")")
		return row + ")"
	}
	return "null"
}

// report prints how long it took from Ana's key to Bruno's screen.
func (d *deskOfBruno) report() {
	for name, took := range map[string][]time.Duration{"an open ticket": d.tookTicket, "the grid": d.tookGrid} {
		slices.Sort(took)
		d.t.Logf("from one person's key to another's screen, %d times, %s: p50 %s, max %s", len(took), name, took[len(took)/2], took[len(took)-1])
	}
}
