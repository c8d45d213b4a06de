// Package staff is who may do what: the people who log in, the permissions a
// role may hold and the one policy question, Actor.Can. It knows nothing of
// passwords, sessions or rows; those are above.
package staff

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"helphub/internal/fault"
)

// Permission is one thing a role may allow, by the name it is stored under.
type Permission string

// Every permission there is. A route that needs none of them says Anyone or
// SignedIn; a test walks the router and fails on a route that says nothing.
const (
	// Anyone is for doors: setup, login, health. It is never stored in a role.
	Anyone Permission = "anyone"
	// SignedIn is for what belongs to every person with an account. Never stored.
	SignedIn Permission = "signed_in"

	TicketRead        Permission = "ticket.read"
	TicketWrite       Permission = "ticket.write"
	TicketDelete      Permission = "ticket.delete"
	CustomerRead      Permission = "customer.read"
	CustomerWrite     Permission = "customer.write"
	CustomerDelete    Permission = "customer.delete"
	VisitPerform      Permission = "visit.perform"
	VisitManageOthers Permission = "visit.manage_others"
	DepartmentManage  Permission = "department.manage"
	StaffManage       Permission = "staff.manage"
	SettingsManage    Permission = "settings.manage"
)

// Registry lists the permissions a role's form offers, in its order.
func Registry() []Permission {
	return []Permission{
		TicketRead, TicketWrite, TicketDelete,
		CustomerRead, CustomerWrite, CustomerDelete,
		VisitPerform, VisitManageOthers,
		DepartmentManage, StaffManage, SettingsManage,
	}
}

// ParsePermission reports whether a stored or posted name is a permission.
func ParsePermission(name string) (Permission, bool) {
	p := Permission(name)
	return p, slices.Contains(Registry(), p)
}

// RoleKey names a built-in role; empty for one an administrator made.
type RoleKey string

// The three built-in roles (product, "Who uses it").
const (
	Administrator RoleKey = "administrator"
	Technician    RoleKey = "technician"
	Attendant     RoleKey = "attendant"
)

// Role is a named set of permissions.
type Role struct {
	ID          uuid.UUID
	Key         RoleKey // empty for a role made by an administrator
	Name        string  // shown as is when Key is empty, else translated
	Permissions []Permission
}

// BuiltIn returns what a built-in role may do.
func BuiltIn(key RoleKey) []Permission {
	switch key {
	case Administrator:
		return Registry()
	case Technician:
		return []Permission{TicketRead, TicketWrite, CustomerRead, CustomerWrite, VisitPerform}
	case Attendant:
		return []Permission{TicketRead, TicketWrite, CustomerRead, CustomerWrite, VisitManageOthers}
	}
	return nil
}

// Actor is whoever does something: a person with a session, or the system
// itself (import, janitor), which has no id and may everything.
type Actor struct {
	ID        uuid.UUID
	Name      string
	Username  string
	Role      Role
	Session   uuid.UUID // zero outside of a browser
	IP        string    // real address of the request; empty outside of one
	UserAgent string
	RequestID string
	// System marks the program acting for itself.
	System bool
}

// System is the program acting for itself, under a name the audit shows.
func System(name string) Actor { return Actor{Name: name, System: true} }

// Can reports whether the actor may p.
func (a Actor) Can(p Permission) bool {
	switch {
	case p == Anyone || a.System:
		return true
	case a.ID == uuid.Nil:
		return false
	case p == SignedIn:
		return true
	}
	return slices.Contains(a.Role.Permissions, p)
}

// Check is Can as an error: nil or fault.ErrDenied.
func (a Actor) Check(p Permission) error {
	if !a.Can(p) {
		return fault.ErrDenied
	}
	return nil
}

// TakesWhatTheyAnswer reports whether answering a ticket nobody has makes this
// person its technician: technicians, but neither attendants (who cannot be
// one) nor those who manage everybody's work (product, "Self-service
// assignment").
func (a Actor) TakesWhatTheyAnswer() bool {
	return !a.System && a.Can(VisitPerform) && !a.Can(VisitManageOthers)
}

// Grants is the actor's permissions as one string, equal for equal sets: the
// part of a cached page's key that says what may be in it.
func (a Actor) Grants() string {
	names := make([]string, 0, len(a.Role.Permissions))
	for _, p := range a.Role.Permissions {
		names = append(names, string(p))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// Person is somebody as a page shows them.
type Person struct {
	ID     uuid.UUID
	Name   string
	Active bool
}

// Initials are the first letters of the first and last name, for an avatar.
func Initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "?"
	}
	first := firstLetter(words[0])
	if len(words) == 1 {
		return first
	}
	return first + firstLetter(words[len(words)-1])
}

func firstLetter(word string) string {
	for _, r := range word {
		return strings.ToUpper(string(r))
	}
	return ""
}

// Session limits (decision: a working week at most, a day without use).
const (
	// SessionLife is how long a session lasts at most.
	SessionLife = 12 * time.Hour
	// RememberedLife is how long it lasts when the person asked to stay signed in.
	RememberedLife = 30 * 24 * time.Hour
	// MaxSessions is how many live sessions one person keeps; the oldest ends.
	MaxSessions = 20
)
