package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"helphub/internal/dbtest"
)

// server is the process id that leads the embedded database; 0 when none does.
func server(data string) int {
	f, err := os.Open(filepath.Join(data, "database", "pg", "data", "postmaster.pid"))
	if err != nil {
		return 0
	}
	defer f.Close()
	var pid int
	if _, err := fmt.Fscan(f, &pid); err != nil {
		return 0
	}
	return pid
}

func TestSeveralProcessesShareOneEmbeddedDatabase(t *testing.T) {
	t.Parallel()
	data := place(t)
	all := []*process{launch(t, own(data), "serve", "--no-worker"), launch(t, own(data), "serve", "--no-worker"), launch(t, own(data), "worker")}
	a, b := all[0].at(), all[1].at()
	all[2].says("works through the queue")
	if login(t, a, rootUser, rootPassword) == nil || login(t, b, rootUser, rootPassword) == nil {
		t.Fatal("the administrator cannot log in at both")
	}
	if code := launch(t, own(data), "db", "stop").wait(); code != exitFailed {
		t.Errorf("stopping a database in use ends with %d", code)
	}
	all[0].stop()
	all[2].stop()
	if status, _ := ready(b); status != http.StatusOK {
		t.Errorf("with the others gone the last answers %d", status)
	}
	all[1].stop()
	if pid := server(data); pid != 0 {
		t.Errorf("the last one out left the server %d running", pid)
	}
}

func TestWhatWasSavedSurvivesThePowerCut(t *testing.T) {
	t.Parallel()
	data := place(t)
	first := launch(t, own(data), "serve")
	if login(t, first.at(), rootUser, rootPassword) == nil {
		t.Fatal("the administrator cannot log in")
	}
	dsn := dsnFrom(t, data)
	execute(t, dsn, "UPDATE company SET name = 'Refrigeração Andrade'")
	first.kill()
	if err := syscall.Kill(-server(data), syscall.SIGKILL); err != nil {
		t.Fatalf("kill database: %v", err)
	}
	second := launch(t, own(data), "serve")
	base := second.at()
	if login(t, base, rootUser, rootPassword) == nil {
		t.Error("the administrator is gone")
	}
	if _, page := (&caller{t: t, base: base, http: stranger(t)}).get("/login"); !strings.Contains(page, "Refrigeração Andrade") {
		t.Error("what was saved last is gone")
	}
	second.kill()

	// The server runs on after its last client was killed, until told.
	if code := launch(t, own(data), "db", "stop").wait(); code != exitDone {
		t.Errorf("stopping the left database ends with %d", code)
	}
	if pid := server(data); pid != 0 {
		t.Errorf("the server %d still runs", pid)
	}
}

// Nobody is there to start it again.
func TestAnEmbeddedDatabaseThatDiesIsBroughtUpAgain(t *testing.T) {
	t.Parallel()
	data := place(t)
	p := launch(t, own(data), "serve")
	base := p.at()
	pid := server(data)
	if err := syscall.Kill(-pid, syscall.SIGKILL); err != nil {
		t.Fatalf("kill database: %v", err)
	}
	until(t, "another server", func() bool { now := server(data); return now != 0 && now != pid })
	until(t, "a site that is ready again", func() bool { status, _ := ready(base); return status == http.StatusOK })
	if login(t, base, rootUser, rootPassword) == nil {
		t.Error("the administrator is gone")
	}
	p.stop()
}

// The bell at B rings for what was done at A, by way of a worker that is
// neither.
func TestAWorkerApartTellsPeopleOnOtherInstances(t *testing.T) {
	t.Parallel()
	dsn := dbtest.DSN(t)
	env := []string{"DATABASE_URL=" + dsn, "HELPHUB_ADDR=127.0.0.1:0", adminPasswordVar + "=" + rootPassword}
	finish(t, env, "demo")
	a, b := launch(t, env, "serve", "--no-worker"), launch(t, env, "serve", "--no-worker")
	ana, bruno := login(t, a.at(), "ana", rootPassword), login(t, b.at(), "bruno", rootPassword)
	if ana == nil || bruno == nil {
		t.Fatal("ana or bruno cannot log in")
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	var protocol, person, version string
	err = conn.QueryRow(t.Context(), `SELECT t.protocol, s.id::text, t.version::text FROM ticket AS t JOIN staff AS s ON s.id = t.technician_id
		WHERE s.username = 'bruno' AND t.status <> 'closed' ORDER BY t.id LIMIT 1`).Scan(&protocol, &person, &version)
	if err != nil {
		t.Fatalf("look for a ticket of bruno's: %v", err)
	}
	unread := func() (n int) {
		if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM notification WHERE staff_id = $1 AND event = 'replied'", person).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := unread()
	heard := bruno.hears("staff-" + person)
	status, body := ana.post("/tickets/"+protocol+"/replies", url.Values{
		"body": {"O técnico sai agora."}, "form_id": {"0192f3a0-0000-7000-8000-000000000001"}, "version": {version},
	}, "/tickets/new")
	if status != http.StatusSeeOther {
		t.Fatalf("replying answers %d: %.300s", status, body)
	}
	if now := unread(); now != before {
		t.Errorf("told before there is a worker: %d, then %d", before, now)
	}
	worker := launch(t, env, "worker")
	select {
	case <-heard:
	case <-time.After(patience):
		t.Fatal("bruno's page never heard of it")
	}
	if now := unread(); now != before+1 {
		t.Errorf("bruno has %d news of replies, had %d", now, before)
	}
	for _, p := range []*process{worker, a, b} {
		p.stop()
	}
}

// hears opens a stream as a page does and tells of the topic's first event
// after the stream's own.
func (c *caller) hears(topic string) <-chan struct{} {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.base+"/live?on="+topic, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = answer.Body.Close() })
	if answer.StatusCode != http.StatusOK {
		c.t.Fatalf("the stream answers %d", answer.StatusCode)
	}
	events := bufio.NewScanner(answer.Body)
	// Without a mark everything is told once at the start.
	for events.Scan() && events.Text() != "event: "+topic {
	}
	heard := make(chan struct{})
	go func() {
		for events.Scan() {
			if events.Text() == "event: "+topic {
				close(heard)
				return
			}
		}
	}()
	return heard
}
