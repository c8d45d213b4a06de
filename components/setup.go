package components

import (
	"context"

	"github.com/a-h/templ"
)

func setupFields(ctx context.Context, v SetupView) []FieldView {
	fields := []FieldView{
		{Name: "company_name", Label: t(ctx, "setup.company"), Value: v.CompanyName, Required: true, Max: 120,
			Attrs: templ.Attributes{"autocomplete": "organization", "autofocus": true}},
		{Name: "name", Label: t(ctx, "setup.name"), Value: v.Name, Required: true, Max: 120,
			Attrs: templ.Attributes{"autocomplete": "name"}},
		{Name: "email", Label: t(ctx, "setup.email"), Value: v.Email, Type: "email", Max: 254, Help: t(ctx, "setup.email_help"),
			Attrs: templ.Attributes{"autocomplete": "email"}},
		{Name: "username", Label: t(ctx, "setup.username"), Value: v.Username, Required: true, Max: 60, Help: t(ctx, "setup.username_help"),
			Attrs: templ.Attributes{"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}},
		{Name: "password", Label: t(ctx, "setup.password"), Type: "password", Required: true, Help: t(ctx, "setup.password_help"),
			Attrs: templ.Attributes{"autocomplete": "new-password"}},
	}
	for i := range fields {
		fields[i].Error = ErrorFor(ctx, v.Faults, fields[i].Name)
	}
	return fields
}
