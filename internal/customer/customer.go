// Package customer is who the company works for: a person or a company, how
// they are called, reached and found on the map, and which of it may be stored.
// It knows neither rows nor forms; a Draft is what any form posts.
package customer

import (
	"github.com/google/uuid"

	"helphub/internal/taxid"
)

// Limits of a customer's texts, in characters. The database has the same.
const (
	MinLegalName  = 2
	MaxLegalName  = 160
	MaxTradeName  = 160
	MaxStreet     = 160
	MaxNumber     = 20
	MaxComplement = 80
	MaxDistrict   = 80
	MaxCity       = 80
	MaxNotes      = 5_000
)

// Customer is one customer as stored.
type Customer struct {
	ID        uuid.UUID
	LegalName string
	TradeName string   // empty when they have none
	TaxID     taxid.ID // empty is "documento pendente"
	Email     string
	Phone     Phone
	Address   Address
	Notes     string
	// Active customers are offered when a ticket is opened.
	Active  bool
	Version int
}

// DisplayName is what people call the customer: the trade name, else the legal one.
func (c Customer) DisplayName() string {
	if c.TradeName != "" {
		return c.TradeName
	}
	return c.LegalName
}

// LacksTaxID reports whether the customer is marked "documento pendente".
func (c Customer) LacksTaxID() bool { return c.TaxID == "" }

// AddressLine is the whole address on one line, empty when nothing is known.
func (c Customer) AddressLine() string { return c.Address.Line() }
