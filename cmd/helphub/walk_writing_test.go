package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"
)

// walkWriting is what happens to words before they are sent: they survive a
// reload, are cut with a word about it when there are too many, and are gone
// from the device once the server has them.
func walkWriting(t *testing.T, c *company) {
	protocol := c.as(t, "rui").opens(t, c.a, "Máquina de gelo "+uuid.NewString()[:8])
	b := c.tab(t, c.a, "helena")
	b.visit("/tickets/" + protocol)
	b.live()
	words := "Marta, a peça chega na terça. " + uuid.NewString()[:8]
	b.fill("#body", words)
	b.do(chromedp.Reload())
	b.until(`document.getElementById("body").value !== ""`)
	b.still("#body", words)
	b.until(`document.querySelector("[data-draft-status]").innerText.startsWith("Rascunho")`)

	// Somebody else at this computer does not see it
	other := c.tabIn(t, b.ctx, c.a, "diego")
	other.visit("/tickets/" + protocol)
	other.until(`document.querySelector("[data-live-state]")`)
	other.still("#body", "")
	c.cookies(t, b, "helena")

	b.click("#body")
	b.press("Ctrl Enter")
	b.until(fmt.Sprintf(`document.getElementById("timeline").innerText.includes(%q) && document.getElementById("body").value === ""`, words))
	b.sees("Resposta registrada")
	b.do(chromedp.Reload())
	b.live()
	b.still("#body", "")
	if left := b.eval(`Object.keys(localStorage).filter((k) => k.startsWith("helphub:draft"))`); left != "" {
		t.Errorf("still on the device: %s", left)
	}

	// A note goes where notes go, whichever way it is sent
	b.click(`#composer input[name="kind"][value="note"]`)
	note := "Só para nós. " + uuid.NewString()[:8]
	b.fill("#body", note)
	b.press("Ctrl Enter")
	b.until(fmt.Sprintf(`[...document.querySelectorAll('#timeline [data-kind="note"]')].some((e) => e.innerText.includes(%q))`, note))
	if kind := one[string](t, c, "SELECT kind FROM entry WHERE body = $1", note); kind != "note" {
		t.Errorf("the note was kept as a %s", kind)
	}

	b.pastes("#body", strings.Repeat("Não gela. ", 60_000))
	b.until(`document.querySelector("#toasts .toast.warn")?.innerText.includes("foi cortado")`)
	if n := b.eval(`document.getElementById("body").value.length <= document.getElementById("body").maxLength`); n != "true" {
		t.Error("a huge paste is longer than its field")
	}
	b.calm()
}

// pastes puts text into a field as the clipboard does.
func (b *tab) pastes(selector, text string) {
	b.t.Helper()
	b.run(fmt.Sprintf(`const f = document.querySelector(%q), d = new DataTransfer(); f.focus(); d.setData("text/plain", %q);
		const e = new ClipboardEvent("paste", {clipboardData: d, bubbles: true, cancelable: true});
		if (f.dispatchEvent(e)) f.setRangeText(d.getData("text"), f.selectionStart, f.selectionEnd, "end");`, selector, text))
}

// walkPresence: who is on a ticket, and who writes on it, is known to the others
// on the ticket and in the grid, on every instance, and over when they leave.
func walkPresence(t *testing.T, c *company) {
	protocol := c.as(t, "rui").opens(t, c.a, "Ar-condicionado da sala "+uuid.NewString()[:8])
	row := fmt.Sprintf(`document.querySelector('tr[data-protocol="%s"]')`, protocol)
	b := c.tab(t, c.b, "helena")
	b.visit("/tickets/" + protocol)
	b.live()
	grid := c.tabIn(t, b.ctx, c.b, "helena")
	grid.visit("/tickets?tab=all")
	grid.live()
	grid.until(row)

	ana := c.tab(t, c.a, "ana")
	ana.visit("/tickets/" + protocol)
	ana.live()
	b.until(`document.getElementById("ticket-here").innerText.includes("Ana Ribeiro")`)
	grid.until(row + `.innerText.includes("Ana Ribeiro está vendo") || ` + row + `.textContent.includes("Ana Ribeiro está vendo")`)

	ana.click("#body")
	ana.types("Olá")
	b.until(`document.getElementById("ticket-here").innerText.includes("escrevendo")`)
	b.until(`document.getElementById("writing").innerText.includes("Ana Ribeiro está escrevendo")`)
	grid.until(row + `.textContent.includes("Ana Ribeiro está escrevendo")`)

	ana.visit("/tickets?tab=all")
	b.until(`!document.getElementById("ticket-here").innerText.includes("Ana Ribeiro")`)
	b.until(`!document.getElementById("writing").innerText.includes("Ana")`)
	grid.until("!" + row + `.textContent.includes("Ana Ribeiro está")`)
}
