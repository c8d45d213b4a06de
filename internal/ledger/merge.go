package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/google/uuid"

	"helphub/queries"
)

// Fields are the state of a thing as its form has it: names and values, a
// ticked box "1". Audit records of things with a version hold them, so what a
// form showed can be read again.
type Fields map[string]string

// At returns the fields as an audit record keeps them, with the version they
// are the state of.
func (f Fields) At(version int) Fields {
	state := maps.Clone(f)
	state["version"] = strconv.Itoa(version)
	return state
}

// Stale is the detail of a form that was refused because somebody else changed
// the same field since it was drawn.
type Stale struct {
	// Version is the present one: the same form sent with it goes through.
	Version int
	// Merged is what the form should show now: what the person typed, and what
	// others saved in the fields the person left alone.
	Merged Fields
	// Clashes are the fields both changed, by name.
	Clashes map[string]Clash
}

// Clash is one field two people changed.
type Clash struct {
	Before string // what the form showed; empty when Known is false
	Known  bool
	Now    string
	Asked  string
	By     string // who changed it last; empty when not known
	At     time.Time
}

// Merge holds a form that was made from an older version against what others
// saved since: fields the person left alone keep what is stored, fields only
// the person changed take what they typed, fields both changed are clashes
// (contract: stale on the same field). now is the stored state and version its
// number; asked may hold fewer fields than now.
//
// What the form showed is read from the audit records. Where those are gone,
// every field that differs is a clash: the person decides.
func (c *Change) Merge(ctx context.Context, thing Thing, now, asked Fields) (Fields, *Stale, error) {
	rows, err := c.Q.ChangesSince(ctx, queries.ChangesSinceParams{
		Entity: thing.Entity, EntityID: &thing.ID, Version: int32(thing.From), //nolint:gosec // versions fit
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read changes of %s since version %d: %w", thing.Entity, thing.From, err)
	}
	past, err := pastOf(rows)
	if err != nil {
		return nil, nil, fmt.Errorf("read changes of %s: %w", thing.Entity, err)
	}
	merged, clashes := merge(past, thing.From, now, asked)
	if len(clashes) == 0 {
		return merged, nil, nil
	}
	return nil, &Stale{Version: thing.Version, Merged: merged, Clashes: clashes}, nil
}

// Thing is what a form is about: the version it was made from and the present
// one.
type Thing struct {
	Entity        string
	ID            uuid.UUID
	From, Version int
}

// past is one change since a form was drawn.
type past struct {
	before, after Fields
	by            string
	at            time.Time
}

func pastOf(rows []queries.ChangesSinceRow) ([]past, error) {
	changes := make([]past, 0, len(rows))
	for _, row := range rows {
		one := past{by: row.ActorName, at: row.At}
		if err := json.Unmarshal(row.Before, &one.before); err != nil {
			return nil, fmt.Errorf("decode state before: %w", err)
		}
		if row.After != nil {
			if err := json.Unmarshal(row.After, &one.after); err != nil {
				return nil, fmt.Errorf("decode state after: %w", err)
			}
		}
		changes = append(changes, one)
	}
	return changes, nil
}

func merge(changes []past, from int, now, asked Fields) (Fields, map[string]Clash) {
	var shown Fields
	if len(changes) > 0 && changes[0].before["version"] == strconv.Itoa(from) {
		shown = changes[0].before
	}
	merged, clashes := maps.Clone(asked), map[string]Clash{}
	for field, mine := range asked {
		was, known := shown[field]
		switch theirs := now[field]; {
		case mine == theirs || known && was == theirs:
		case known && was == mine:
			merged[field] = theirs
		default:
			clash := Clash{Before: was, Known: known, Now: theirs, Asked: mine}
			for _, p := range changes {
				if p.before[field] != p.after[field] {
					clash.By, clash.At = p.by, p.at
				}
			}
			clashes[field] = clash
		}
	}
	return merged, clashes
}
