package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/components"
	"helphub/internal/customer"
	"helphub/internal/live"
	"helphub/internal/locale"
	"helphub/internal/staff"
	"helphub/internal/taxid"
	"helphub/internal/ticket"
	"helphub/queries"
)

// latestTickets is how many of a customer's tickets their page shows.
const latestTickets = 15

// showCustomer is the page of one customer.
func (a *App) showCustomer(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	mark := a.Hub.Mark()
	view, err := a.customerView(r.Context(), id)
	if err != nil {
		return err
	}
	shell, err := a.shell(w, r, frame{
		Title: view.Customer.DisplayName(), Section: components.SectionCustomers, Trail: view.Trail, Class: "wide",
		Mark: mark, Topics: []live.Topic{live.Customers},
	})
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, components.Customer(shell, view))
}

// showCustomerLive is everything of the page that may change.
func (a *App) showCustomerLive(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	return a.part(w, r, live.Part{
		Topics: []live.Topic{live.Customers, live.Tickets},
		Render: func(ctx context.Context) ([]byte, error) {
			view, err := a.customerView(ctx, id)
			if err != nil {
				return nil, err
			}
			return html(ctx, components.CustomerLive(view))
		},
	})
}

// customerView reads what the page and its live part show alike: one query for
// the customer and, for who may see tickets, two more.
func (a *App) customerView(ctx context.Context, id uuid.UUID) (components.CustomerView, error) {
	row, err := a.getCustomer(ctx, id)
	if err != nil {
		return components.CustomerView{}, err
	}
	v, _ := ctx.Value(visitorKey{}).(visitor)
	l := locale.From(ctx)
	c := customerFrom(row)
	view := components.CustomerView{
		Customer: c, Created: row.CreatedAt, URL: components.CustomerPath(id, "live"),
		Title: c.DisplayName() + " · " + v.Company,
		Trail: []components.Crumb{{Text: l.T("shell.customers"), Href: "/customers"}, {Text: c.DisplayName()}},
		May: components.CustomerMay{
			Edit: v.Actor.Can(staff.CustomerWrite), Tickets: v.Actor.Can(staff.TicketRead),
			NewTicket: v.Actor.Can(staff.TicketWrite) && row.Active,
		},
	}
	if !view.May.Tickets {
		return view, nil
	}
	counts, err := a.read.CustomerCounts(ctx, queries.CustomerCountsParams{CustomerID: id, Cap: countCap + 1})
	if err != nil {
		return view, fmt.Errorf("count tickets of customer: %w", err)
	}
	tickets, err := a.read.CustomerTickets(ctx, queries.CustomerTicketsParams{CustomerID: id, RowLimit: latestTickets})
	if err != nil {
		return view, fmt.Errorf("list tickets of customer: %w", err)
	}
	view.Total, view.Active, view.More = capped(l, counts.Total), capped(l, counts.Active), counts.Total > latestTickets
	for _, k := range tickets {
		view.Tickets = append(view.Tickets, components.CustomerTicket{
			Protocol: ticket.Protocol(k.Protocol), Subject: k.Subject, Status: ticket.Status(k.Status),
			Priority: ticket.Priority(k.Priority), LastActivity: k.LastActivityAt,
		})
	}
	return view, nil
}

func (a *App) getCustomer(ctx context.Context, id uuid.UUID) (queries.GetCustomerRow, error) {
	row, err := a.read.GetCustomer(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return row, errNoPage
	}
	if err != nil {
		return row, fmt.Errorf("get customer: %w", err)
	}
	return row, nil
}

func customerFrom(r queries.GetCustomerRow) customer.Customer {
	c := customer.Customer{
		ID: r.ID, LegalName: r.LegalName, TradeName: r.TradeName, Email: r.Email, Phone: customer.Phone(r.Phone),
		Address: customer.Address{
			PostalCode: customer.PostalCode(r.PostalCode), Street: r.Street, Number: r.Number, Complement: r.Complement,
			District: r.District, City: r.City, State: r.State,
		},
		Notes: r.Notes, Active: r.Active, Version: int(r.Version),
	}
	if r.TaxID != nil {
		c.TaxID = taxid.ID(*r.TaxID)
	}
	return c
}
