package handlers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/a-h/templ"

	"helphub/components"
	"helphub/internal/fault"
	"helphub/internal/locale"
	"helphub/internal/postgres"
)

// Refusals that only exist over HTTP.
var (
	errNoPage   = fault.New(fault.Missing, "error.text_404")
	errMethod   = errors.New("method not allowed")
	errBadForm  = errors.New("request cannot be read")
	errToken    = errors.New("request token is missing or foreign")
	errNoPerson = fault.New(fault.Unentitled, "error.text_401")
	errTooFast  = fault.New(fault.TooMany, "error.text_429")
)

// retryAfter is what a person or a client is told to wait, in seconds, when
// the database is away: it is usually back within a few.
const retryAfter = 5

// do runs a handler and turns its error into the one answer it has.
func (a *App) do(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			a.fail(w, r, err)
		}
	}
}

// fail is the only place where an error meets HTTP. What a person can act on
// is explained; everything else is logged once with the request's id, which is
// all they see of it.
func (a *App) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
		return // nobody is there to read an answer
	}
	status := statusOf(err)
	view := components.ErrorView{Status: status, SignedIn: visitorOf(r).Actor.Session != zeroID}
	switch {
	case status >= http.StatusInternalServerError:
		view.RequestID = requestIDOf(r)
		a.Log.ErrorContext(r.Context(), "request failed", "error", err, "status", status)
		if status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
		}
	case status == http.StatusTooManyRequests:
		w.Header().Set("Retry-After", strconv.Itoa(waitOf(err)))
	}
	if fs := fault.Of(err); len(fs) > 0 && fs[0] != errNoPage {
		view.Detail = components.Message(r.Context(), fs[0])
	}
	if status == http.StatusNotFound {
		view.Detail = "" // what does not exist and what is not yours read the same
	}
	a.explain(w, r, status, view)
}

// explain draws a refusal: the error page, or for htmx a toast beside what is
// on the screen.
func (a *App) explain(w http.ResponseWriter, r *http.Request, status int, view components.ErrorView) {
	var body templ.Component
	if fromHTMX(r) {
		body = components.ToastPartial(errorToast(r, view))
	} else {
		body = components.ErrorPage(a.public(r), view)
	}
	if err := render(w, r, status, body); err != nil {
		a.Log.ErrorContext(r.Context(), "draw refusal", "error", err)
		http.Error(w, http.StatusText(status), status)
	}
}

func errorToast(r *http.Request, view components.ErrorView) components.Toast {
	l := locale.From(r.Context())
	toast := components.Toast{Kind: components.Danger, Title: l.T("error.title_" + strconv.Itoa(view.Status)), Text: view.Detail}
	if view.RequestID != "" {
		toast.Text = l.T("error.request", "id", view.RequestID)
	}
	return toast
}

// statusOf maps an error to its status; what is not a fault is a bug or a
// machine that is away.
func statusOf(err error) int {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, errBadForm):
		return http.StatusBadRequest
	case errors.Is(err, errToken):
		return http.StatusForbidden
	case errors.Is(err, errMethod):
		return http.StatusMethodNotAllowed
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Missing:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Unentitled:
		return http.StatusUnauthorized
	}
	if postgres.IsUnavailable(err) || postgres.IsRetryable(err) || errors.Is(err, context.DeadlineExceeded) {
		return http.StatusServiceUnavailable // the same request may well succeed in some seconds
	}
	return http.StatusInternalServerError
}

// waitOf is how long a refused client waits, in seconds.
func waitOf(err error) int {
	for _, f := range fault.Of(err) {
		if d, ok := f.Detail.(time.Duration); ok {
			return int((d + time.Second - 1) / time.Second)
		}
	}
	return 1
}

// again redraws a form after a refusal a person can act on: with what they
// typed and why it was refused. Any other error is passed on.
func again(w http.ResponseWriter, r *http.Request, err error, form func(fault.Faults) templ.Component) error {
	fs := fault.Of(err)
	if len(fs) == 0 || (fs[0].Kind != fault.Invalid && fs[0].Kind != fault.Conflict) {
		return err
	}
	return render(w, r, statusOf(err), form(fs))
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// render draws into memory first, so that an error in the middle can still
// become an error page.
func render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	buf, ok := buffers.Get().(*bytes.Buffer)
	if !ok {
		buf = new(bytes.Buffer)
	}
	defer buffers.Put(buf)
	buf.Reset()
	if err := c.Render(r.Context(), buf); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	if _, err := w.Write(buf.Bytes()); err != nil {
		return nil //nolint:nilerr // the reader left; there is nobody to tell
	}
	return nil
}

// html renders into bytes, for parts that are kept.
func html(ctx context.Context, c templ.Component) ([]byte, error) {
	var buf bytes.Buffer
	if err := c.Render(ctx, &buf); err != nil {
		return nil, fmt.Errorf("render part: %w", err)
	}
	return buf.Bytes(), nil
}

// fromHTMX reports whether a script of ours asks for a fragment.
func fromHTMX(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// redirect sends the browser to the result of what it posted; a message, if
// given, is shown there once.
func (a *App) redirect(w http.ResponseWriter, r *http.Request, to, message string) error {
	if message != "" {
		a.flash(w, message)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
