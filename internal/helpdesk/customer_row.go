package helpdesk

import (
	"helphub/internal/customer"
	"helphub/internal/ledger"
	"helphub/internal/taxid"
	"helphub/queries"
)

// fieldsOf is a customer as its form has it, numbers as stored.
func fieldsOf(c customer.Customer) ledger.Fields {
	active := ""
	if c.Active {
		active = "1"
	}
	return ledger.Fields{
		"legal_name": c.LegalName, "trade_name": c.TradeName, "tax_id": string(c.TaxID), "email": c.Email, "phone": string(c.Phone),
		"postal_code": string(c.Address.PostalCode), "street": c.Address.Street, "number": c.Address.Number,
		"complement": c.Address.Complement, "district": c.Address.District, "city": c.Address.City, "state": c.Address.State,
		"notes": c.Notes, "active": active,
	}
}

func fromCustomerRow(r queries.GetCustomerRow) customer.Customer {
	return customer.Customer{
		ID: r.ID, LegalName: r.LegalName, TradeName: r.TradeName, TaxID: taxid.ID(textOf(r.TaxID)), Email: r.Email,
		Phone: customer.Phone(r.Phone), Notes: r.Notes, Active: r.Active, Version: int(r.Version),
		Address: customer.Address{
			PostalCode: customer.PostalCode(r.PostalCode), Street: r.Street, Number: r.Number, Complement: r.Complement,
			District: r.District, City: r.City, State: r.State,
		},
	}
}

func fromLockedRow(r queries.LockCustomerRow) customer.Customer {
	return fromCustomerRow(queries.GetCustomerRow{
		ID: r.ID, LegalName: r.LegalName, TradeName: r.TradeName, TaxID: r.TaxID, Email: r.Email, Phone: r.Phone,
		PostalCode: r.PostalCode, Street: r.Street, Number: r.Number, Complement: r.Complement, District: r.District,
		City: r.City, State: r.State, Notes: r.Notes, Active: r.Active, Version: r.Version,
	})
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func textOrNil[T ~string](s T) *string {
	if s == "" {
		return nil
	}
	text := string(s)
	return &text
}
