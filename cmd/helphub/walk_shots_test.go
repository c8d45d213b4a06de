package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/jackc/pgx/v5"
)

// shotsVar names a folder for pictures: of every page, and of what a failed
// walk looked at last.
const shotsVar = "HELPHUB_SHOTS"

func saveShot(t *testing.T, dir, name string, png []byte) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // for people to look at
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil { //nolint:gosec // for people to look at
		t.Fatal(err)
	}
}

// walkShots takes a picture of every page: wide and narrow, in each theme and
// language. For people to look at, so only when somebody asked for it.
func walkShots(t *testing.T) {
	dir := os.Getenv(shotsVar)
	if dir == "" {
		t.Skip("no pictures asked for: " + shotsVar + " names no folder")
	}
	c := openCompany(t)
	b := c.tab(t, c.a, "celia")
	b.calmly()
	c.readme(t, b)
	for _, language := range []string{"pt-BR", "en"} {
		c.as(t, "celia").does(t, c.a, "/profile", url.Values{
			"name": {"Célia Prado"}, "email": {"celia@andrade.example"}, "language": {language}, "timeline_order": {"asc"},
			"version": {fmt.Sprint(one[int](t, c, "SELECT version FROM staff WHERE username = 'celia'"))},
		})
		for _, s := range c.spots(t) {
			for _, width := range []string{"1440", "390"} {
				if b.wide(); width == "390" {
					b.phone()
				}
				b.looks(s)
				for _, theme := range []string{"light", "dark", "comfort"} {
					b.run(fmt.Sprintf("document.documentElement.dataset.theme = %q", theme))
					b.shoot(fmt.Sprintf("%s-%s-%s-%s", s.name, width, theme, language))
				}
			}
		}
	}
}

// readme takes the picture of the README: a list with two people at work in it.
func (c *company) readme(t *testing.T, b *tab) {
	t.Helper()
	rows, err := c.db.Query(t.Context(), "SELECT protocol FROM ticket WHERE status <> 'closed' ORDER BY last_activity_at DESC LIMIT 6")
	if err != nil {
		t.Fatal(err)
	}
	protocols, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	ana, bruno := c.tab(t, c.b, "ana"), c.tab(t, c.b, "bruno")
	ana.visit("/tickets/" + protocols[1])
	ana.live()
	ana.click("#body")
	ana.types("Boa tarde")
	bruno.visit("/tickets/" + protocols[4])
	bruno.live()
	b.visit("/tickets")
	b.live()
	b.until(`document.querySelectorAll("[data-rows] .present").length === 2 && document.querySelector('[data-rows] [data-here="writing"]')`)
	b.shoot("readme")
	openTab(t, browser(t), c.a.url).door()
}

// door takes the picture of the login.
func (b *tab) door() {
	b.t.Helper()
	b.visit("/login")
	b.shoot("login-1440-light-pt-BR")
	b.phone()
	b.shoot("login-390-light-pt-BR")
}

// shoot keeps a picture of what the tab shows, where HELPHUB_SHOTS says.
func (b *tab) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv(shotsVar)
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatalf("take picture: %v", err)
	}
	saveShot(b.t, dir, name, png)
}
