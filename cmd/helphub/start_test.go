package main

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helphub/internal/dbtest"
)

func TestAnEmptyFolderBecomesASiteAndStaysOne(t *testing.T) {
	t.Parallel()
	data := place(t)
	first := launch(t, own(data), "serve")
	base := first.at()
	if status, state := ready(base); status != http.StatusOK || state["ready"] != true {
		t.Errorf("ready answers %d, %v", status, state)
	}
	if login(t, base, rootUser, rootPassword) == nil {
		t.Fatal("the administrator of the environment cannot log in")
	}
	first.stop()

	// The environment is no way to change a password afterwards.
	env := append(own(data), adminPasswordVar+"=outra frase comprida")
	second := launch(t, env, "serve")
	base = second.at()
	if strings.Contains(second.saidAll(), "/setup?code=") {
		t.Error("a site that is set up asks to be set up")
	}
	if login(t, base, rootUser, "outra frase comprida") != nil {
		t.Error("starting again changed the administrator's password")
	}
	if login(t, base, rootUser, rootPassword) == nil {
		t.Error("the administrator cannot log in any more")
	}
	second.stop()
}

func TestTheSetUpLinkIsPrintedUntilSomebodyUsedIt(t *testing.T) {
	t.Parallel()
	env := []string{"DATABASE_URL=" + dbtest.DSN(t), "HELPHUB_ADDR=127.0.0.1:0"}
	a := launch(t, env, "serve", "--no-worker")
	link := a.says(`(http://\S+/setup\?code=\S+)$`)[1]
	a.at()
	// Every instance prints one of its own.
	b := launch(t, env, "serve", "--no-worker")
	other := b.says(`(http://\S+/setup\?code=\S+)$`)[1]
	b.at()
	if strings.SplitAfter(link, "code=")[1] == strings.SplitAfter(other, "code=")[1] {
		t.Error("two instances print the same code")
	}
	base, path, _ := strings.Cut(link, "/setup")
	_, code, _ := strings.Cut(path, "code=")
	c := &caller{t: t, base: base, http: stranger(t)}
	status, body := c.post("/setup", url.Values{
		"code": {code}, "company_name": {"Refrigeração Andrade"}, "name": {"Célia Prado"}, "username": {rootUser}, "password": {rootPassword},
	}, "/setup?code="+code)
	if status != http.StatusSeeOther {
		t.Fatalf("setting up answers %d: %.300s", status, body)
	}
	a.stop()
	b.stop()
	c2 := launch(t, env, "serve", "--no-worker")
	c2.at()
	if strings.Contains(c2.saidAll(), "/setup?code=") {
		t.Error("a site that is set up asks to be set up")
	}
	c2.stop()
}

// What keeps the program from starting is one line and a code.
func TestAProgramThatCannotStartSaysWhyInOneLine(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	newer := dbtest.DSN(t)
	execute(t, newer, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)")

	for _, test := range []struct {
		name string
		env  []string
		code int
		says string
	}{
		{"an address in use", []string{"HELPHUB_ADDR=" + taken.Addr().String(), "HELPHUB_DATA=" + place(t)}, exitAddress,
			taken.Addr().String() + " is in use by another program; choose another with HELPHUB_ADDR"},
		{"an address of another machine", []string{"HELPHUB_ADDR=192.0.2.1:8080", "HELPHUB_DATA=" + place(t)}, exitAddress, "cannot listen on 192.0.2.1:8080"},
		{"an address for metrics in use", []string{"HELPHUB_ADDR=127.0.0.1:0", "HELPHUB_METRICS_ADDR=" + taken.Addr().String(), "HELPHUB_DATA=" + place(t)}, exitAddress,
			"choose another with HELPHUB_METRICS_ADDR"},
		{"a folder that cannot be made", []string{"HELPHUB_ADDR=127.0.0.1:0", "HELPHUB_DATA=" + filepath.Join(file, "data")}, exitFolder, "the data folder cannot be used"},
		{"a file for a folder", []string{"HELPHUB_ADDR=127.0.0.1:0", "HELPHUB_DATA=" + file}, exitFolder, "the data folder cannot be used"},
		{"a database that is not there", []string{"HELPHUB_ADDR=127.0.0.1:0", "DATABASE_URL=postgres://u:sEcret@127.0.0.1:1/x"}, exitUnavailable,
			"the database at postgres://u:xxxxx@127.0.0.1:1/x cannot be reached"},
		{"a schema of a newer program", []string{"HELPHUB_ADDR=127.0.0.1:0", "DATABASE_URL=" + newer}, exitSchema, "newer than this program"},
		{"a setting that is none", []string{"HELPHUB_ADDR=8080"}, exitUsage, "HELPHUB_ADDR"},
		{"an administrator without a password", []string{"HELPHUB_ADDR=127.0.0.1:0", "HELPHUB_ADMIN_USER=celia", "DATABASE_URL=" + dbtest.DSN(t)}, exitUsage, adminPasswordVar},
		{"an administrator with a bad password", []string{"HELPHUB_ADDR=127.0.0.1:0", "HELPHUB_ADMIN_USER=celia", adminPasswordVar + "=celia", "DATABASE_URL=" + dbtest.DSN(t)}, exitFailed, "password: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := launch(t, test.env, "serve", "--no-worker")
			code := p.wait()
			said := strings.TrimSpace(p.saidAll())
			if code != test.code || !strings.HasPrefix(said, "helphub: ") || !strings.Contains(said, test.says) ||
				strings.Contains(said, "\n") || strings.Contains(said, "sEcret") {
				t.Errorf("ended with %d, want %d, and said %q", code, test.code, said)
			}
		})
	}
}

func TestEightMigrateAnEmptyDatabaseAtOnce(t *testing.T) {
	t.Parallel()
	env := []string{"DATABASE_URL=" + dbtest.Empty(t)}
	var all []*process
	for range 8 {
		all = append(all, launch(t, env, "migrate"))
	}
	for _, p := range all {
		if code := p.wait(); code != exitDone {
			t.Errorf("one ended with %d", code)
		}
	}
	var have, want int
	if _, err := fmt.Sscanf(all[0].saidAll(), "the schema is at version %d of %d", &have, &want); err != nil || have != want || have == 0 {
		t.Errorf("said %q: %v", all[0].saidAll(), err)
	}
}

func TestMetricsAreNotOnThePublicAddress(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	_ = free.Close()
	p := launch(t, append(own(place(t)), "DATABASE_URL="+dbtest.DSN(t), "HELPHUB_METRICS_ADDR="+addr), "serve")
	base := p.at()
	if status, _ := (&caller{t: t, base: base, http: stranger(t)}).get("/metrics"); status != http.StatusNotFound {
		t.Errorf("the public address answers %d", status)
	}
	_, _ = ready(base)
	status, body := (&caller{t: t, base: "http://" + addr, http: stranger(t)}).get("/metrics")
	if status != http.StatusOK {
		t.Fatalf("the metrics answer %d", status)
	}
	for _, name := range []string{
		`helphub_http_request_duration_seconds_count{method="GET",route="/readyz"`, "helphub_live_streams 0", "helphub_listener_reconnects_total 0",
		"helphub_listener_silence_seconds", `helphub_pool_connections{pool="write"}`, `helphub_queue_jobs{state="available"}`, "helphub_queue_oldest_seconds",
		`helphub_query_duration_seconds_count{query="GetCompany"}`,
	} {
		if !strings.Contains(body, name) {
			t.Errorf("%s is not shown", name)
		}
	}
	p.stop()
}
