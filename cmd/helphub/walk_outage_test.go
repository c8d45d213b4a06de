package main

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/google/uuid"
)

// Whatever breaks between a page and the news, the page is right again by
// itself, and what somebody typed is still there. The walks share an instance
// that nobody else uses, because it suffers.
func walkOutages(t *testing.T, c *company) {
	s := &sufferer{t: t, company: c, protocol: c.as(t, "rui").opens(t, c.a, "Esteira do caixa "+uuid.NewString()[:8])}
	known := c.listeners(t)
	s.at = c.serve(t, "--no-worker")
	for _, pid := range c.listeners(t) {
		if !slices.Contains(known, pid) {
			s.others = known
		}
	}
	s.ticket = c.tab(t, s.at, "joana")
	s.ticket.visit("/tickets/" + s.protocol)
	s.ticket.live()
	s.words = "Ainda estou escrevendo isto"
	s.ticket.fill("#body", s.words)
	s.grid = c.tabIn(t, s.ticket.ctx, s.at, "joana")
	s.grid.visit("/tickets?tab=all")
	s.grid.live()

	s.listenerKilled()
	s.networkAway()
	s.instanceHangs()
	s.instanceDies()
	s.tabHidden()
}

type sufferer struct {
	t            *testing.T
	company      *company
	at           *instance
	others       []int // listeners of the other instances
	protocol     string
	ticket, grid *tab
	words        string
	n            int
}

// change has Ana change the ticket on an instance that is well.
func (s *sufferer) change() {
	s.t.Helper()
	s.n++
	s.company.as(s.t, "ana").acts(s.t, s.company.a, s.protocol, "notes", url.Values{"body": {s.note()}})
}

func (s *sufferer) note() string { return fmt.Sprintf("Novidade número %d.", s.n) }

// right waits until both tabs show the last change, with nothing reloaded and
// nothing lost of what was typed.
func (s *sufferer) right(after string) {
	s.t.Helper()
	took := s.ticket.until(fmt.Sprintf(`document.getElementById("timeline").innerText.includes(%q)`, s.note()))
	version := s.company.version(s.t, s.protocol)
	took = max(took, s.grid.until(fmt.Sprintf(`document.querySelector('tr[data-protocol="%s"]')?.dataset.version === "%d"`, s.protocol, version)))
	s.ticket.live()
	s.grid.live()
	s.ticket.still("#body", s.words)
	for _, b := range []*tab{s.ticket, s.grid} {
		if b.eval("window.stays") != "true" {
			s.t.Errorf("after %s a page was loaded anew", after)
		}
	}
	s.t.Logf("after %s the screen was right again in %s", after, took.Round(time.Millisecond))
}

func (s *sufferer) begin() {
	s.t.Helper()
	for _, b := range []*tab{s.ticket, s.grid} {
		b.run("window.stays = true")
	}
}

// The connection on which the instance hears of changes is cut, again and
// again, and things change while it is deaf.
func (s *sufferer) listenerKilled() {
	s.begin()
	for range 5 {
		s.company.killListener(s.t, s.others)
		s.change()
	}
	s.right("losing the listener's connection")
}

// killListener cuts the connection of the listener that is not among others.
func (c *company) killListener(t *testing.T, others []int) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		for _, pid := range c.listeners(t) {
			if !slices.Contains(others, pid) && one[bool](t, c, "SELECT pg_terminate_backend($1)", pid) {
				return
			}
		}
	}
	t.Fatal("the listener does not come back")
}

// The network is away for ten seconds, in which others work and Joana goes on
// writing, and tries to send.
func (s *sufferer) networkAway() {
	s.begin()
	for _, b := range []*tab{s.ticket, s.grid} {
		b.expects("net::ERR", "Failed to fetch", "network error", "NetworkError")
		b.offline(true)
	}
	s.ticket.until(`!document.getElementById("offline").hidden && document.querySelector("[data-live-state]").dataset.state === "offline"`)
	until, pace := time.Now().Add(10*time.Second), time.NewTicker(400*time.Millisecond)
	defer pace.Stop()
	s.ticket.press("Ctrl Enter")
	s.ticket.until(`document.querySelector("#toasts .toast.danger")`)
	s.ticket.still("#body", s.words)
	for now := range pace.C {
		if now.After(until) {
			break
		}
		s.change()
		s.ticket.press(".")
		s.words += "."
	}
	s.ticket.still("#body", s.words)
	for _, b := range []*tab{s.ticket, s.grid} {
		b.offline(false)
	}
	s.right("ten seconds without a network")
	s.ticket.until(`document.getElementById("offline").hidden`)
}

func (b *tab) offline(is bool) {
	b.t.Helper()
	conditions := []*network.Conditions{}
	if is {
		conditions = append(conditions, &network.Conditions{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
	}
	call(b, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: conditions})
	call(b, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: is, DownloadThroughput: -1, UploadThroughput: -1})
}

// The instance stands still, as a machine does that hangs or sleeps.
func (s *sufferer) instanceHangs() {
	s.begin()
	s.at.freeze()
	for range 5 {
		s.change()
	}
	s.at.thaw()
	s.right("the instance hung")
}

// The instance is killed and comes back at the same address as a new process,
// which knows nothing of what the pages have heard.
func (s *sufferer) instanceDies() {
	s.begin()
	s.at.crash()
	for _, b := range []*tab{s.ticket, s.grid} {
		b.until(`document.querySelector("[data-live-state]").dataset.state === "waiting"`)
	}
	s.change()
	s.ticket.types("…")
	s.words += "…"
	s.ticket.still("#body", s.words)
	s.at.again()
	s.right("the instance was killed and started again")
}

// The windows are minimised and shown again: htmx ends the stream of a page that
// nobody sees.
func (s *sufferer) tabHidden() {
	s.begin()
	for _, b := range []*tab{s.ticket, s.grid} {
		b.minimised(true)
		b.until("document.hidden")
	}
	s.change()
	s.change()
	for _, b := range []*tab{s.ticket, s.grid} {
		b.minimised(false)
		b.until("!document.hidden")
	}
	s.right("the tabs were hidden")
}

func (b *tab) minimised(is bool) {
	b.t.Helper()
	window, err := chromedp.CallBrowser(b.ctx, cdpbrowser.GetWindowForTarget, cdpbrowser.GetWindowForTargetParams{TargetID: chromedp.FromContext(b.ctx).Target.TargetID})
	if err != nil {
		b.t.Fatalf("find window: %v", err)
	}
	bounds := &cdpbrowser.Bounds{WindowState: cdpbrowser.WindowStateNormal}
	if is {
		bounds.WindowState = cdpbrowser.WindowStateMinimized
	}
	if _, err := chromedp.CallBrowser(b.ctx, cdpbrowser.SetWindowBounds, cdpbrowser.SetWindowBoundsParams{WindowID: window.WindowID, Bounds: bounds}); err != nil {
		b.t.Fatalf("minimise window: %v", err)
	}
}
