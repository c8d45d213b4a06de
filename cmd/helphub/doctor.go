package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
)

type doctorCmd struct{}

// Run prints what is in force and what is wrong, and fails if anything is. It
// changes nothing; an embedded database that is not running is started for as
// long as it is looked at.
func (doctorCmd) Run(ctx context.Context, p *program) error {
	d := &doctor{program: p, out: p.out}
	fmt.Fprintf(d.out, "HelpHub %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	d.settings()
	d.folder()
	d.database(ctx)
	d.network(ctx)
	return d.verdict()
}

// doctor looks at one thing after the other and keeps what it finds.
type doctor struct {
	*program
	out      io.Writer
	problems []string
	remarks  []string
}

func (d *doctor) section(title string) { fmt.Fprintf(d.out, "\n%s\n", title) }

func (d *doctor) line(name, format string, args ...any) {
	fmt.Fprintf(d.out, "  %-24s %s\n", name, fmt.Sprintf(format, args...))
}

// wrong notes what keeps HelpHub from working as it should; remark what is
// only worth knowing.
func (d *doctor) wrong(format string, args ...any) {
	d.problems = append(d.problems, fmt.Sprintf(format, args...))
}

func (d *doctor) remark(format string, args ...any) {
	d.remarks = append(d.remarks, fmt.Sprintf(format, args...))
}

func (d *doctor) verdict() error {
	list := func(title string, lines []string) {
		if len(lines) == 0 {
			return
		}
		d.section(title)
		for _, l := range lines {
			fmt.Fprintf(d.out, "  - %s\n", strings.ReplaceAll(l, "\n", "\n    "))
		}
	}
	list("Worth knowing", d.remarks)
	list("Wrong", d.problems)
	if len(d.problems) == 0 {
		fmt.Fprint(d.out, "\nNothing is wrong.\n")
		return nil
	}
	return &problem{code: exitFailed}
}

// settings shows every variable, with its secrets hidden.
func (d *doctor) settings() {
	c := d.cfg
	show := func(value, none string) string {
		if value == "" {
			return "(" + none + ")"
		}
		return value
	}
	public := ""
	if c.PublicURL != nil {
		public = c.PublicURL.String()
	}
	var proxies []string
	for _, p := range c.TrustedProxies {
		proxies = append(proxies, p.String())
	}
	password := "(not set)"
	if c.AdminPassword != "" {
		password = "(set, hidden)"
	}
	d.section("Settings")
	d.line("DATABASE_URL", "%s", show(redacted(c.DatabaseURL), "empty: the embedded database"))
	d.line("HELPHUB_DATA", "%s", c.Data)
	d.line("HELPHUB_ADDR", "%s", c.Addr)
	d.line("HELPHUB_PUBLIC_URL", "%s", show(public, "empty: plain http, under any name"))
	d.line("HELPHUB_TRUSTED_PROXIES", "%s", show(strings.Join(proxies, ", "), "none"))
	d.line("HELPHUB_ADMIN_USER", "%s", show(c.AdminUser, "not set"))
	d.line(adminPasswordVar, "%s", password)
	d.line("HELPHUB_LOG", "%s", c.LogFormat)
	d.line("HELPHUB_METRICS_ADDR", "%s", show(c.MetricsAddr, "empty: no metrics"))
	d.line("HELPHUB_PG_BIN", "%s", show(c.PGBin, "empty: looked for"))
	if c.DataWhy != "" {
		d.remark("the data is in %s because %s; HELPHUB_DATA names another folder", c.Data, c.DataWhy)
	}
	if c.AdminUser != "" && c.AdminPassword == "" {
		d.wrong("HELPHUB_ADMIN_USER is set and %s is not", adminPasswordVar)
	}
}
