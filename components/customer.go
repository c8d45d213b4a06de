package components

import (
	"context"
	"time"

	"helphub/internal/customer"
	"helphub/internal/taxid"
	"helphub/internal/ticket"
)

// CustomerView is one customer as their page shows it.
type CustomerView struct {
	Customer customer.Customer
	Created  time.Time
	May      CustomerMay
	// Total and Active are how many tickets there are, as shown.
	Total, Active string
	// Tickets are the latest; More says that there are others.
	Tickets []CustomerTicket
	More    bool
	// URL is the page's live part.
	URL   string
	Trail []Crumb
	// Title is the page's title; it follows the name.
	Title string
}

// CustomerMay says what the reader may do; handlers and commands decide again.
type CustomerMay struct{ Edit, Tickets, NewTicket bool }

// CustomerTicket is one of a customer's tickets.
type CustomerTicket struct {
	Protocol     ticket.Protocol
	Subject      string
	Status       ticket.Status
	Priority     ticket.Priority
	LastActivity time.Time
}

// legalLine is the legal name, when people call them by another.
func (v CustomerView) legalLine() string {
	if v.Customer.TradeName == "" || v.Customer.TradeName == v.Customer.LegalName {
		return ""
	}
	return v.Customer.LegalName
}

// ticketsPath is the list of this customer's tickets, by id, so that nobody
// of the same name is among them (D-95).
func (v CustomerView) ticketsPath(tab string) string {
	return "/tickets?customer=" + v.Customer.ID.String() + "&tab=" + tab
}

// taxIDKey is the name of the number: CPF for people, CNPJ for companies.
func taxIDKey(c customer.Customer) string {
	if c.TaxID.Kind() == taxid.Person {
		return "customer.cpf"
	}
	return "customer.cnpj"
}

// customerEmpty stands where the first ticket will.
func customerEmpty(ctx context.Context, v CustomerView) EmptyView {
	e := EmptyView{Icon: "inbox", Title: t(ctx, "customer.no_tickets"), Text: t(ctx, "customer.no_tickets_text")}
	if v.May.NewTicket {
		e.Href, e.Action = "/tickets/new?customer="+v.Customer.ID.String(), t(ctx, "customer.new_ticket")
	}
	return e
}
