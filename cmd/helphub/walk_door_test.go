package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// walkFirstRun is what somebody sees who has just got the program: it starts on
// an empty folder, prints a link, and the link leads to a finished page.
func walkFirstRun(t *testing.T) {
	door := launch(t, []string{"HELPHUB_DATA=" + emptyFolder(t), "HELPHUB_ADDR=127.0.0.1:0"}, "serve")
	link := door.says(`(http://\S+/setup\?code=\S+)`)[1]
	base, path, _ := strings.Cut(link, "/setup")
	b := openTab(t, browser(t), base)
	b.visit("/setup" + path)
	for field, text := range map[string]string{
		"company_name": "Refrigeração Andrade", "name": "Célia Prado", "username": "celia", "password": walkPassword,
	} {
		b.fill("#"+field, text)
	}
	b.goes(func() { b.click("main button[type=submit], form.card button[type=submit]") })
	b.until(`location.pathname === "/tickets"`)
	b.sees("Refrigeração Andrade")
	b.until(`document.querySelector("[data-live-state]").dataset.state === "live"`)
	// Empty, and says what belongs here and what to do next
	b.until(`document.querySelector("main .empty a[href='/tickets/new']")`)
	b.shoot("first-run")

	// From there to the first ticket, with its customer first
	b.goes(func() { b.click("main .empty a[href='/tickets/new']") })
	b.goes(func() { b.click("main a[href='/customers/new']") })
	b.fill("#legal_name", "Marta Oliveira")
	b.fill("#tax_id", "312.615.169-82")
	b.goes(func() { b.click(`main form[method="post"] button[type="submit"]`) })
	b.goes(func() { b.click(`main a[href^="/tickets/new?customer="]`) })
	b.fill("#subject", "Exaustor da cozinha treme")
	b.fill("#description", "Treme e faz barulho desde ontem.")
	b.goes(func() { b.click(`#ticket-form button[type="submit"]`) })
	b.sees("Chamado aberto")
	b.visit("/tickets")
	b.sees("Exaustor da cozinha treme")

	// The link worked once
	b.expects("status of 404")
	b.visit("/setup" + path)
	b.sees("404")
	b.calm()

	door.signal(syscall.SIGTERM)
	b.expects("net::")
	if code := door.wait(); code != exitDone {
		t.Errorf("after SIGTERM the program ended with %d", code)
	}
}

// emptyFolder is one that the database's user may pass through, unlike the
// test's own.
func emptyFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "helphub-walk-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // see above
		t.Fatal(err)
	}
	return filepath.Join(dir, "data")
}

func walkLogin(t *testing.T, c *company) {
	b := openTab(t, browser(t), c.a.url)
	b.visit("/tickets?tab=all")
	b.until(`location.pathname === "/login"`)
	b.fill("#username", "rui")
	b.fill("#password", "errada demais")
	b.expects("status of 401")
	b.goes(func() { b.press("Enter") })
	b.sees("Usuário ou senha não conferem.")
	if kept := b.value("#username"); kept != "rui" {
		t.Errorf("the name after a wrong password = %q", kept)
	}
	b.fill("#password", walkPassword)
	b.goes(func() { b.press("Enter") })
	// Where they wanted to go
	b.until(`location.pathname + location.search === "/tickets?tab=all"`)
	b.sees("Rui Nogueira")
	b.calm()

	// Another instance knows them too; after they leave, none does
	other := openTab(t, b.ctx, c.b.url)
	other.visit("/tickets")
	other.live()
	b.expects("401")
	other.expects("401")
	b.click("[popovertarget=you]")
	b.goes(func() { b.click("#you form[action='/logout'] button") })
	b.until(`location.pathname === "/login"`)
	other.until(`!document.getElementById("offline").hidden`)
	c.as(t, "ana").opens(t, c.a, "Depois que Rui saiu") // a list that nobody may read any more asks again
	other.until(`document.querySelector("[data-live-state]").dataset.state === "waiting"`)
	if told := other.text("#offline"); !strings.Contains(told, "Sua sessão terminou") {
		t.Errorf("the other tab is told %q", told)
	}
	// Nor does the way back show what they saw
	b.back()
	t.Logf("the way back after logging out led to the door in %s", b.until(`location.pathname === "/login"`))
	b.sees("Senha")
}
