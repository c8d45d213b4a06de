package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"

	"helphub/internal/admin"
	"helphub/internal/locale"
	"helphub/internal/staff"
)

// unattendedCompany is what the company is called until somebody says.
const (
	unattendedCompany = "HelpHub"
	unattendedName    = "Administrador"
)

// setUp makes the first administrator from the environment, if it says so and
// there is none. It reports whether the set-up is still to be done.
func (h *house) setUp(ctx context.Context) (needed bool, err error) {
	needed, err = h.office.NeedsSetup(ctx)
	if err != nil || !needed || h.cfg.AdminUser == "" {
		return needed, err
	}
	if h.cfg.AdminPassword == "" {
		return true, &problem{code: exitUsage, text: "HELPHUB_ADMIN_USER is set and " + adminPasswordVar + " is not: set both, or neither"}
	}
	err = h.office.SetUp(ctx, staff.System("setup"), admin.FirstRun{
		CompanyName: unattendedCompany, Language: locale.PtBR,
		Person: admin.NewStaff{Name: unattendedName, Username: h.cfg.AdminUser, Password: h.cfg.AdminPassword, Active: true},
	}, true)
	switch {
	case errors.Is(err, admin.ErrSetUp): // another instance was first
		return false, nil
	case err != nil:
		return true, refusal("the administrator of the environment is refused", err)
	}
	h.log.InfoContext(ctx, "set up from the environment", "administrator", h.cfg.AdminUser)
	return false, nil
}

// invite prints the link on which the first administrator is made.
func (h *house) invite(ctx context.Context, base string) error {
	code, err := h.office.SetupCode(ctx)
	if err != nil {
		return fmt.Errorf("make set-up code: %w", err)
	}
	fmt.Fprintf(h.out, `
  HelpHub is not set up yet. Open this link, once, to make its administrator:

      %s/setup?code=%s

`, base, url.QueryEscape(code))
	return nil
}

// baseURL is how a person on this machine reaches the program.
func (c Config) baseURL(listening net.Addr) string {
	if c.PublicURL != nil {
		return c.PublicURL.String()
	}
	host, port, err := net.SplitHostPort(listening.String())
	if err != nil {
		return "http://" + listening.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
