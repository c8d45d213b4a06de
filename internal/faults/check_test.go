package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"helphub/internal/notification"
)

// finding is everything that is wrong with a snapshot.
type finding struct {
	snapshot
	lost, doubled int
	objections    []string
}

func (f *finding) objectf(format string, args ...any) {
	f.objections = append(f.objections, fmt.Sprintf(format, args...))
}

// check holds the database against the journal and against itself.
func check(s snapshot, acknowledged, refused []deed) *finding {
	f := &finding{snapshot: s}
	f.journal(acknowledged, refused)
	f.records()
	f.fields()
	f.jobsOf()
	f.told()
	return f
}

// journal: what was acknowledged is there exactly once, what was refused never.
func (f *finding) journal(acknowledged, refused []deed) {
	entries := map[uuid.UUID][]entryRow{}
	for _, e := range f.entries {
		entries[e.ID] = append(entries[e.ID], e)
	}
	var text strings.Builder // everything anybody wrote, to count seals in
	for _, e := range f.entries {
		text.WriteString(e.Text + "\n")
	}
	for _, t := range f.tickets {
		text.WriteString(t.Subject + "\n")
	}
	written := map[string]int{}
	for word := range strings.FieldsSeq(text.String()) {
		word = strings.Trim(word, `",}`)
		if strings.HasPrefix(word, "selo-") {
			written[word]++
		}
	}
	for _, d := range acknowledged {
		switch found := entries[d.form]; {
		case len(found) == 0 || written[d.seal] == 0:
			f.lost++
			f.objectf("lost: %s on %s, form %s", d.what, d.protocol, d.form)
		case len(found) > 1 || written[d.seal] > 1:
			f.doubled++
			f.objectf("doubled: %s on %s, form %s is there %d times, its words %d times", d.what, d.protocol, d.form, len(found), written[d.seal])
		case f.tickets[found[0].TicketID].Protocol != d.protocol:
			f.objectf("%s on %s is on another ticket", d.what, d.protocol)
		}
	}
	for _, d := range refused {
		if len(entries[d.form]) > 0 || written[d.seal] > 0 {
			f.objectf("refused and there: %s on %s, form %s", d.what, d.protocol, d.form)
		}
	}
}

// moment is when something happened to one ticket; a change is known by it.
type moment struct {
	ticket uuid.UUID
	at     time.Time
}

// records: every change has one audit record and at least one entry, and the
// records of a ticket count its versions up to the row's own.
func (f *finding) records() {
	audited, written, next := map[moment]int{}, map[moment]bool{}, map[uuid.UUID]int{}
	for _, e := range f.entries {
		written[moment{e.TicketID, e.CreatedAt}] = true
	}
	for _, a := range f.audits {
		m := moment{a.TicketID, a.At}
		if audited[m]++; audited[m] > 1 {
			f.objectf("the change of %s at %s has %d audit records", a.TicketID, a.At, audited[m])
		}
		if !written[m] {
			f.objectf("%s of %s is in the audit and not in the timeline", a.Action, a.TicketID)
		}
		if _, there := f.tickets[a.TicketID]; !there {
			f.objectf("%s is in the audit and there is no such ticket", a.TicketID)
		}
		next[a.TicketID]++
		if n := next[a.TicketID]; n > 1 && (state(a.Before, "version") != fmt.Sprint(n-1) || state(a.After, "version") != fmt.Sprint(n)) {
			f.objectf("record %d of %s goes from version %s to %s", n, a.TicketID, state(a.Before, "version"), state(a.After, "version"))
		}
	}
	for m := range written {
		if audited[m] == 0 {
			f.objectf("an entry of %s at %s has no audit record", m.ticket, m.at)
		}
	}
	for id, t := range f.tickets {
		if next[id] != t.Version {
			f.objectf("%s is at version %d and has %d audit records", t.Protocol, t.Version, next[id])
		}
		if (t.Status == "closed") != (t.ClosedAt != nil) {
			f.objectf("%s is %s, closed at %v", t.Protocol, t.Status, t.ClosedAt)
		}
	}
}

