package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"helphub/handlers"
	"helphub/internal/dbtest"
	"helphub/internal/live"
)

// D-50: a line break in a username made a log line of its own.
func TestD50NobodyWritesALogLineOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			log := newLogger(&out, format)
			forged := "ana\ntime=2026-11-23 level=INFO msg=\"all is well\"\r\n\x1b[2J\u2028"
			log.With("user", forged).WithGroup("form").ErrorContext(t.Context(), "log in "+forged, "name", forged, "error", errors.New(forged))
			line := out.String()
			if strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") || strings.ContainsAny(line[:len(line)-1], "\r\x1b\u2028") {
				t.Errorf("written: %q", line)
			}
		})
	}
}

// The id that a person is shown is in every line of their request.
func TestALogLineCarriesTheRequestsID(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	hub := live.New(live.Options{})
	_, site, err := handlers.New(handlers.Options{
		DB: dbtest.New(t), Hub: hub, Parts: live.NewParts(hub, live.PartsOptions{}), Log: newLogger(&out, "json"),
		Ready: func(context.Context) handlers.Readiness { return handlers.Readiness{Ready: true} },
	})
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, site)
	answer, err := http.Get(s.URL + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	s.Close()
	var line struct {
		Msg       string
		RequestID string `json:"request_id"`
	}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("%s: %v", out.Bytes(), err)
	}
	if line.Msg != "request" || line.RequestID == "" || line.RequestID != answer.Header.Get("X-Request-Id") {
		t.Errorf("logged %+v, answered %s", line, answer.Header.Get("X-Request-Id"))
	}
}
