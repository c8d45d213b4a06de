package components

import (
	"context"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"helphub/internal/fault"
)

// ProfileView is what somebody sets about themself.
type ProfileView struct {
	FormView
	Username                       string
	Name, Email, Phone             string
	Language, Theme, TimelineOrder string
	// CompanyLanguage is what an empty Language means, by its own name.
	CompanyLanguage string
	// Password is the form of a new password; only its refusals come back.
	Password FormView
	// Sessions is how many places they are signed in at.
	Sessions int
}

// profileFields are who one is, and how one likes to read.
type profileFields struct{ person, look []FieldView }

func (f profileFields) all() []FieldView {
	return append(append([]FieldView{}, f.person...), f.look...)
}

func (v ProfileView) fields(ctx context.Context) profileFields {
	return profileFields{
		person: v.fill(ctx, []FieldView{
			{Name: "name", Label: t(ctx, "staff.name"), Value: v.Name, Required: true, Max: maxStaffName, Attrs: templ.Attributes{"autocomplete": "name"}},
			{Name: "email", Label: t(ctx, "staff.email"), Value: v.Email, Type: "email", Max: fault.MaxEmail, Attrs: templ.Attributes{"autocomplete": "email"}},
			{Name: "phone", Label: t(ctx, "staff.phone"), Value: v.Phone, Type: "tel", Max: maxTypedPhone,
				Attrs: templ.Attributes{"autocomplete": "tel", "data-mask": "phone"}},
		}),
		look: v.fill(ctx, []FieldView{
			{Name: "theme", Label: t(ctx, "profile.theme"), Value: v.Theme, Options: []Option{
				{Value: "", Text: t(ctx, "profile.theme_system"), Help: t(ctx, "profile.theme_system_help")},
				{Value: "light", Text: t(ctx, "profile.theme_light")},
				{Value: "dark", Text: t(ctx, "profile.theme_dark")},
				{Value: "comfort", Text: t(ctx, "profile.theme_comfort"), Help: t(ctx, "profile.theme_comfort_help")},
			}},
			{Name: "timeline_order", Label: t(ctx, "profile.timeline_order"), Value: v.TimelineOrder, Options: []Option{
				{Value: "asc", Text: t(ctx, "profile.oldest_first"), Help: t(ctx, "profile.oldest_first_help")},
				{Value: "desc", Text: t(ctx, "profile.newest_first"), Help: t(ctx, "profile.newest_first_help")},
			}},
			{Name: "language", Label: t(ctx, "profile.language"), Value: v.Language, Required: true, Options: []Option{
				{Value: "", Text: t(ctx, "profile.language_company", "language", v.CompanyLanguage)},
				{Value: "pt-BR", Text: "Português (Brasil)"},
				{Value: "en", Text: "English"},
			}},
		}),
	}
}

func (v ProfileView) passwordFields(ctx context.Context) []FieldView {
	return v.Password.fill(ctx, []FieldView{
		{Name: "current_password", Label: t(ctx, "profile.current_password"), Type: "password", Required: true, Max: maxPassword,
			Attrs: templ.Attributes{"autocomplete": "current-password"}},
		{Name: "new_password", Label: t(ctx, "profile.new_password"), Type: "password", Required: true, Max: maxPassword,
			Help: t(ctx, "staff.password_help"), Attrs: templ.Attributes{"autocomplete": "new-password"}},
		{Name: "new_password_again", Label: t(ctx, "profile.new_password_again"), Type: "password", Required: true, Max: maxPassword,
			Attrs: templ.Attributes{"autocomplete": "new-password"}},
	})
}

// SessionView is one place somebody is signed in at.
type SessionView struct {
	ID uuid.UUID
	// Browser and System are what the browser says of itself; empty when it
	// says nothing we know.
	Browser, System string
	IP              string
	Began, Seen     time.Time
	Remembered      bool
	// Here marks the session that asks.
	Here bool
}

// name is the device in words.
func (s SessionView) name(ctx context.Context) string {
	switch {
	case s.Browser == "" && s.System == "":
		return t(ctx, "profile.unknown_device")
	case s.System == "":
		return s.Browser
	case s.Browser == "":
		return s.System
	}
	return t(ctx, "profile.device", "browser", s.Browser, "system", s.System)
}
