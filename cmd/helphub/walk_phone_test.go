package main

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
)

// walkPhone: at 390 px no page scrolls sideways, and a ticket is answered and
// closed with a thumb (D-87).
func walkPhone(t *testing.T, c *company) {
	protocol := c.as(t, "rui").opens(t, c.a, "No telefone "+uuid.NewString()[:8])
	b := c.tab(t, c.a, "celia")
	b.phone()
	for _, s := range c.spots(t) {
		b.looks(s)
		// A telephone shrinks what is too wide: then the window is wider
		if wide := b.eval(`Math.max(document.documentElement.scrollWidth, innerWidth)`); wide != "390" {
			t.Errorf("%s is %s px wide", s.name, wide)
		}
	}
	b.visit("/tickets?tab=all")
	b.live()
	b.goes(func() { b.tap(fmt.Sprintf(`a[href="/tickets/%s"]`, protocol)) })
	b.live()
	b.tap(`#ticket-actions a[href="#body"]`)
	b.tap("#body")
	words := "Respondido com o polegar. " + uuid.NewString()[:8]
	b.fill("#body", words)
	b.tap("#composer button.for-reply")
	b.until(fmt.Sprintf(`document.getElementById("timeline").innerText.includes(%q)`, words))
	b.tap(`#ticket-actions a[href$="/closure"]`)
	b.until(`document.querySelector('#sheet form[action$="/closure"]')`)
	b.tap(`#sheet button[type="submit"]`)
	b.until(`document.querySelector("#ticket-summary .badge").dataset.status === "closed"`)
}
