package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"helphub/internal/demo"
	"helphub/internal/live"
	"helphub/queries"
)

type demoCmd struct {
	Tickets int    `placeholder:"N" help:"Also load N tickets by COPY, for measuring."`
	Seed    uint64 `default:"1" help:"Another number makes another company."`
}

// maxCorpus is ten times the largest corpus that figures are measured on.
const maxCorpus = 10_000_000

// Run makes the demonstration in an empty database, and the corpus if asked for.
func (d demoCmd) Run(ctx context.Context, p *program) error {
	if d.Tickets < 0 || d.Tickets > maxCorpus {
		return &problem{code: exitUsage, text: fmt.Sprintf("--tickets takes 0 to %d", maxCorpus)}
	}
	h, err := p.build(ctx, nil)
	if err != nil {
		return err
	}
	defer h.close(ctx)
	if err := h.makeDemo(ctx, d); err != nil {
		return err
	}
	if d.Tickets == 0 {
		return nil
	}
	began := time.Now()
	bar := newBar(p.err, "tickets")
	bulk := demo.Bulk{Pool: h.db.Write, Tickets: d.Tickets, Now: time.Now(), Seed: d.Seed, Progress: func(table string, done, total int) {
		if table == "ticket" {
			bar.show(done, total)
		}
	}}
	err = bulk.Fill(ctx)
	bar.done()
	if err != nil {
		return fmt.Errorf("load corpus: %w", err)
	}
	fmt.Fprintf(p.out, "%d tickets loaded in %s\n", d.Tickets, time.Since(began).Round(time.Second))
	return h.ledger.Announce(ctx, live.Tickets, live.Customers, live.Admin)
}

func (h *house) makeDemo(ctx context.Context, d demoCmd) error {
	password := h.cfg.AdminPassword
	if password == "" {
		password = strings.ToLower(rand.Text()[:12])
	}
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		return fmt.Errorf("load zone: %w", err)
	}
	maker := demo.Maker{Ledger: h.ledger, Read: queries.New(h.db.Write), Now: time.Now().In(zone), Password: password, Seed: d.Seed}
	made, err := maker.Make(ctx)
	switch {
	case errors.Is(err, demo.ErrInUse) && d.Tickets > 0:
		return nil // only the corpus is asked for
	case errors.Is(err, demo.ErrInUse):
		return &problem{code: exitFailed, text: err.Error(), err: err}
	case err != nil:
		return refusal("the demonstration could not be made", err)
	}
	fmt.Fprintf(h.out, "%d people, %d departments, %d customers, %d tickets made\n", made.People, made.Departments, made.Customers, made.Tickets)
	fmt.Fprintf(h.out, "log in as celia (administrator), ana (attendant) or bruno (technician) with the password %s\n", password)
	return nil
}