// fields: a row is what its last record says, and ticket_change names the
// fields that the record says have changed.
func (f *finding) fields() {
	type step struct {
		ticket  uuid.UUID
		version string
	}
	touched := map[step][]string{}
	for _, c := range f.changes {
		key := step{c.TicketID, fmt.Sprint(c.Version)}
		touched[key] = append(touched[key], c.Field)
	}
	last := map[uuid.UUID]auditRow{}
	for _, a := range f.audits {
		last[a.TicketID] = a
		if a.Action == "ticket.opened" {
			continue
		}
		var before map[string]json.RawMessage
		_ = json.Unmarshal(a.Before, &before) // What is no JSON has no fields.
		delete(before, "version")
		delete(before, "protocol")
		key := step{a.TicketID, state(a.After, "version")}
		var want []string
		for field := range before {
			want = append(want, field)
		}
		slices.Sort(want)
		slices.Sort(touched[key])
		if !slices.Equal(want, touched[key]) {
			f.objectf("%s of %s changed %v, and ticket_change says %v", a.Action, a.TicketID, want, touched[key])
		}
		delete(touched, key)
	}
	for at, fields := range touched {
		f.objectf("ticket_change holds %v of %s at version %s, which no record tells of", fields, at.ticket, at.version)
	}
	for id, a := range last {
		t := f.tickets[id]
		if a.Action == "ticket.opened" {
			continue
		}
		row := [...]string{t.Status, fmt.Sprint(t.Level), idOf(t.DepartmentID), idOf(t.TechnicianID)}
		record := [...]string{state(a.After, "status"), state(a.After, "level"), state(a.After, "department", "id"), state(a.After, "technician", "id")}
		if row != record {
			f.objectf("%s is %v and its last record says %v", t.Protocol, row, record)
		}
	}
}

// jobsOf: every change has one job that tells people, and it is done.
func (f *finding) jobsOf() {
	count := map[uuid.UUID]int{}
	for _, j := range f.jobs {
		count[j.Change]++
		if j.State != "completed" {
			f.objectf("job %d is %s", j.ID, j.State)
		}
	}
	for _, a := range f.audits {
		if count[a.ID] != 1 {
			f.objectf("%s of %s has %d jobs", a.Action, a.TicketID, count[a.ID])
		}
		delete(count, a.ID)
	}
	for change := range count {
		f.objectf("a job tells of the change %s, which never happened", change)
	}
}

// told: nobody twice, nobody of their own doing, and everybody who must be:
// those who had taken part before and those whom the job names. Who else is
// told hangs on when the job ran.
func (f *finding) told() {
	told := map[noticeRow]int{}
	for _, n := range f.notices {
		if told[n]++; told[n] > 1 {
			f.doubled++
			f.objectf("%s is told of %s %d times", n.StaffID, n.ChangeID, told[n])
		}
	}
	audits := map[uuid.UUID]auditRow{}
	for _, a := range f.audits {
		audits[a.ID] = a
	}
	for _, n := range f.notices {
		if a, ok := audits[n.ChangeID]; !ok || a.ActorID != nil && *a.ActorID == n.StaffID {
			f.objectf("%s is told of %s, their own doing or nobody's", n.StaffID, n.ChangeID)
		}
	}
	for _, j := range f.jobs {
		a := audits[j.Change]
		news := notification.News{Event: j.Event, People: f.partners(a)}
		if a.ActorID != nil {
			news.Actor = *a.ActorID
		}
		_ = json.Unmarshal(j.Also, &news.Also) // Absent is nobody.
		for _, person := range news.Told() {
			if f.readers[person] && told[noticeRow{person, j.Change}] == 0 {
				f.objectf("%s is not told of %s on %s", person, j.Event, a.TicketID)
			}
		}
	}
}

// partners are who had written on a change's ticket before it, or opened it.
func (f *finding) partners(a auditRow) (people []uuid.UUID) {
	for _, e := range f.entries {
		if e.TicketID == a.TicketID && e.AuthorID != nil && e.CreatedAt.Before(a.At) {
			people = append(people, *e.AuthorID)
		}
	}
	return people
}

// state is a value inside a record, as text.
func state(record []byte, path ...string) string {
	for _, name := range path {
		var fields map[string]json.RawMessage
		if json.Unmarshal(record, &fields) != nil {
			return ""
		}
		record = fields[name]
	}
	return string(bytes.Trim(record, `"`))
}

func idOf(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return id.String()
}
