package ticket

import (
	"strconv"
	"time"

	"helphub/internal/fault"
	"helphub/internal/staff"
)

// The refusals of a ticket.
var (
	// ErrClosed: a closed ticket accepts nothing but reopening.
	ErrClosed = fault.New(fault.Conflict, "ticket.is_closed")
	// ErrTransition: the state does not allow the step.
	ErrTransition = fault.New(fault.Conflict, "ticket.no_transition")
	// ErrNothing: the form asks for what already is.
	ErrNothing = fault.New(fault.Invalid, "ticket.nothing_changes")
	// ErrVisitsLeft: a scheduled ticket leaves only with its visits cancelled.
	ErrVisitsLeft = fault.New(fault.Conflict, "ticket.visits_left")
	// ErrNotTechnician: the person cannot be the technician of anything.
	ErrNotTechnician = fault.New(fault.Invalid, "ticket.not_technician")
	// ErrRetractAuthor, ErrRetractLate, ErrRetractEvent, ErrRetractTwice: see Retract.
	ErrRetractAuthor = fault.New(fault.Forbidden, "ticket.retract_author")
	ErrRetractLate   = fault.New(fault.Conflict, "ticket.retract_late")
	ErrRetractEvent  = fault.New(fault.Conflict, "ticket.retract_event")
	ErrRetractTwice  = fault.New(fault.Conflict, "ticket.retract_twice")
)

// RetractionTime is how long an author may take an entry back (product, "Timeline").
const RetractionTime = 10 * time.Minute

// Say is what answering does to the ticket: nobody's ticket becomes the
// technician's who answers it, and the status moves when the person chose one;
// an empty status means none was chosen. A note alone takes nothing: it is no
// reply and changes no status (product, "Self-service assignment").
func (t *Ticket) Say(by staff.Actor, kind Kind, chosen Status, now time.Time) ([]Event, error) {
	if t.Status == Closed {
		return nil, ErrClosed
	}
	var events []Event
	if chosen != "" && chosen != t.Status {
		moved, err := t.move(chosen)
		if err != nil {
			return nil, err
		}
		events = append(events, moved...)
	}
	if kind == Reply || len(events) > 0 {
		events = append(t.taken(by), events...)
	}
	t.LastActivity, t.LastWord = now, now
	t.settle(now)
	return events, nil
}

// Hear is what the customer's own words do: a ticket that waited for them is
// open again.
func (t *Ticket) Hear(now time.Time) ([]Event, error) {
	if t.Status == Closed {
		return nil, ErrClosed
	}
	t.LastActivity, t.LastWord = now, now
	if t.Status != Pending {
		return nil, nil
	}
	t.touch(FieldStatus, string(Pending))
	t.Status = Open
	return []Event{{Name: Moved, From: string(Pending), To: string(Open)}}, nil
}

// Move is a change of status by choice: to pending, closed, or back to open.
func (t *Ticket) Move(by staff.Actor, to Status, now time.Time) ([]Event, error) {
	if t.Status == Closed && to != Open {
		return nil, ErrClosed
	}
	if t.Status == to {
		return nil, ErrTransition
	}
	events, err := t.move(to)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	events = append(t.taken(by), events...)
	t.LastActivity = now
	if !by.System {
		t.LastWord = now
	}
	t.settle(now)
	return events, nil
}

// settle keeps the closing time true to the status.
func (t *Ticket) settle(now time.Time) {
	switch {
	case t.Status != Closed:
		t.ClosedAt = time.Time{}
	case t.ClosedAt.IsZero():
		t.ClosedAt = now
	}
}

func (t *Ticket) move(to Status) ([]Event, error) {
	if to == Scheduled || to == Escalated || !t.Status.May(to) {
		return nil, ErrTransition
	}
	from := t.Status
	changed, stale := t.set(FieldStatus, string(from), string(to), false)
	if stale != nil {
		return nil, stale
	}
	if !changed {
		return nil, nil
	}
	t.Status = to
	return []Event{{Name: Moved, From: string(from), To: string(to)}}, nil
}

// taken makes the person the technician of a ticket nobody has, when their
// role is one that takes what it answers (product, "Self-service assignment").
func (t *Ticket) taken(by staff.Actor) []Event {
	if !t.Technician.None() || !by.TakesWhatTheyAnswer() {
		return nil
	}
	t.touch(FieldTechnician, "")
	t.Technician = Ref{ID: by.ID, Name: by.Name}
	return []Event{{Name: Took, ToTechnician: &Ref{ID: by.ID, Name: by.Name}}}
}

