package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"
)

// SQLSTATE codes are those of the manual's appendix A, "PostgreSQL Error Codes".
const (
	classConnection  = "08"
	classConstraint  = "23"
	codeSerialize    = "40001"
	codeDeadlock     = "40P01"
	codeLockTimeout  = "55P03"
	codeNoTable      = "42P01"
	codeNotSupported = "0A000"
)

// Constraint names the constraint that refused the statement (SQLSTATE class
// 23: unique, foreign key, check, not null, exclusion), or is "" when err is
// something else. The name is what a rule is recognised by, never the text.
// A NOT NULL violation has no constraint and answers "table.column".
func Constraint(err error) string {
	pg, ok := server(err)
	if !ok || !strings.HasPrefix(pg.Code, classConstraint) {
		return ""
	}
	if pg.ConstraintName == "" && pg.ColumnName != "" {
		return pg.TableName + "." + pg.ColumnName
	}
	return pg.ConstraintName
}

// Violated reports whether the named constraint refused the statement.
func Violated(err error, constraint string) bool {
	return constraint != "" && Constraint(err) == constraint
}

// IsRetryable reports whether the same transaction, begun anew, may well
// succeed: a serialization failure, a deadlock, or a prepared statement whose
// table a migration has just changed.
func IsRetryable(err error) bool {
	pg, ok := server(err)
	if !ok {
		return false
	}
	switch pg.Code {
	case codeSerialize, codeDeadlock:
		return true
	case codeNotSupported:
		// "cached plan must not change result type": 0A000 says much else too,
		// and the server's function is the only other thing that tells.
		return pg.Routine == "RevalidateCachedQuery"
	}
	return false
}

// IsUnavailable reports whether the database could not be reached, is going
// down or coming up, or has no connection left: not the caller's fault, and
// worth another try in some seconds (503). A caller who gave up is not that.
func IsUnavailable(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) || errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, puddle.ErrClosedPool) {
		return true
	}
	if pg, ok := server(err); ok {
		return unavailableCode(pg.Code)
	}
	for _, lost := range []error{
		io.ErrUnexpectedEOF, io.EOF, net.ErrClosed,
		syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE, syscall.ETIMEDOUT,
	} {
		if errors.Is(err, lost) {
			return true
		}
	}
	var op *net.OpError
	return errors.As(err, &op) && !op.Timeout()
}

func unavailableCode(code string) bool {
	if strings.HasPrefix(code, classConnection) {
		return true
	}
	switch code {
	case "57P01", // admin_shutdown: pg_terminate_backend, a restart
		"57P02", // crash_shutdown: another server process died
		"57P03", // cannot_connect_now: starting up or in recovery
		"57P05", // idle_session_timeout
		"53300": // too_many_connections
		return true
	}
	return false
}

// server digs the server's own answer out of err.
func server(err error) (*pgconn.PgError, bool) {
	var pg *pgconn.PgError
	ok := errors.As(err, &pg)
	return pg, ok
}
