package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// axe-core, by Deque Systems, MPL-2.0: see testdata/README.md.
//
//go:embed testdata/axe.min.js
var axeSource string

// walkAccess has axe-core judge every page by WCAG 2.2 AA, wide and narrow, in
// each theme: no violation. Seen to fail with a label, and with the contrast of
// the muted text, taken away.
func walkAccess(t *testing.T, c *company) {
	b := c.tab(t, c.a, "celia")
	b.calmly()
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: axeSource})
	spots, judged := c.spots(t), 0
	for _, s := range spots {
		b.wide()
		b.looks(s)
		for _, narrow := range []bool{false, true} {
			if narrow {
				b.phone()
			}
			judged += b.judge(s.name, narrow, "light", "")
			for _, theme := range []string{"dark", "comfort"} {
				// What a theme changes is colours
				judged += b.judge(s.name, narrow, theme, "color-contrast")
			}
		}
	}
	t.Logf("%d pages judged %d times", len(spots), judged)
}

// calmly asks the page for no motion, so that nothing is judged half-way.
func (b *tab) calmly() {
	b.t.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}})
}

func (b *tab) wide() {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(1440, 900))
}

// judge runs axe's rules, or one of them, and says what it found.
func (b *tab) judge(name string, narrow bool, theme, rule string) int {
	b.t.Helper()
	only := `{type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}`
	if rule != "" {
		only = fmt.Sprintf(`{type: "rule", values: [%q]}`, rule)
	}
	found := b.eval(fmt.Sprintf(`(async () => {
		document.documentElement.dataset.theme = %q;
		const {violations} = await axe.run(document, {runOnly: %s, resultTypes: ["violations"]});
		return JSON.stringify(violations.flatMap((v) => v.nodes.map((n) => ({rule: v.id, help: v.help, at: n.target.join(" "), html: n.html.slice(0, 200), why: n.failureSummary}))));
	})()`, theme, only))
	var violations []struct{ Rule, Help, At, HTML, Why string }
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		b.t.Fatalf("read what axe found: %v", err)
	}
	for _, v := range violations {
		width := "1440"
		if narrow {
			width = "390"
		}
		b.t.Errorf("%s, %s px, %s: %s (%s)\n    at %s\n    %s\n    %s", name, width, theme, v.Rule, v.Help, v.At, v.HTML, strings.ReplaceAll(v.Why, "\n", "\n    "))
	}
	return 1
}
