package main

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// walkGrid: the list of tickets keeps its place under whoever reads it, tells of
// new tickets instead of pushing, remembers its filters in the address only
// (D-88), and the browser's way back brings content, and today's (D-95).
func walkGrid(t *testing.T, c *company) {
	b := c.tab(t, c.b, "helena")
	b.visit("/tickets?tab=all")
	b.live()

	// Scrolled: nothing moves, not even when a ticket from below goes to the top
	b.run(`window.anchor = document.querySelectorAll("[data-rows] > tr")[12]; anchor.scrollIntoView({block: "start"}); scrollBy(0, -200);`)
	b.until("scrollY > 40")
	low := b.eval(`document.querySelectorAll("[data-rows] > tr")[20].dataset.protocol`)
	top := b.eval(`Math.round(anchor.getBoundingClientRect().top)`)
	c.as(t, "ana").acts(t, c.a, low, "notes", url.Values{"body": {"Sobe para o começo da lista."}})
	// It tints for a moment
	b.until(fmt.Sprintf(`document.querySelector('tr[data-protocol="%s"][data-changed]')?.compareDocumentPosition(anchor) === Node.DOCUMENT_POSITION_FOLLOWING`, low))
	if now := b.eval(`Math.round(anchor.getBoundingClientRect().top)`); now != top {
		t.Errorf("the list moved under its reader from %s to %s px", top, now)
	}

	// A new one waits behind a strip until the reader lets it in
	fresh := c.as(t, "ana").opens(t, c.a, "Novo enquanto alguém lê "+uuid.NewString()[:8])
	row := fmt.Sprintf(`document.querySelector('tr[data-protocol="%s"]')`, fresh)
	b.until(row + ` && !document.querySelector("[data-news]").hidden`)
	if told := b.text("[data-news]"); !strings.Contains(told, "novo") {
		t.Errorf("the strip says %q", told)
	}
	if now := b.eval(`Math.round(anchor.getBoundingClientRect().top)`); now != top {
		t.Errorf("the strip moved the list under its reader from %s to %s px", top, now)
	}
	if b.eval(row+".checkVisibility()") != "false" {
		t.Error("a new ticket pushed itself into a list that somebody reads")
	}
	b.click("[data-news]")
	b.until(row + `.checkVisibility() && scrollY === 0`)

	// Filters are chips, and live in the address
	b.visit("/tickets?tab=closed")
	b.visit("/tickets?tab=open")
	if now := b.text(`#ticket-tabs [aria-current]`); !strings.HasPrefix(now, "Abertos") {
		t.Errorf("the address asks for the open ones and the tab is %q", now)
	}
	b.click(`[popovertarget="ticket-filters"]`)
	b.choose(`#ticket-filters [name="priority"]`, "high")
	b.goes(func() { b.click(`#ticket-filters [type="submit"]`) })
	b.until(`new URL(location).searchParams.get("priority") === "high"`)
	b.until(`[...document.querySelectorAll("[data-rows] > tr")].every((r) => r.dataset.priority === "high" && r.dataset.status === "open")`)
	filtered := b.eval("location.search")

	// There and back again: content, filter and what changed meanwhile
	b.live()
	subject := "Mudou enquanto ninguém olhava " + uuid.NewString()[:8]
	first := b.eval(`document.querySelector("[data-rows] > tr").dataset.protocol`)
	b.goes(func() { b.click("[data-rows] > tr a.cover") })
	b.until(`location.pathname === "/tickets/` + first + `"`)
	c.as(t, "ana").acts(t, c.a, first, "edit", c.editing(t, first, url.Values{"subject": {subject}, "priority": {"high"}}))
	b.back()
	b.until(fmt.Sprintf(`location.search === %q && [...document.querySelectorAll("[data-rows] a.cover")].some((a) => a.innerText === %q)`, filtered, subject))
	b.live()

	// The same in haste, before the page had a stream
	b.visit("/tickets?tab=closed")
	b.visit("/tickets?tab=all")
	b.back()
	b.until(`location.search === "?tab=closed"`)
	b.live()
	b.back()
	b.until(fmt.Sprintf(`location.search === %q`, filtered))

	// A chip goes by a click
	b.goes(func() { b.click(`.filters .chip a, .filters a.chip, .filters li a`) })
	b.until(`!new URL(location).searchParams.has("priority")`)
}

