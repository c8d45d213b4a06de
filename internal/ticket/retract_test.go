package ticket_test

import (
	"errors"
	"testing"
	"time"

	"helphub/internal/staff"
	"helphub/internal/ticket"
)

func TestOnlyTheAuthorTakesBackWithinTenMinutes_D20(t *testing.T) {
	t.Parallel()
	reply := ticket.Entry{ID: id(50), Kind: ticket.Reply, Author: brunoRef, CreatedAt: now}
	for name, c := range map[string]struct {
		change func(*ticket.Entry)
		status ticket.Status
		by     staff.Actor
		after  time.Duration
		want   error
	}{
		"at once":                       {nil, ticket.Open, bruno, 0, nil},
		"after ten minutes":             {nil, ticket.Open, bruno, 10 * time.Minute, nil},
		"a moment later":                {nil, ticket.Open, bruno, 10*time.Minute + time.Microsecond, ticket.ErrRetractLate},
		"somebody else":                 {nil, ticket.Open, celia, 0, ticket.ErrRetractAuthor},
		"on a closed ticket":            {nil, ticket.Closed, bruno, 0, ticket.ErrClosed},
		"twice":                         {func(e *ticket.Entry) { e.RetractedAt = now }, ticket.Open, bruno, time.Minute, ticket.ErrRetractTwice},
		"an event":                      {func(e *ticket.Entry) { e.Kind = ticket.EventKind }, ticket.Open, bruno, 0, ticket.ErrRetractEvent},
		"the customer's, by nobody":     {func(e *ticket.Entry) { e.Author = ticket.Ref{Name: "Marta"} }, ticket.Open, system, 0, ticket.ErrRetractAuthor},
		"somebody else's on a closed":   {nil, ticket.Closed, celia, 0, ticket.ErrRetractAuthor},
		"a note":                        {func(e *ticket.Entry) { e.Kind = ticket.Note }, ticket.Pending, bruno, time.Minute, nil},
		"an event, by somebody else":    {func(e *ticket.Entry) { e.Kind = ticket.EventKind }, ticket.Open, celia, 0, ticket.ErrRetractEvent},
		"an old one of a closed ticket": {nil, ticket.Closed, bruno, time.Hour, ticket.ErrClosed},
	} {
		e := reply
		if c.change != nil {
			c.change(&e)
		}
		if err := ticket.MayRetract(e, c.status, c.by, now.Add(c.after)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
