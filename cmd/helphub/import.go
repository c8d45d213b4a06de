package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"helphub/internal/admin"
	"helphub/internal/helpdesk"
	"helphub/internal/intake"
	"helphub/internal/live"
	"helphub/internal/locale"
	"helphub/queries"
)

// exitRefused is the code of an import in which some rows were refused: the
// others are in (contract, "Environment").
const exitRefused = 2

type importCmd struct {
	Incidents importIncidentsCmd `cmd:"" help:"Replay an ITSM incident log (CSV) as tickets; again brings in only what is new."`
}

type importIncidentsCmd struct {
	File  string `arg:"" type:"existingfile" help:"The log: one row per change, columns number, incident_state, sys_mod_count, …"`
	Texts string `type:"existingfile" help:"A CSV with the columns title and body that lends the tickets their texts."`
	Live  string `placeholder:"200x" help:"Replay in the log's own rhythm, so many times as fast, as if it happened now."`
}

// Run replays the log and prints what came of it.
func (i importIncidentsCmd) Run(ctx context.Context, p *program) error {
	speed, err := speedOf(i.Live)
	if err != nil {
		return &problem{code: exitUsage, text: err.Error()}
	}
	h, err := p.build(ctx, nil)
	if err != nil {
		return err
	}
	defer h.close(ctx)
	im, zone, err := h.importer(ctx, speed == 0)
	if err != nil {
		return err
	}
	if im.Texts, err = readTexts(i.Texts); err != nil {
		return err
	}
	incidents, broken, err := readLog(i.File, zone)
	if err != nil {
		return err
	}
	bar := newBar(p.err, "tickets")
	im.Progress = bar.show
	var report intake.Report
	if speed > 0 {
		report, err = im.Perform(ctx, incidents, speed)
	} else {
		report, err = im.Replay(ctx, incidents)
		err = errors.Join(err, h.ledger.Announce(context.WithoutCancel(ctx), live.Tickets, live.Customers, live.Admin))
	}
	bar.done()
	report.Rows += len(broken)
	report.Refused = append(broken, report.Refused...)
	printReport(p.out, report)
	switch {
	case err != nil:
		return fmt.Errorf("import stopped; start it again to go on: %w", err)
	case len(report.Refused) > 0:
		return &problem{code: exitRefused, text: fmt.Sprintf("%d of %d rows were refused; the others are in", len(report.Refused), report.Rows)}
	}
	return nil
}

// importer stands on a desk that announces nothing, unless people are to watch.
func (h *house) importer(ctx context.Context, quietly bool) (*intake.Importer, *time.Location, error) {
	read := queries.New(h.db.Write)
	company, err := read.GetCompany(ctx)
	if err != nil {
		return nil, nil, &problem{code: exitFailed, text: "nobody has set HelpHub up yet: do that first (helphub serve)", err: err}
	}
	zone, err := time.LoadLocation(company.TimeZone)
	if err != nil {
		return nil, nil, fmt.Errorf("load the company's zone: %w", err)
	}
	book := h.ledger
	if quietly {
		book = book.Quietly()
	}
	lang, _ := locale.ParseLang(company.Language)
	return &intake.Importer{
		Desk: helpdesk.New(book), Office: admin.New(book, read), Read: read,
		Reason: locale.New(lang, zone, time.Time{}).T("import.reason"),
	}, zone, nil
}

func readLog(path string, zone *time.Location) ([]intake.Incident, []intake.Refusal, error) {
	f, err := os.Open(path) //nolint:gosec // the file the person named
	if err != nil {
		return nil, nil, fmt.Errorf("open log: %w", err)
	}
	defer f.Close()
	incidents, broken, err := intake.Read(f, zone)
	if err != nil {
		return nil, nil, &problem{code: exitFailed, text: path + ": " + err.Error(), err: err}
	}
	return incidents, broken, nil
}

func readTexts(path string) ([]intake.Text, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path) //nolint:gosec // the file the person named
	if err != nil {
		return nil, fmt.Errorf("open texts: %w", err)
	}
	defer f.Close()
	texts, err := intake.ReadTexts(f)
	if err != nil {
		return nil, &problem{code: exitFailed, text: path + ": " + err.Error(), err: err}
	}
	return texts, nil
}

// speedOf reads "200x" or "200"; 0 when nothing was asked for.
func speedOf(typed string) (float64, error) {
	if typed == "" {
		return 0, nil
	}
	speed, err := strconv.ParseFloat(strings.TrimSuffix(typed, "x"), 64)
	if err != nil || speed <= 0 || speed > 1e6 {
		return 0, fmt.Errorf("--live %q is not a speed like 200x", typed)
	}
	return speed, nil
}

// refusedShown is how many refused rows are listed; a file of another kind
// would fill the screen.
const refusedShown = 200

func printReport(w io.Writer, r intake.Report) {
	fmt.Fprintf(w, "%d rows read, %d imported, %d refused, in %s\n", r.Rows, r.Rows-len(r.Refused), len(r.Refused), r.Took.Round(time.Millisecond))
	fmt.Fprintf(w, "%d tickets: %d new, %d known from an earlier import; %d steps of their history\n", r.Incidents, r.Opened, r.Known, r.Steps)
	fmt.Fprintf(w, "made: %d customers without a document, %d departments, %d technicians without a password\n", r.Customers, r.Teams, r.People)
	for i, refused := range r.Refused {
		if i == refusedShown {
			fmt.Fprintf(w, "  … and %d more\n", len(r.Refused)-refusedShown)
			return
		}
		fmt.Fprintf(w, "  %s\n", refused)
	}
}
