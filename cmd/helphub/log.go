package main

import (
	"context"
	"io"
	"log/slog"

	"helphub/handlers"
)

// newLogger writes one line per record, whatever the record holds: both forms
// quote line breaks, so that nobody can write a line of their own (D-50).
func newLogger(to io.Writer, format string) *slog.Logger {
	var h slog.Handler
	if format == "json" {
		h = slog.NewJSONHandler(to, nil)
	} else {
		h = slog.NewTextHandler(to, nil)
	}
	return slog.New(withRequest{h})
}

// withRequest adds the id of the request that a line belongs to.
type withRequest struct{ slog.Handler }

// Handle implements slog.Handler.
func (h withRequest) Handle(ctx context.Context, r slog.Record) error {
	if id := handlers.RequestID(ctx); id != "" {
		r.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h withRequest) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withRequest{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h withRequest) WithGroup(name string) slog.Handler {
	return withRequest{h.Handler.WithGroup(name)}
}
