package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
)

// feed is a stream that says a topic each time it is told to.
type feed struct {
	say  chan string
	down atomic.Bool
}

func (f *feed) serve(w http.ResponseWriter, r *http.Request) {
	if f.down.Load() {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	controller := http.NewResponseController(w)
	_ = controller.Flush()
	for {
		select {
		case topic := <-f.say:
			fmt.Fprintf(w, "id: 1\nevent: %s\ndata: -\n\n", topic)
			_ = controller.Flush()
		case <-r.Context().Done():
			return
		}
	}
}

// rows draws a list; each entry is id:version.
func rows(entries ...string) string {
	var out strings.Builder
	out.WriteString(`<tbody id="ticket-rows" data-rows hx-get="/rows" hx-trigger="tickets from:#live delay:50ms" hx-swap="outerMorph">`)
	for _, e := range entries {
		id, version, _ := strings.Cut(e, ":")
		fmt.Fprintf(&out, `<tr id="ticket-%s" data-version="%s"><th class="c-subject"><a class="grid-link cover" href="/t/%s">Chamado %s</a></th><td>v%s</td></tr>`, id, version, id, id, version)
	}
	out.WriteString(`</tbody>`)
	return out.String()
}

func list(entries ...string) string {
	return `<button class="strip" type="button" data-news data-one="{n} novo" data-other="{n} novos" hidden><span data-news-text></span></button>
	  <table class="grid">` + rows(entries...) + `</table>`
}

func TestALiveListTintsWhatChangedAndShowsWhatIsNew(t *testing.T) {
	f := &feed{say: make(chan string)}
	b := open(t, map[string]http.HandlerFunc{
		"GET /list": framed("/live?on=tickets", list("a:1", "b:1")),
		"GET /rows": answer(200, rows("c:1", "a:2", "b:1")),
		"GET /live": f.serve,
	})
	b.visit("/list")
	b.until(`document.querySelector(".live").dataset.state === "live"`)
	f.say <- "tickets"
	b.until(`document.getElementById("ticket-c") && document.getElementById("ticket-a").hasAttribute("data-changed")`)
	if got := b.text(`document.getElementById("ticket-b").hasAttribute("data-changed") || document.querySelector("[data-held]") !== null`); got != "false" {
		t.Error("an unchanged row is tinted, or a new one held back without a reason")
	}
	b.calm()
}

func TestNewRowsWaitBehindTheStripWhileSomebodyWalksTheRows(t *testing.T) {
	f := &feed{say: make(chan string)}
	b := open(t, map[string]http.HandlerFunc{
		"GET /list": framed("/live?on=tickets", list("a:1", "b:1")),
		"GET /rows": answer(200, rows("c:1", "a:2", "b:1")),
		"GET /live": f.serve,
	})
	b.visit("/list")
	b.until(`document.querySelector(".live").dataset.state === "live"`)
	b.keys("jj")
	b.until(`document.activeElement.textContent === "Chamado b"`)
	f.say <- "tickets"
	b.until(`document.querySelector("[data-news]").innerText.includes("1 novo")`)
	if got := b.text(`getComputedStyle(document.getElementById("ticket-c")).display + document.activeElement.textContent`); got != "noneChamado b" {
		t.Errorf("new row and focus: %q", got)
	}
	// A second change must neither let it in nor count it twice
	f.say <- "tickets"
	b.until(`document.querySelector("[data-news]").innerText.includes("1 novo")`)
	b.do(chromedp.Click(chromedp.CSS("[data-news]")))
	b.until(`getComputedStyle(document.getElementById("ticket-c")).display !== "none" && document.querySelector("[data-news]").hidden`)
	b.calm()
}

func TestTheLiveSignSaysWhenTheStreamIsAwayAndWhenItIsBack(t *testing.T) {
	f := &feed{say: make(chan string)}
	f.down.Store(true)
	b := open(t, map[string]http.HandlerFunc{
		"GET /list": framed("/live?on=tickets", list("a:1")),
		"GET /rows": answer(200, rows("a:1")),
		"GET /live": f.serve,
	})
	b.visit("/list")
	b.until(`document.querySelector(".live").dataset.state === "waiting"`)
	f.down.Store(false)
	// The page itself tries every 15 s; the test does not wait for that
	b.run(`htmx.trigger("#live", "every")`)
	b.until(`document.querySelector(".live").dataset.state === "live"`)
	if n := b.text(`document.querySelectorAll(".toast").length`); n != "0" {
		t.Errorf("a stream that is away made %s toasts", n)
	}
}
