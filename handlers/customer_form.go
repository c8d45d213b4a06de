package handlers

import (
	"errors"
	"net/http"

	"helphub/components"
	"helphub/internal/customer"
	"helphub/internal/helpdesk"
	"helphub/internal/ledger"
	"helphub/internal/locale"
	"helphub/internal/staff"
	"helphub/internal/taxid"
	"helphub/queries"
)

// newCustomer is the form of a new customer.
func (a *App) newCustomer(w http.ResponseWriter, r *http.Request) error {
	return a.drawNewCustomer(w, r, http.StatusOK, components.CustomerForm{
		FormView: components.FormView{FormID: newFormID()}, Draft: customer.Draft{Active: true},
	})
}

// createCustomer makes the customer and leads to them.
func (a *App) createCustomer(w http.ResponseWriter, r *http.Request) error {
	draft := typedCustomer(r)
	draft.Active = startsActive(r)
	form, err := formIDOf(r)
	if err == nil {
		form, err = a.Desk.CreateCustomer(r.Context(), visitorOf(r).Actor, helpdesk.NewCustomer{Form: form, Draft: draft})
	}
	if err == nil {
		return a.redirect(w, r, components.CustomerPath(form, ""), "customer_created")
	}
	fs, ok := refusedForm(err)
	if !ok {
		return err
	}
	view := components.CustomerForm{FormView: components.FormView{FormID: formIDAgain(r), Faults: fs}, Draft: draft}
	if errors.Is(err, helpdesk.ErrCustomerMade) || errors.Is(err, helpdesk.ErrFormUsed) {
		view.FormID = newFormID()
	}
	return a.drawNewCustomer(w, r, statusOf(err), view)
}

func (a *App) drawNewCustomer(w http.ResponseWriter, r *http.Request, status int, form components.CustomerForm) error {
	company, err := a.read.GetCompany(r.Context())
	if err != nil {
		return err
	}
	form.Action, form.Back, form.TaxIDOptional = "/customers", "/customers", !company.RequireTaxID
	return a.drawCustomerForm(w, r, status, form, locale.From(r.Context()).T("customer.new"))
}

// editCustomer is the form of an existing customer.
func (a *App) editCustomer(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	row, err := a.getCustomer(r.Context(), id)
	if err != nil {
		return err
	}
	return a.drawEditCustomer(w, r, http.StatusOK, row, components.CustomerForm{
		FormView: components.FormView{Version: int(row.Version)}, Draft: customerFrom(row).Draft(),
	})
}

// updateCustomer saves the form. When somebody else changed the same field
// meanwhile it is shown again with both, and sent once more it goes through.
func (a *App) updateCustomer(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	draft := typedCustomer(r)
	err = a.Desk.UpdateCustomer(r.Context(), visitorOf(r).Actor, id, helpdesk.NewCustomer{Draft: draft, Version: versionOf(r)})
	if err == nil {
		return a.redirect(w, r, components.CustomerPath(id, ""), "customer_saved")
	}
	fs, ok := refusedForm(err)
	if !ok {
		return err
	}
	row, readErr := a.getCustomer(r.Context(), id)
	if readErr != nil {
		return readErr
	}
	form := components.CustomerForm{FormView: components.FormView{Version: versionOf(r), Faults: fs}, Draft: draft}
	if errors.Is(err, helpdesk.ErrVersion) {
		form.Version = int(row.Version)
	}
	if stale := staleOf(fs); stale != nil {
		form.Version, form.Draft = stale.Version, draftOf(stale.Merged)
		form.Conflict = clashes(r.Context(), stale, customerFields(locale.From(r.Context())))
	}
	return a.drawEditCustomer(w, r, statusOf(err), row, form)
}

func (a *App) drawEditCustomer(w http.ResponseWriter, r *http.Request, status int, row queries.GetCustomerRow, form components.CustomerForm) error {
	company, err := a.read.GetCompany(r.Context())
	if err != nil {
		return err
	}
	form.Name = customerFrom(row).DisplayName()
	form.Action, form.Back = components.CustomerPath(row.ID, "edit"), components.CustomerPath(row.ID, "")
	form.ID, form.MayDelete = row.ID, visitorOf(r).Actor.Can(staff.CustomerDelete)
	form.TaxIDOptional = !company.RequireTaxID || (row.Origin != nil && row.TaxID == nil)
	return a.drawCustomerForm(w, r, status, form, locale.From(r.Context()).T("ui.edit"))
}

func (a *App) drawCustomerForm(w http.ResponseWriter, r *http.Request, status int, form components.CustomerForm, here string) error {
	form.CSRF = token(r)
	if visitorOf(r).Actor.Can(staff.CustomerRead) {
		form.Others = othersOf(form.Faults, func(id string) string { return "/customers/" + id })
	}
	trail := []components.Crumb{{Text: locale.From(r.Context()).T("shell.customers"), Href: "/customers"}}
	if !form.IsNew() {
		trail = append(trail, components.Crumb{Text: form.Name, Href: form.Back})
	}
	title := here
	if form.Name != "" {
		title = here + ": " + form.Name
	}
	shell, err := a.shell(w, r, frame{
		Title: title, Section: components.SectionCustomers, Class: "pad", Trail: append(trail, components.Crumb{Text: here}),
	})
	if err != nil {
		return err
	}
	return render(w, r, status, components.CustomerFormPage(shell, form))
}

// typedCustomer is what the form posted, as it was typed.
func typedCustomer(r *http.Request) customer.Draft {
	v := r.PostFormValue
	return customer.Draft{
		LegalName: v("legal_name"), TradeName: v("trade_name"), TaxID: v("tax_id"), Email: v("email"), Phone: v("phone"),
		PostalCode: v("postal_code"), Street: v("street"), Number: v("number"), Complement: v("complement"),
		District: v("district"), City: v("city"), State: v("state"), Notes: v("notes"), Active: ticked(r, "active"),
	}
}

// draftOf is a stored state as the form shows it, numbers masked.
func draftOf(f ledger.Fields) customer.Draft {
	return customer.Customer{
		LegalName: f["legal_name"], TradeName: f["trade_name"], TaxID: taxid.ID(f["tax_id"]), Email: f["email"],
		Phone: customer.Phone(f["phone"]), Notes: f["notes"], Active: f["active"] == "1",
		Address: customer.Address{
			PostalCode: customer.PostalCode(f["postal_code"]), Street: f["street"], Number: f["number"],
			Complement: f["complement"], District: f["district"], City: f["city"], State: f["state"],
		},
	}.Draft()
}

// customerFields are the form's fields as a conflict tells of them.
func customerFields(l locale.Locale) []formField {
	return []formField{
		{"legal_name", l.T("customer.legal_name"), nil}, {"trade_name", l.T("customer.trade_name"), nil},
		{"tax_id", l.T("customer.tax_id"), func(s string) string { return taxid.ID(s).Masked() }},
		{"email", l.T("customer.email"), nil},
		{"phone", l.T("customer.phone_label"), func(s string) string { return customer.Phone(s).Masked() }},
		{"postal_code", l.T("customer.postal_code_label"), func(s string) string { return customer.PostalCode(s).Masked() }},
		{"street", l.T("customer.street"), nil}, {"number", l.T("customer.number"), nil},
		{"complement", l.T("customer.complement"), nil}, {"district", l.T("customer.district"), nil},
		{"city", l.T("customer.city"), nil}, {"state", l.T("customer.state_label"), nil},
		{"notes", l.T("customer.notes"), nil}, {"active", l.T("customer.active"), yesNo(l)},
	}
}
