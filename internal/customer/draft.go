package customer

import (
	"slices"
	"strings"

	"helphub/internal/fault"
	"helphub/internal/taxid"
)

// Draft is what a person types to make or change a customer, before it is
// checked. A fault's field is the name the form gives it (contract, "Daily
// work").
type Draft struct {
	LegalName  string // legal_name
	TradeName  string // trade_name
	TaxID      string // tax_id
	Email      string // email
	Phone      string // phone
	PostalCode string // postal_code
	Street     string // street
	Number     string // number
	Complement string // complement
	District   string // district
	City       string // city
	State      string // state
	Notes      string // notes
	Active     bool   // active
}

// ErrState refuses what is not one of States.
var ErrState = fault.New(fault.Invalid, "customer.state")

// ErrTaxIDTaken refuses a number that another customer has. The caller that
// finds it adds who that is as the fault's detail.
var ErrTaxIDTaken = fault.New(fault.Invalid, "customer.tax_id_taken").On("tax_id")

// Check returns the customer the draft describes, everything normalised, or
// fault.Faults in the order of the form. Only the legal name is always needed;
// the tax number is where requireTaxID says so (a setting of the company).
// ID and version are left zero: a draft does not know them.
func (d Draft) Check(requireTaxID bool) (Customer, error) {
	c := &checker{}
	made := Customer{
		LegalName: c.line("legal_name", d.LegalName, MinLegalName, MaxLegalName),
		TradeName: c.line("trade_name", d.TradeName, 0, MaxTradeName),
		TaxID:     c.taxID(d.TaxID, requireTaxID),
		Email:     kept(c, "email", d.Email, fault.Email),
		Phone:     parsed(c, "phone", d.Phone, ParsePhone),
		Address: Address{
			PostalCode: parsed(c, "postal_code", d.PostalCode, ParsePostalCode),
			Street:     c.line("street", d.Street, 0, MaxStreet),
			Number:     c.line("number", d.Number, 0, MaxNumber),
			Complement: c.line("complement", d.Complement, 0, MaxComplement),
			District:   c.line("district", d.District, 0, MaxDistrict),
			City:       c.line("city", d.City, 0, MaxCity),
			State:      parsed(c, "state", d.State, parseState),
		},
		Notes:  kept(c, "notes", d.Notes, notes),
		Active: d.Active,
	}
	if err := c.faults.Err(); err != nil {
		return Customer{}, err
	}
	return made, nil
}

// Draft is the customer as a form shows it for changing, numbers masked.
func (c Customer) Draft() Draft {
	return Draft{
		LegalName: c.LegalName, TradeName: c.TradeName, TaxID: c.TaxID.Masked(), Email: c.Email, Phone: c.Phone.Masked(),
		PostalCode: c.Address.PostalCode.Masked(), Street: c.Address.Street, Number: c.Address.Number,
		Complement: c.Address.Complement, District: c.Address.District, City: c.Address.City, State: c.Address.State,
		Notes: c.Notes, Active: c.Active,
	}
}

// checker collects what does not fit, field after field.
type checker struct{ faults fault.Faults }

func (c *checker) line(field, value string, min, max int) string {
	value, f := fault.Line(field, value, min, max)
	c.faults.Add(f)
	return value
}

func (c *checker) taxID(value string, required bool) taxid.ID {
	if required && taxid.Strip(value) == "" {
		c.faults.Add(fault.ErrRequired.On("tax_id"))
		return ""
	}
	return parsed(c, "tax_id", value, func(s string) (taxid.ID, error) {
		if taxid.Strip(s) == "" {
			return "", nil
		}
		return taxid.Parse(s)
	})
}

func kept(c *checker, field, value string, check func(field, value string) (string, *fault.Fault)) string {
	value, f := check(field, value)
	c.faults.Add(f)
	return value
}

func parsed[T ~string](c *checker, field, value string, parse func(string) (T, error)) T {
	v, err := parse(value)
	for _, f := range fault.Of(err) {
		c.faults.Add(f.On(field))
	}
	return v
}

func notes(field, value string) (string, *fault.Fault) { return fault.Text(field, value, 0, MaxNotes) }

func parseState(s string) (string, error) {
	s = strings.ToUpper(strings.TrimSpace(s))
	if s != "" && !slices.Contains(States(), s) {
		return "", ErrState
	}
	return s, nil
}
