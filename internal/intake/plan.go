package intake

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"helphub/internal/ticket"
)

// Kind is what a step of a replay does.
type Kind int

// The steps.
const (
	OpenIt Kind = iota + 1
	MoveIt
	PassIt       // department and technician
	PrioritizeIt // priority
)

// Step is one command of a replay.
type Step struct {
	// ID is the same in every replay of the same file: the command happens once.
	ID       uuid.UUID
	Kind     Kind
	At       time.Time
	By       string
	Line     int
	Status   ticket.Status
	Priority ticket.Priority
	Group    string
	Assignee string
}

// namespace makes the ids of steps; it never changes, or files would come in twice.
var namespace = uuid.MustParse("5b1c9c1e-6f0a-4c39-9d0c-2f7c4a4be3f1")

// plan turns an incident's rows into commands. What a row repeats of the one
// before is no command. A row that is dated before the one it follows happens
// at that one's time: the order is Mods', and a timeline does not run
// backwards. While closed, only a reopening does anything; what else such a
// row says is taken up when the incident is next open.
func plan(in Incident) []Step {
	first := in.Rows[0]
	p := planner{number: in.Number, at: first.OpenedAt, status: ticket.Open, priority: first.Priority, group: first.Group}
	p.add(OpenIt, first.Line, orElse(first.OpenedBy, first.By), "open")
	for _, r := range in.Rows {
		if r.At.After(p.at) {
			p.at = r.At
		}
		p.row(r)
	}
	return p.steps
}

// planner is an incident while it is replayed in thought.
type planner struct {
	number   string
	at       time.Time
	status   ticket.Status
	priority ticket.Priority
	group    string
	assignee string
	steps    []Step
}

func (p *planner) row(r Row) {
	by := orElse(r.By, r.OpenedBy)
	// What the row says is part of the name: two rows of one count and minute
	// are two changes when they differ.
	name := func(what string, value ...any) string {
		return fmt.Sprintf("%d/%d/%s/%q", r.Mods, r.At.Unix(), what, value)
	}
	if p.status == ticket.Closed {
		if r.State == ticket.Closed {
			return
		}
		p.status = ticket.Open
		p.add(MoveIt, r.Line, by, name("reopened"))
	}
	if r.Priority != p.priority {
		p.priority = r.Priority
		p.add(PrioritizeIt, r.Line, by, name("priority", r.Priority))
	}
	if r.Group != p.group || r.Assignee != p.assignee {
		p.group, p.assignee = r.Group, r.Assignee
		p.add(PassIt, r.Line, by, name("passed", r.Group, r.Assignee))
	}
	if r.State != p.status {
		p.status = r.State
		p.add(MoveIt, r.Line, by, name("moved", r.State))
	}
}

func (p *planner) add(k Kind, line int, by, name string) {
	p.steps = append(p.steps, Step{
		ID: uuid.NewSHA1(namespace, []byte(p.number+"/"+name)), Kind: k, At: p.at, By: by, Line: line,
		Status: p.status, Priority: p.priority, Group: p.group, Assignee: p.assignee,
	})
}

func orElse(name, other string) string {
	if name != "" {
		return name
	}
	if other != "" {
		return other
	}
	return "ITSM"
}
