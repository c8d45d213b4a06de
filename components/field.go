package components

import (
	"strconv"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// Option is one choice of a Select or Choices.
type Option struct {
	Value string
	Text  string
	// Help is a second, quieter line; Choices and pickers show it.
	Help string
}

// Link is somewhere to go; none when Href is empty.
type Link struct{ Text, Href string }

// FieldView is one field of a form: label above, help and error below.
type FieldView struct {
	// Name is the field's name in the posted form.
	Name string
	// ID is the element's id; empty means Name. Two forms on one page need it.
	ID    string
	Label string
	Value string
	// Type is an input's type; empty means text.
	Type string
	Help string
	// Error is why the value was refused, in plain words; empty when it was not.
	Error string
	// Other is who has the value already, as a link beside the error.
	Other    Link
	Required bool
	// Max is how many characters are taken; 0 means that nothing says so.
	Max int
	// Options are the choices of a Select, Choices or picker.
	Options []Option
	// Blank is the text of a Select's empty choice; empty means there is none.
	Blank string
	// Attrs are further attributes of the control: autocomplete, inputmode,
	// placeholder, data-mask, …
	Attrs templ.Attributes
}

// FieldError is one line of an ErrorSummary.
type FieldError struct {
	Field string // id of the control; empty for the form as a whole
	Label string
	Text  string
}

func (f FieldView) id() string {
	if f.ID != "" {
		return f.ID
	}
	return f.Name
}

func (f FieldView) kind() string {
	if f.Type != "" {
		return f.Type
	}
	return "text"
}

// attributes are what a control of any kind carries.
func (f FieldView) attributes() templ.Attributes {
	a := templ.Attributes{"id": f.id(), "name": f.Name}
	if f.Required {
		a["required"] = true
	}
	if f.Max > 0 {
		a["maxlength"] = strconv.Itoa(f.Max)
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	if f.Error != "" || f.Help != "" {
		a["aria-describedby"] = f.id() + "-d"
	}
	for k, v := range f.Attrs {
		a[k] = v
	}
	return a
}

func (f FieldView) length() int { return utf8.RuneCountInString(f.Value) }
