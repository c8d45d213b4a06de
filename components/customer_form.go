package components

import (
	"context"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"helphub/internal/customer"
	"helphub/internal/fault"
)

// CustomerForm makes or changes a customer.
type CustomerForm struct {
	FormView
	// Draft is what was typed, or what is stored.
	Draft customer.Draft
	// Name is what the customer is called now; empty for a new one.
	Name string
	// ID is the customer's; zero for a new one.
	ID uuid.UUID
	// MayDelete says that the reader may take the customer away.
	MayDelete bool
	// TaxIDOptional says that this one may lack a CPF or CNPJ.
	TaxIDOptional bool
}

// customerFields are the form's fields in its order, by group.
type customerFields struct{ identity, contact, address, rest []FieldView }

func (f customerFields) all() []FieldView {
	var all []FieldView
	for _, group := range [][]FieldView{f.identity, f.contact, f.address, f.rest} {
		all = append(all, group...)
	}
	return all
}

// noFill keeps the browser from offering the reader's own name and address:
// the form is about somebody else.
func noFill(more templ.Attributes) templ.Attributes {
	a := templ.Attributes{"autocomplete": "off"}
	for k, v := range more {
		a[k] = v
	}
	return a
}

// The longest numbers as people write them, in characters, blanks and all.
const (
	maxTypedTaxID      = 24
	maxTypedPhone      = 30
	maxTypedPostalCode = 12
)

func (f CustomerForm) fields(ctx context.Context) customerFields {
	d := f.Draft
	name := FieldView{Name: "legal_name", Label: t(ctx, "customer.legal_name"), Value: d.LegalName, Required: true, Max: customer.MaxLegalName, Attrs: noFill(nil)}
	if f.IsNew() && len(f.Faults) == 0 {
		name.Attrs["autofocus"] = true
	}
	return customerFields{
		identity: f.fill(ctx, []FieldView{
			name,
			{Name: "trade_name", Label: t(ctx, "customer.trade_name"), Value: d.TradeName, Max: customer.MaxTradeName, Attrs: noFill(nil)},
			{Name: "tax_id", Label: t(ctx, "customer.tax_id"), Value: d.TaxID, Required: !f.TaxIDOptional, Max: maxTypedTaxID,
				Help: t(ctx, "customer.tax_id_help"), Attrs: noFill(templ.Attributes{"data-mask": "tax_id", "spellcheck": "false"})},
		}),
		contact: f.fill(ctx, []FieldView{
			{Name: "email", Label: t(ctx, "customer.email"), Value: d.Email, Type: "email", Max: fault.MaxEmail, Attrs: noFill(nil)},
			{Name: "phone", Label: t(ctx, "customer.phone_label"), Value: d.Phone, Type: "tel", Max: maxTypedPhone,
				Help: t(ctx, "customer.phone_help"), Attrs: noFill(templ.Attributes{"data-mask": "phone"})},
		}),
		address: f.fill(ctx, []FieldView{
			{Name: "postal_code", Label: t(ctx, "customer.postal_code_label"), Value: d.PostalCode, Max: maxTypedPostalCode,
				Attrs: noFill(templ.Attributes{"data-mask": "postal_code", "inputmode": "numeric"})},
			{Name: "street", Label: t(ctx, "customer.street"), Value: d.Street, Max: customer.MaxStreet, Attrs: noFill(nil)},
			{Name: "number", Label: t(ctx, "customer.number"), Value: d.Number, Max: customer.MaxNumber, Attrs: noFill(nil)},
			{Name: "complement", Label: t(ctx, "customer.complement"), Value: d.Complement, Max: customer.MaxComplement, Attrs: noFill(nil)},
			{Name: "district", Label: t(ctx, "customer.district"), Value: d.District, Max: customer.MaxDistrict, Attrs: noFill(nil)},
			{Name: "city", Label: t(ctx, "customer.city"), Value: d.City, Max: customer.MaxCity, Attrs: noFill(nil)},
			{Name: "state", Label: t(ctx, "customer.state_label"), Value: d.State, Blank: "–", Options: states(), Attrs: noFill(nil)},
		}),
		rest: f.fill(ctx, []FieldView{
			{Name: "notes", Label: t(ctx, "customer.notes"), Value: d.Notes, Max: customer.MaxNotes},
			{Name: "active", Label: t(ctx, "customer.active"), Value: checked(d.Active), Help: t(ctx, "customer.active_help")},
		}),
	}
}

func states() []Option {
	var options []Option
	for _, s := range customer.States() {
		options = append(options, Option{Value: s, Text: s})
	}
	return options
}

func (f CustomerForm) title(ctx context.Context) string {
	if f.IsNew() {
		return t(ctx, "customer.new")
	}
	return f.Name
}

// intro says who the form is for; an imported customer's may stay without a
// number.
func (f CustomerForm) intro(ctx context.Context) string {
	if f.TaxIDOptional {
		return t(ctx, "customer.form_intro_optional")
	}
	return t(ctx, "customer.form_intro")
}

func (f FormView) submitText(ctx context.Context) string {
	if f.Conflict != nil {
		return t(ctx, "ui.save_anyway")
	}
	return t(ctx, "ui.save")
}
