// Package job names the work that is done later and what it needs to be done:
// ids only, never texts, so that a queue holds nothing personal. How the work
// is done is in internal/worker.
package job

import (
	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Notify works out who is to be told of one change of a ticket and tells them.
type Notify struct {
	Change uuid.UUID `json:"change"` // the change's id: nobody is told of it twice
	Ticket uuid.UUID `json:"ticket"`
	Event  string    `json:"event"`
	// Actor is never told of what they did themselves; zero for the system.
	Actor     uuid.UUID `json:"actor"`
	ActorName string    `json:"actor_name"`
	// Also are people to tell besides those the ticket names: the technician it
	// was taken from.
	Also []uuid.UUID `json:"also,omitempty"`
}

// Kind names the job in the queue.
func (Notify) Kind() string { return "notify" }

// InsertOpts gives news to people before anything else.
func (Notify) InsertOpts() river.InsertOpts { return river.InsertOpts{Priority: 1, MaxAttempts: 10} }

// Janitor closes what has been pending for longer than the company allows.
type Janitor struct{}

// Kind names the job in the queue.
func (Janitor) Kind() string { return "janitor" }

// InsertOpts keeps one night's run from overtaking another that is not done.
func (Janitor) InsertOpts() river.InsertOpts { return nightly() }

// Sweep deletes what has expired: sessions, cookies, wrong passwords, old bells.
type Sweep struct{}

// Kind names the job in the queue.
func (Sweep) Kind() string { return "sweep" }

// InsertOpts keeps one night's run from overtaking another that is not done.
func (Sweep) InsertOpts() river.InsertOpts { return nightly() }

// nightly work comes after people's and is there once at a time. It is tried
// for two and a half hours (after attempt n it waits n to the fourth power seconds), so
// that what failed in the night is known in the morning.
func nightly() river.InsertOpts {
	return river.InsertOpts{Priority: 3, MaxAttempts: 9, UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
		rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}