// walkKeys is a day without a mouse: j, k, Enter, /, n, ? and Ctrl K.
func walkKeys(t *testing.T, c *company) {
	b := c.tab(t, c.a, "rui")
	// Tickets of its own: what the others do meanwhile moves none of them
	word := uuid.NewString()[:8]
	for _, subject := range []string{"Um chamado ", "Dois chamados ", "Três chamados "} {
		c.as(t, "ana").opens(t, c.a, subject+word)
	}
	list := "?q=" + word
	b.visit("/tickets" + list)
	b.live()
	current := `document.querySelector("[data-rows] > tr[data-current]")`
	b.press("j")
	b.press("j")
	b.press("j")
	b.press("k")
	b.until(current + ` === document.querySelectorAll("[data-rows] > tr")[1]`)
	second := b.eval(current + ".dataset.protocol")
	b.goes(func() { b.press("Enter") })
	b.until(`location.pathname === "/tickets/` + second + `"`)
	b.press("r")
	b.until(`document.activeElement.id === "body"`)
	b.types("nj/?")
	b.still("#body", "nj/?")
	b.back()
	b.until(fmt.Sprintf("location.search === %q", list))
	b.live()

	b.press("/")
	b.until(`document.activeElement.matches("[data-search]")`)
	b.types("freezer")
	b.goes(func() { b.press("Enter") })
	b.until(`new URL(location).searchParams.get("q") === "freezer"`)
	b.press("Ctrl k")
	b.until(`document.activeElement.matches("[data-search]")`)
	b.press("Escape")
	b.until(`!document.activeElement.matches("[data-search]")`)
	b.press("?")
	b.until(`document.getElementById("keys").open`)
	b.press("Escape")
	b.until(`!document.getElementById("keys").open`)
	b.goes(func() { b.press("n") })
	b.until(`location.pathname === "/tickets/new"`)
}

// walkTabKey opens a ticket, replies and closes it with Tab and Enter only, and
// can see at every step where it is (D-87).
func walkTabKey(t *testing.T, c *company) {
	subject := "Só com o teclado " + uuid.NewString()[:8]
	protocol := c.as(t, "rui").opens(t, c.a, subject)
	b := openTab(t, browser(t), c.a.url)
	b.visit("/login")
	b.types("joana")
	b.tabTo(`#password`)
	b.types(walkPassword)
	b.still("#password", walkPassword)
	b.goes(func() { b.press("Enter") })
	b.live()
	// The first stop is the way past the frame
	b.press("Tab")
	b.until(`document.activeElement.matches("a.skip") && document.activeElement.getBoundingClientRect().top >= 0`)
	b.press("Enter")
	b.tabTo(fmt.Sprintf(`a[href="/tickets/%s"]`, protocol))
	b.goes(func() { b.press("Enter") })
	b.live()
	b.tabTo("#body")
	b.types("Vou ver.")
	b.tabTo(`#composer button.for-reply`)
	b.press("Enter")
	b.until(`document.getElementById("timeline").innerText.includes("Vou ver.")`)
	b.run(`document.activeElement.blur()`)
	b.tabTo(`a[href="/tickets/` + protocol + `/closure"]`)
	b.press("Enter")
	b.until(`document.getElementById("sheet").open && document.getElementById("sheet").contains(document.activeElement)`)
	b.tabTo(`#sheet button[type="submit"]`)
	b.press("Enter")
	b.until(`document.querySelector("#ticket-facts .badge").dataset.status === "closed" && !document.getElementById("sheet").open`)
	// The focus is not lost with what it was on
	b.until(`document.activeElement !== null`)
}

// tabTo presses Tab until the focus is where it should be, and sees on the way
// that it is always visible.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	for range 120 {
		b.press("Tab")
		if b.eval(fmt.Sprintf(`document.activeElement.matches(%q)`, selector)) == "true" {
			return
		}
	}
	b.t.Fatalf("Tab never leads to %s; page: %s", selector, b.shown())
}
