package handlers

import (
	"net/http"

	"helphub/components"
	"helphub/internal/customer"
	"helphub/queries"
)

// customerOptions is how many customers a picker offers for what was typed.
const customerOptions = 20

// listCustomerOptions answers a picker: the active customers in whose name,
// number, telephone, e-mail or city what was typed occurs (D-81: no page
// carries them all). The first by name when nothing was.
func (a *App) listCustomerOptions(w http.ResponseWriter, r *http.Request) error {
	page, err := queries.ListCustomerGrid(r.Context(), a.DB.Read, queries.CustomerGrid{
		Terms: customer.ParseTerms(r.URL.Query().Get("q")), Sort: queries.CustomersByName, Limit: customerOptions,
	})
	if err != nil {
		return err
	}
	var options []components.Option
	for _, c := range page.Rows {
		var taxID *string
		if c.TaxID != "" {
			taxID = &c.TaxID
		}
		options = append(options, customerChoice(c.ID, c.DisplayName, "", taxID, c.City))
	}
	return render(w, r, http.StatusOK, components.PickerOptions(options, ""))
}
