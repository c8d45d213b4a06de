// Package metrics counts and times what the program does and shows it to a
// Prometheus server. It knows the names and kinds of figures; where they come
// from is the business of whoever hands them in, so it imports nothing of the
// house. No figure is labelled with anything a visitor can choose.
package metrics

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const namespace = "helphub"

// Registry holds the figures of one process. Its methods are safe for
// concurrent use.
type Registry struct {
	reg     *prometheus.Registry
	http    *prometheus.HistogramVec
	queries *prometheus.HistogramVec
	failed  *prometheus.CounterVec
	jobs    *prometheus.HistogramVec
}

// New returns a registry with the figures of the Go runtime and the process.
func New() *Registry {
	r := &Registry{
		reg: prometheus.NewRegistry(),
		http: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "http_request_duration_seconds", Help: "Time of finished requests, streams left out.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route", "method", "status"}),
		queries: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "query_duration_seconds", Help: "Time of database queries, by name.",
			Buckets: []float64{.0005, .002, .01, .05, .2, 1, 5},
		}, []string{"query"}),
		failed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "query_failures_total", Help: "Database queries that failed, by name.",
		}, []string{"query"}),
		jobs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "job_duration_seconds", Help: "Time of jobs worked here, by how they ended.",
			Buckets: []float64{.005, .02, .1, .5, 2, 10, 60},
		}, []string{"kind", "result"}),
	}
	r.reg.MustRegister(r.http, r.queries, r.failed, r.jobs,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// Request counts a finished request. The route is a pattern; "" is a request
// that met none.
func (r *Registry) Request(route, method string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		method = "other" // a client may send any word
	}
	r.http.WithLabelValues(route, method, strconv.Itoa(status)).Observe(took.Seconds())
}

// Query counts a database query by its name, which is one of ours.
func (r *Registry) Query(_ context.Context, name string, took time.Duration, err error) {
	r.queries.WithLabelValues(name).Observe(took.Seconds())
	if err != nil {
		r.failed.WithLabelValues(name).Inc()
	}
}

// Job counts a job that ended.
func (r *Registry) Job(kind, result string, took time.Duration) {
	r.jobs.WithLabelValues(kind, result).Observe(took.Seconds())
}

// Gauge shows what read returns each time somebody looks.
func (r *Registry) Gauge(name, help string, read func() float64) {
	r.reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, read))
}

// Counter shows what read returns, which never falls.
func (r *Registry) Counter(name, help string, read func() float64) {
	r.reg.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, read))
}

// Gauges shows one figure for each value of a label.
func (r *Registry) Gauges(name, help, label string, read func() map[string]float64) {
	r.reg.MustRegister(newGroup(name, help, label, prometheus.GaugeValue, read))
}

// Counters shows one figure that never falls for each value of a label.
func (r *Registry) Counters(name, help, label string, read func() map[string]float64) {
	r.reg.MustRegister(newGroup(name, help, label, prometheus.CounterValue, read))
}

// group is a family of figures that somebody else keeps.
type group struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func() map[string]float64
}

func newGroup(name, help, label string, kind prometheus.ValueType, read func() map[string]float64) *group {
	return &group{
		desc: prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, []string{label}, nil),
		kind: kind, read: read,
	}
}

// Describe implements prometheus.Collector.
func (g *group) Describe(to chan<- *prometheus.Desc) { to <- g.desc }

// Collect implements prometheus.Collector.
func (g *group) Collect(to chan<- prometheus.Metric) {
	for value, figure := range g.read() {
		to <- prometheus.MustNewConstMetric(g.desc, g.kind, figure, value)
	}
}

// lookTimeout is how long one look may take, and lookers how many may look at
// once.
const (
	lookTimeout = 10 * time.Second
	lookers     = 3
)

// Handler shows the figures. It asks nobody who they are: it belongs on an
// address that only the Prometheus server reaches.
func (r *Registry) Handler(log *slog.Logger) http.Handler {
	return promhttp.HandlerFor(r.reg, promhttp.HandlerOpts{
		Timeout: lookTimeout, MaxRequestsInFlight: lookers, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ErrorHandling: promhttp.ContinueOnError,
	})
}
