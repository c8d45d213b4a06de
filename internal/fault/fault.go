// Package fault holds the errors a person can act on: what kind of refusal it
// is and the name of the message that explains it in their language. It is not
// for errors nobody can act on (a lost connection, a bug): those stay ordinary
// wrapped errors and reach the person only as "something broke" with a number.
package fault

import (
	"errors"
	"strings"
)

// Kind says how a refusal is answered. handlers/respond.go is the only place
// that turns one into an HTTP status.
type Kind int

// The kinds, with the status each is answered with (contract, "Answers, everywhere").
const (
	Invalid    Kind = iota + 1 // 422: something typed or chosen does not fit
	Forbidden                  // 403: the person may not
	Missing                    // 404: does not exist, or is not theirs to see
	Conflict                   // 409: the state of things does not allow it
	TooLarge                   // 413: more bytes than the limit
	TooMany                    // 429: too often
	Unentitled                 // 401: nobody is logged in, or the password is wrong
)

// Fault is one refusal. Values declared beside a rule are compared with
// errors.Is, which looks at kind and key and ignores the arguments.
type Fault struct {
	Kind Kind
	// Key is the message's name in both catalogs.
	Key string
	// Field is the form field the refusal belongs to; empty for the whole form.
	Field string
	// Args are the message's placeholders as name, value pairs.
	Args []any
	// Detail is what a page may draw besides the message, for example who
	// changed the field meanwhile. May be nil.
	Detail any
}

// New declares a fault.
func New(kind Kind, key string) *Fault { return &Fault{Kind: kind, Key: key} }

// Error names the fault for logs and tests; people see the message of Key.
func (f *Fault) Error() string {
	if f.Field != "" {
		return f.Field + ": " + f.Key
	}
	return f.Key
}

// Is reports whether target is the same refusal, whatever its arguments.
func (f *Fault) Is(target error) bool {
	other, ok := target.(*Fault)
	return ok && other.Kind == f.Kind && other.Key == f.Key
}

// With returns a copy whose message has the given name, value pairs filled in.
func (f *Fault) With(args ...any) *Fault {
	c := *f
	c.Args = args
	return &c
}

// On returns a copy that belongs to a form field.
func (f *Fault) On(field string) *Fault {
	c := *f
	c.Field = field
	return &c
}

// Detailed returns a copy that carries what a page may draw beside the message.
func (f *Fault) Detailed(detail any) *Fault {
	c := *f
	c.Detail = detail
	return &c
}

// Other is the detail of a refused duplicate: the one that exists already, for
// a link to it.
type Other struct{ ID, Name string }

// Faults are several refusals of one form, in the order of its fields.
type Faults []*Fault

// Error names them all.
func (fs Faults) Error() string {
	names := make([]string, len(fs))
	for i, f := range fs {
		names[i] = f.Error()
	}
	return strings.Join(names, "; ")
}

// Is reports whether any of them is target.
func (fs Faults) Is(target error) bool {
	for _, f := range fs {
		if f.Is(target) {
			return true
		}
	}
	return false
}

// Add appends f unless it is nil.
func (fs *Faults) Add(f *Fault) {
	if f != nil {
		*fs = append(*fs, f)
	}
}

// Err returns the collected refusals as an error, nil when there are none.
func (fs Faults) Err() error {
	if len(fs) == 0 {
		return nil
	}
	return fs
}

// Of collects the refusals in err: one, several, or none when err is not a
// fault at all.
func Of(err error) Faults {
	var many Faults
	if errors.As(err, &many) {
		return many
	}
	var one *Fault
	if errors.As(err, &one) {
		return Faults{one}
	}
	return nil
}

// KindOf returns the kind of the first refusal in err, 0 when it holds none.
func KindOf(err error) Kind {
	if fs := Of(err); len(fs) > 0 {
		return fs[0].Kind
	}
	return 0
}
