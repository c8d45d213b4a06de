package ticket

import "time"

// Forgotten reports whether the ticket has been waiting for the customer since
// before the given moment without a word by a person or the customer: the
// janitor may close it (product, "Status"). What the system or an editor does
// meanwhile is no word (D-21).
func (t *Ticket) Forgotten(before time.Time) bool {
	return t.Status == Pending && t.LastWord.Before(before)
}
