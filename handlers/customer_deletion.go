package handlers

import (
	"net/http"

	"helphub/components"
)

// deleteCustomer deletes a customer who has no tickets; of one who has some it
// says that they are deactivated instead.
func (a *App) deleteCustomer(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	err = a.Desk.DeleteCustomer(r.Context(), visitorOf(r).Actor, id)
	if err == nil {
		return a.redirect(w, r, "/customers", "customer_deleted")
	}
	fs, ok := refusedForm(err)
	if !ok {
		return err
	}
	row, err := a.getCustomer(r.Context(), id)
	if err != nil {
		return err
	}
	return a.drawEditCustomer(w, r, statusOf(fs), row, components.CustomerForm{
		FormView: components.FormView{Version: int(row.Version), Faults: fs}, Draft: customerFrom(row).Draft(),
	})
}
