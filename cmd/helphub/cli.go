package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// console is where the program talks to the person who started it. Logs go to
// err; what a command was asked for goes to out.
type console struct {
	in       io.Reader
	out, err io.Writer
}

// commands is the whole command line: the settings, which every command takes,
// and the commands. A new command is one line here and one file.
type commands struct {
	Settings settings `embed:"" group:"settings"`

	Serve   serveCmd   `cmd:"" group:"run" help:"Open the doors: the web, and the worker with it."`
	Worker  workerCmd  `cmd:"" group:"run" help:"Work through the queue only, beside web instances."`
	Migrate migrateCmd `cmd:"" group:"run" help:"Bring the database to this program's schema and end."`

	Import importCmd `cmd:"" group:"data" help:"Bring in what another system exported."`
	Demo   demoCmd   `cmd:"" group:"data" help:"Make a company to look at, in an empty database."`

	Admin adminCmd `cmd:"" group:"care" help:"Accounts, when nobody can log in."`
	DB    dbCmd    `cmd:"" name:"db" group:"care" help:"The embedded database."`

	Doctor  doctorCmd  `cmd:"" group:"look" help:"Show what is in force and what is wrong."`
	Version versionCmd `cmd:"" group:"look" help:"Show the version."`
}

const about = `HelpHub is a help desk and field-service system for small companies.

Without DATABASE_URL it keeps its own PostgreSQL under HELPHUB_DATA.

Exit codes: 0 done (also after SIGTERM), 1 failed, 2 an import refused some rows, 64 wrong use, 69 the database cannot be reached,
71 the address cannot be listened on, 73 the data folder cannot be used, 78 the schema is newer than this program.`

// program is what every command is given.
type program struct {
	console
	cfg Config
	log *slog.Logger
}

// run parses the command line and runs one command. It returns the exit code.
func run(ctx context.Context, args []string, c console) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	// After the first signal the second has its ordinary effect: the end.
	context.AfterFunc(ctx, stop)

	if len(args) == 0 {
		args = []string{"--help"}
	}
	var line commands
	ended := false
	parser, err := newParser(&line, c, func(int) { ended = true })
	if err != nil {
		return report(c.err, err)
	}
	chosen, err := parser.Parse(args)
	switch {
	case ended: // --help was asked for and printed
		return exitDone
	case err != nil:
		return report(c.err, &problem{code: exitUsage, text: err.Error() + "\nTry helphub --help."})
	}
	cfg, err := line.Settings.config()
	if err != nil {
		return report(c.err, &problem{code: exitUsage, text: err.Error()})
	}
	p := &program{console: c, cfg: cfg, log: newLogger(c.err, cfg.LogFormat)}
	chosen.BindTo(ctx, (*context.Context)(nil))
	return report(c.err, chosen.Run(p))
}

func newParser(line *commands, c console, exit func(int)) (*kong.Kong, error) {
	parser, err := kong.New(line,
		kong.Name("helphub"), kong.Description(about), kong.Writers(c.out, c.err), kong.Exit(exit),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
		kong.ExplicitGroups([]kong.Group{
			{Key: "run", Title: "Running it:"},
			{Key: "care", Title: "Taking care of it:"},
			{Key: "look", Title: "Looking at it:"},
			{Key: "settings", Title: "Settings, each also from the environment:"},
		}),
	)
	if err != nil {
		return nil, fmt.Errorf("read command line's grammar: %w", err)
	}
	return parser, nil
}

// report prints what went wrong, once, and returns the exit code it means.
func report(to io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	p := diagnose(err)
	if p.text != "" {
		fmt.Fprintln(to, "helphub: "+p.text)
	}
	return p.code
}

// The exit codes: those of sysexits.h where one fits, because 2 belongs to
// commands that did part of their work.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 64
	exitUnavailable = 69
	exitAddress     = 71
	exitFolder      = 73
	exitSchema      = 78
)

// problem is an error with the line a person reads and the code a script gets.
type problem struct {
	code int
	text string // empty: everything has been said already
	err  error
}

// Error is what is printed.
func (p *problem) Error() string { return p.text }

// Unwrap is the cause, for tests and for errors.Is.
func (p *problem) Unwrap() error { return p.err }

// diagnose finds the problem in an error; whatever is none is simply a failure.
func diagnose(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	return &problem{code: exitFailed, text: err.Error(), err: err}
}