// Assign makes somebody the technician, or nobody.
func (t *Ticket) Assign(to Ref, now time.Time) ([]Event, error) {
	if t.Status == Closed {
		return nil, ErrClosed
	}
	from := t.Technician
	changed, stale := t.set(FieldTechnician, idText(from.ID), idText(to.ID), false)
	if stale != nil {
		return nil, stale
	}
	if !changed {
		return nil, nil
	}
	t.Technician = to
	t.LastActivity = now
	return []Event{{Name: Assigned, FromTechnician: &from, ToTechnician: &to}}, nil
}

// Passage is where a transfer or an escalation sends a ticket. A nil field is
// left as it is.
type Passage struct {
	Department *Ref
	Technician *Ref
	Level      Level // 0: as it is; in an escalation, one more
	Reason     string
}

// Transfer hands a ticket to a department, a level, a person, or several of them.
func (t *Ticket) Transfer(to Passage, now time.Time) ([]Event, error) {
	if t.Status == Closed {
		return nil, ErrClosed
	}
	e := Event{Name: Transferred, Reason: to.Reason}
	changed, stale := t.pass(to, &e)
	if err := stale.Err(); err != nil {
		return nil, err
	}
	if !changed {
		return nil, ErrNothing
	}
	t.LastActivity = now
	return []Event{e}, nil
}

// Escalate climbs a level (at most 3) unless one is named, and leaves the
// ticket without technician unless one is named: the one who gives it away is
// never made its owner again (D-09).
func (t *Ticket) Escalate(to Passage, now time.Time) ([]Event, error) {
	if t.Status == Closed {
		return nil, ErrClosed
	}
	if !t.Status.May(Escalated) {
		return nil, ErrTransition
	}
	if to.Level == 0 {
		to.Level = min(t.Level+1, MaxLevel)
	}
	if to.Technician == nil {
		to.Technician = &Ref{}
	}
	e := Event{Name: EscalatedTo, Reason: to.Reason, From: string(t.Status), To: string(Escalated), FromLevel: t.Level, ToLevel: to.Level}
	var stale fault.Faults
	_, f := t.set(FieldStatus, string(t.Status), string(Escalated), false)
	stale.Add(f)
	_, others := t.pass(to, &e)
	if err := append(stale, others...).Err(); err != nil {
		return nil, err
	}
	t.Status = Escalated
	t.LastActivity = now
	return []Event{e}, nil
}

// pass sets department, level and technician, writes what changed into e and
// returns what others changed meanwhile. What is asked for here was chosen, not
// repeated from the page: it never counts as left alone.
func (t *Ticket) pass(to Passage, e *Event) (changed bool, stale fault.Faults) {
	set := func(field Field, asked string, apply func()) {
		ok, f := t.set(field, t.value(field), asked, false)
		stale.Add(f)
		if ok {
			apply()
			changed = true
		}
	}
	if to.Department != nil {
		set(FieldDepartment, idText(to.Department.ID), func() {
			was := t.Department
			t.Department, e.FromDepartment, e.ToDepartment = *to.Department, &was, to.Department
		})
	}
	if to.Level != 0 {
		set(FieldLevel, strconv.Itoa(int(to.Level)), func() {
			t.Level, e.FromLevel, e.ToLevel = to.Level, t.Level, to.Level
		})
	}
	if to.Technician != nil {
		set(FieldTechnician, idText(to.Technician.ID), func() {
			was := t.Technician
			t.Technician, e.FromTechnician, e.ToTechnician = *to.Technician, &was, to.Technician
		})
	}
	return changed, stale
}

// MayRetract says whether the actor may take the entry back now: only its
// author, within RetractionTime, never an event, never on a closed ticket.
func MayRetract(e Entry, status Status, by staff.Actor, now time.Time) error {
	switch {
	case e.Kind == EventKind:
		return ErrRetractEvent
	case e.Author.None() || e.Author.ID != by.ID:
		return ErrRetractAuthor
	case status == Closed:
		return ErrClosed
	case e.Retracted():
		return ErrRetractTwice
	case now.After(e.CreatedAt.Add(RetractionTime)):
		return ErrRetractLate
	}
	return nil
}
