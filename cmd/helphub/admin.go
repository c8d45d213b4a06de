package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/term"

	"helphub/internal/admin"
	"helphub/internal/fault"
	"helphub/internal/staff"
	"helphub/queries"
)

type adminCmd struct {
	Create adminCreateCmd `cmd:"" help:"Make an account. The password is asked for, or read from standard input or HELPHUB_ADMIN_PASSWORD."`
	Reset  adminResetCmd  `cmd:"" name:"reset-password" help:"Give an account a new password and end its sessions."`
}

type adminCreateCmd struct {
	Username string `arg:"" help:"Name to log in with."`
	Name     string `required:"" help:"The person's name."`
	Email    string `help:"Their e-mail address."`
	Role     string `default:"administrator" enum:"administrator,technician,attendant" help:"What they may do: ${enum}."`
}

// Run makes the account.
func (a adminCreateCmd) Run(ctx context.Context, p *program) error {
	h, err := p.build(ctx, nil)
	if err != nil {
		return err
	}
	defer h.close(ctx)
	role, err := queries.New(h.db.Read).RoleByKey(ctx, &a.Role)
	if errors.Is(err, pgx.ErrNoRows) {
		return &problem{code: exitFailed, text: "HelpHub is not set up yet: helphub serve prints the link that makes its administrator"}
	}
	if err != nil {
		return fmt.Errorf("get role: %w", err)
	}
	password, err := p.newPassword(ctx, a.Username)
	if err != nil {
		return err
	}
	_, err = h.office.CreateStaff(ctx, staff.System("command line"), admin.NewStaff{
		Name: a.Name, Username: a.Username, Email: a.Email, RoleID: role.ID, Password: password, Active: true,
	})
	if err != nil {
		return refusal("the account is refused", err)
	}
	_, err = fmt.Fprintf(p.out, "%s can log in\n", strings.ToLower(a.Username))
	return err
}

type adminResetCmd struct {
	Username string `arg:"" help:"Name they log in with."`
}

// Run sets the password.
func (a adminResetCmd) Run(ctx context.Context, p *program) error {
	h, err := p.build(ctx, nil)
	if err != nil {
		return err
	}
	defer h.close(ctx)
	username := strings.ToLower(a.Username)
	if _, err := queries.New(h.db.Read).StaffByUsername(ctx, username); errors.Is(err, pgx.ErrNoRows) {
		return &problem{code: exitFailed, text: "there is no account " + username}
	} else if err != nil {
		return fmt.Errorf("look for account: %w", err)
	}
	password, err := p.newPassword(ctx, username)
	if err != nil {
		return err
	}
	if err := h.office.ResetPassword(ctx, username, password); err != nil {
		return refusal("the password is refused", err)
	}
	_, err = fmt.Fprintf(p.out, "%s has a new password, and no session any more\n", username)
	return err
}

// newPassword is taken from the environment, else asked for twice on a
// terminal without showing it, else one line of standard input. It is never an
// argument: every user of the machine can read those.
func (p *program) newPassword(ctx context.Context, username string) (string, error) {
	if p.cfg.AdminPassword != "" {
		return p.cfg.AdminPassword, nil
	}
	f, ok := p.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return firstLine(p.in)
	}
	first, err := p.ask(ctx, f, fmt.Sprintf("New password for %s: ", username))
	if err != nil {
		return "", err
	}
	again, err := p.ask(ctx, f, "Once more: ")
	if err != nil {
		return "", err
	}
	if first != again {
		return "", &problem{code: exitFailed, text: "the two passwords differ; nothing was changed"}
	}
	return first, nil
}

// ask reads a line without echo. When ctx ends first, the terminal is put back
// before the program ends.
func (p *program) ask(ctx context.Context, terminal *os.File, question string) (string, error) {
	before, err := term.GetState(int(terminal.Fd()))
	if err != nil {
		return "", fmt.Errorf("look at terminal: %w", err)
	}
	fmt.Fprint(p.err, question)
	type answer struct {
		line []byte
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		line, err := term.ReadPassword(int(terminal.Fd()))
		answered <- answer{line, err}
	}()
	select {
	case a := <-answered:
		fmt.Fprintln(p.err)
		if a.err != nil {
			return "", fmt.Errorf("read password: %w", a.err)
		}
		return string(a.line), nil
	case <-ctx.Done():
		_ = term.Restore(int(terminal.Fd()), before) // There is no other way to put it back.
		fmt.Fprintln(p.err)
		return "", &problem{code: exitFailed, text: "nothing was changed", err: ctx.Err()}
	}
}

// maxLine is more than any password is long, in bytes.
const maxLine = 4096

func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, maxLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", &problem{code: exitUsage, text: "no password: type one, send it to standard input, or set " + adminPasswordVar}
	}
	if !fault.Readable(line) {
		return "", &problem{code: exitUsage, text: "the password is not text"}
	}
	return line, nil
}
