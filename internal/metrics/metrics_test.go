package metrics

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func look(t *testing.T, r *Registry) string {
	t.Helper()
	w := httptest.NewRecorder()
	r.Handler(slog.New(slog.DiscardHandler)).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestEveryFigureIsShown(t *testing.T) {
	t.Parallel()
	r := New()
	r.Request("/tickets/{protocol}", http.MethodGet, 200, 3*time.Millisecond)
	r.Query(t.Context(), "GetTicket", time.Millisecond, nil)
	r.Query(t.Context(), "GetTicket", time.Millisecond, errors.New("gone"))
	r.Job("notify", "done", time.Millisecond)
	r.Gauge("live_streams", "Open streams.", func() float64 { return 7 })
	r.Counter("listener_reconnects_total", "Reconnections.", func() float64 { return 2 })
	r.Gauges("queue_jobs", "Jobs.", "state", func() map[string]float64 { return map[string]float64{"available": 5} })
	r.Counters("live_ended_total", "Ended.", "reason", func() map[string]float64 { return map[string]float64{"slow": 1} })
	shown := look(t, r)
	for _, want := range []string{
		`helphub_http_request_duration_seconds_count{method="GET",route="/tickets/{protocol}",status="200"} 1`,
		`helphub_query_duration_seconds_count{query="GetTicket"} 2`,
		`helphub_query_failures_total{query="GetTicket"} 1`,
		`helphub_job_duration_seconds_count{kind="notify",result="done"} 1`,
		"helphub_live_streams 7", "helphub_listener_reconnects_total 2",
		`helphub_queue_jobs{state="available"} 5`, `helphub_live_ended_total{reason="slow"} 1`, "go_goroutines ",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("%s is not shown", want)
		}
	}
}

// A client that makes up methods makes no new figures. Seen to fail without
// the switch in Request.
func TestAVisitorChoosesNoLabel(t *testing.T) {
	t.Parallel()
	r := New()
	for _, method := range []string{"BREW", "X-1", "X-2"} {
		r.Request("", method, 405, time.Millisecond)
	}
	shown := look(t, r)
	if !strings.Contains(shown, `helphub_http_request_duration_seconds_count{method="other",route="none",status="405"} 3`) || strings.Contains(shown, "BREW") {
		t.Error("methods that a client made up are labels")
	}
}
