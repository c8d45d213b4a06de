package helpdesk

import (
	"helphub/internal/ticket"
)

// is is the ticket as an audit record keeps it.
func is(t *ticket.Ticket) map[string]any {
	return map[string]any{
		"protocol": t.Protocol, "subject": t.Subject, "description": t.Description, "status": t.Status,
		"priority": t.Priority.String(), "level": t.Level, "customer": t.Customer,
		"department": t.Department, "technician": t.Technician, "version": t.Version,
	}
}

// was is is(before), reduced to what differs from the ticket now.
func was(before, now *ticket.Ticket) map[string]any {
	all, later := is(before), is(now)
	for field, value := range all {
		if later[field] == value && field != "protocol" {
			delete(all, field)
		}
	}
	return all
}

// newsOf names a change for the people who are told of it: what somebody wrote
// comes before the status it carried.
func newsOf(action string, events []ticket.Event) string {
	switch action {
	case "ticket.replied":
		return "replied"
	case "ticket.noted":
		return "noted"
	case "ticket.heard":
		return "heard"
	case "ticket.closed", "ticket.reopened", "ticket.set_pending":
		return action[len("ticket."):]
	}
	if len(events) > 0 {
		return string(events[len(events)-1].Name)
	}
	return "edited"
}
