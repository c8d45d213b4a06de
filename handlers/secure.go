package handlers

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/google/uuid"

	"helphub/internal/fault"
)

var zeroID uuid.UUID

type requestIDKey struct{}

// requestID names the request in its answer and in every log line. A name that
// comes from outside is not used: it could be anything.
func (a *App) requestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := strings.ToLower(rand.Text()[:16])
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

func requestIDOf(r *http.Request) string { return RequestID(r.Context()) }

// RequestID is the name of the request a context belongs to, for log lines;
// empty outside of one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// realIP finds who is asking: the peer, or what a trusted proxy says of whom
// it forwards for, read from the right (D-34).
func (a *App) realIP(next http.Handler) http.Handler {
	direct := middleware.ClientIPFromRemoteAddr(next)
	if len(a.TrustedProxies) == 0 {
		return direct
	}
	prefixes := make([]string, len(a.TrustedProxies))
	for i, p := range a.TrustedProxies {
		prefixes[i] = p.String()
	}
	forwarded := middleware.ClientIPFromXFF(prefixes...)(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Forwarded-For") != "" && a.trusts(r.RemoteAddr) {
			forwarded.ServeHTTP(w, r)
			return
		}
		direct.ServeHTTP(w, r)
	})
}

func (a *App) trusts(peer string) bool {
	addr, err := netip.ParseAddrPort(peer)
	if err != nil {
		return false
	}
	for _, p := range a.TrustedProxies {
		if p.Contains(addr.Addr().Unmap()) {
			return true
		}
	}
	return false
}

// clientIP is the real address of the request; invalid when it cannot be told.
func clientIP(r *http.Request) netip.Addr { return middleware.GetClientIPAddr(r.Context()) }

// logged writes one line per request: the route's pattern, never the path,
// which may hold what is nobody's business.
func (a *App) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(ww, r)
		if strings.HasPrefix(r.URL.Path, "/assets/") || r.URL.Path == "/healthz" {
			return
		}
		route := chi.RouteContext(r.Context()).RoutePattern()
		a.Log.InfoContext(r.Context(), "request", "method", r.Method, "route", route, "status", ww.Status(),
			"bytes", ww.BytesWritten(), "took", time.Since(began).Round(time.Microsecond), "htmx", fromHTMX(r), "ip", clientIP(r))
		if a.Observe != nil {
			a.Observe(route, r.Method, ww.Status(), time.Since(began))
		}
	})
}

// recovered turns a panic into the page for a bug; an answer already begun is cut.
func (a *App) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch p := recover(); p {
			case nil:
			case http.ErrAbortHandler:
				panic(p)
			default:
				a.fail(w, r, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

const (
	csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; form-action 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'"
	permissions = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"
	hsts        = "max-age=31536000; includeSubDomains"
)

// headers are on every answer (contract, "Answers, everywhere"). Private pages
// are never stored; files with a hash in their name say otherwise themselves.
func (a *App) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Permissions-Policy", permissions)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if a.secure {
			h.Set("Strict-Transport-Security", hsts)
		}
		next.ServeHTTP(w, r)
	})
}

// crossOrigin refuses what another site makes a browser send, whatever token
// it carries.
func (a *App) crossOrigin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	if a.PublicURL != nil {
		if err := guard.AddTrustedOrigin(a.PublicURL.Scheme + "://" + a.PublicURL.Host); err != nil {
			a.Log.Warn("public URL is no origin", "error", err)
		}
	}
	guard.SetDenyHandler(a.do(func(http.ResponseWriter, *http.Request) error { return errToken }))
	return guard.Handler(next)
}

const (
	// maxBody is the largest form we take: ten thousand characters of four
	// bytes, percent-encoded, and the fields around them.
	maxBody = 256 << 10
	maxURL  = 8 << 10
	// maxWait is how long an answer may take before the person is told to try
	// again; a stream and an export take as long as they take.
	maxWait = 30 * time.Second
)

// bounded reads a form within its limit before anything looks at it, and
// refuses a query that is not text.
func (a *App) bounded(next http.Handler) http.Handler {
	return a.do(func(w http.ResponseWriter, r *http.Request) error {
		if len(r.URL.RequestURI()) > maxURL || !textual(r) {
			return fault.ErrNotText
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if err := readForm(r); err != nil {
			return err
		}
		if r.URL.Path != "/live" && r.URL.Path != "/tickets.csv" {
			ctx, cancel := context.WithTimeout(r.Context(), maxWait)
			defer cancel()
			r = r.WithContext(ctx)
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

func readForm(r *http.Request) error {
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(maxBody)
	} else {
		err = r.ParseForm()
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", errBadForm, err)
}

// textual reports whether the path and every value of the query are readable
// text: a database refuses the rest, and nobody types it.
func textual(r *http.Request) bool {
	if !fault.Readable(r.URL.Path) {
		return false
	}
	for _, values := range r.URL.Query() {
		for _, v := range values {
			if !fault.Readable(v) {
				return false
			}
		}
	}
	return true
}
