package main

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"helphub/internal/metrics"
	"helphub/internal/worker"
)

// meter is the figures of this process and the address they are served on. A
// meter that nobody asked for is nil: it measures nothing and costs nothing.
type meter struct {
	*metrics.Registry
	server *http.Server
}

// openMeter serves the figures when the configuration names an address for
// them. They are never on the public one.
func (p *program) openMeter(ctx context.Context) (*meter, error) {
	if p.cfg.MetricsAddr == "" {
		return nil, nil
	}
	door, err := listen(ctx, p.cfg.MetricsAddr, "HELPHUB_METRICS_ADDR")
	if err != nil {
		return nil, err
	}
	m := &meter{Registry: metrics.New()}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler(p.log))
	m.server = newServer(timed(mux, usualPace), p.log, nil)
	go func() {
		if err := m.server.Serve(door); !errors.Is(err, http.ErrServerClosed) {
			p.log.ErrorContext(ctx, "serve metrics", "error", err)
		}
	}()
	return m, nil
}

func (m *meter) close() {
	if m != nil {
		_ = m.server.Close() // A look that is cut off is repeated by who looks.
	}
}

func (m *meter) request() func(route, method string, status int, took time.Duration) {
	if m == nil {
		return nil
	}
	return func(route, method string, status int, took time.Duration) {
		if route != "/live" { // a stream's time says nothing
			m.Request(route, method, status, took)
		}
	}
}

func (m *meter) query() func(context.Context, string, time.Duration, error) {
	if m == nil {
		return nil
	}
	return m.Query
}

func (m *meter) job() func(kind, result string, took time.Duration) {
	if m == nil {
		return nil
	}
	return m.Job
}

// measureHouse shows the pools and the queue.
func (m *meter) measureHouse(h *house) {
	if m == nil {
		return
	}
	pools := func(read func(*pgxpool.Stat) float64) func() map[string]float64 {
		return func() map[string]float64 {
			return map[string]float64{"write": read(h.db.Write.Stat()), "read": read(h.db.Read.Stat())}
		}
	}
	m.Gauges("pool_connections", "Open connections of the pool.", "pool", pools(func(s *pgxpool.Stat) float64 { return float64(s.TotalConns()) }))
	m.Gauges("pool_busy_connections", "Connections in use.", "pool", pools(func(s *pgxpool.Stat) float64 { return float64(s.AcquiredConns()) }))
	m.Counters("pool_waits_total", "Times somebody waited for a connection.", "pool", pools(func(s *pgxpool.Stat) float64 { return float64(s.EmptyAcquireCount()) }))
	m.Counters("pool_wait_seconds_total", "Time spent waiting for one.", "pool", pools(func(s *pgxpool.Stat) float64 { return s.EmptyAcquireWaitTime().Seconds() }))
	queue := lookedAt(h)
	m.Gauges("queue_jobs", "Jobs in the queue by state.", "state", func() map[string]float64 {
		all := map[string]float64{}
		for state, n := range queue().Jobs {
			all[state] = float64(n)
		}
		return all
	})
	m.Gauge("queue_oldest_seconds", "How long the oldest job has waited that could have been taken.", func() float64 { return queue().Oldest.Seconds() })
}

// queueAge is how long one look at the queue serves, queueLimit how long it
// may take.
const (
	queueAge   = 5 * time.Second
	queueLimit = 2 * time.Second
)

func lookedAt(h *house) func() worker.Queue {
	var mu sync.Mutex
	var last worker.Queue
	var at time.Time
	return func() worker.Queue {
		mu.Lock()
		defer mu.Unlock()
		if time.Since(at) < queueAge {
			return last
		}
		ctx, cancel := context.WithTimeout(context.Background(), queueLimit)
		defer cancel()
		q, err := worker.LookAtQueue(ctx, h.db.Read)
		if err != nil {
			h.log.WarnContext(ctx, "measure queue", "error", err)
		}
		last, at = q, time.Now()
		return last
	}
}

// measureWeb shows the streams and the listener.
func (m *meter) measureWeb(w *web) {
	if m == nil {
		return
	}
	hub := w.hub
	m.Gauge("live_streams", "Open streams.", func() float64 { return float64(hub.Stats().Streams) })
	m.Gauge("live_people", "People with an open stream.", func() float64 { return float64(hub.Stats().People) })
	m.Gauge("live_high_water", "Most topics that ever waited for one stream.", func() float64 { return float64(hub.Stats().HighWater) })
	m.Counter("live_told_total", "Events written to streams.", func() float64 { return float64(hub.Stats().Told) })
	m.Counter("live_refused_total", "Streams refused.", func() float64 { return float64(hub.Stats().Refused) })
	m.Counter("live_doubts_total", "Times every page was told to ask again.", func() float64 { return float64(hub.Stats().Doubts) })
	m.Counters("live_ended_total", "Streams that ended, by reason.", "reason", func() map[string]float64 {
		all := map[string]float64{}
		for reason, n := range hub.Stats().Ended {
			all[reason] = float64(n)
		}
		return all
	})
	m.Counter("listener_reconnects_total", "Times the listener connected again.", func() float64 { return float64(w.listener.Reconnects()) })
	m.Gauge("listener_silence_seconds", "Time since the listener's server last answered.", func() float64 { return time.Since(w.listener.LastProof()).Seconds() })
}
