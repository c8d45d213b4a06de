package ticket

// EventName is what happened, as stored. The words for it are in the catalogs.
type EventName string

// Everything the system writes into a timeline.
const (
	Opened      EventName = "opened"
	Edited      EventName = "edited"      // one per field
	Assigned    EventName = "assigned"    // technician set, changed or cleared
	Took        EventName = "took"        // a technician took what they answered
	Transferred EventName = "transferred" // department, level, technician, with a reason
	EscalatedTo EventName = "escalated"
	Moved       EventName = "moved" // status, by choice
	Imported    EventName = "imported"
)

// Event is one thing that happened to a ticket, stored as data and drawn in
// the reader's language. Only the fields its name needs are set.
type Event struct {
	Name  EventName `json:"-"`
	Field Field     `json:"field,omitempty"` // edited
	From  string    `json:"from,omitempty"`  // status, or the old value of a field
	To    string    `json:"to,omitempty"`

	FromDepartment *Ref   `json:"from_department,omitempty"`
	ToDepartment   *Ref   `json:"to_department,omitempty"`
	FromTechnician *Ref   `json:"from_technician,omitempty"`
	ToTechnician   *Ref   `json:"to_technician,omitempty"`
	FromLevel      Level  `json:"from_level,omitempty"`
	ToLevel        Level  `json:"to_level,omitempty"`
	Reason         string `json:"reason,omitempty"`
}

// Moving reports whether the event changed the ticket's status.
func (e Event) Moving() bool { return e.Name == Moved || e.Name == EscalatedTo }
