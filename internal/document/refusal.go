package document

import (
	"errors"
	"fmt"
	"syscall"

	"helphub/internal/fault"
)

// The reasons to refuse a file. Whoever refuses one file among several tells
// which it was as the placeholder {name}.
var (
	// ErrKind: the extension is not among the kinds; {kinds} are those.
	ErrKind = fault.New(fault.Invalid, "document.kind")
	// ErrContent: the bytes are not what the extension says.
	ErrContent = fault.New(fault.Invalid, "document.content")
	// ErrEmpty: not one byte, or an archive of nothing.
	ErrEmpty = fault.New(fault.Invalid, "document.empty")
	// ErrBroken: damaged, cut off, or of a variety that we cannot look into.
	ErrBroken = fault.New(fault.Invalid, "document.broken")
	// ErrMixed: two files in one, each program seeing another.
	ErrMixed = fault.New(fault.Invalid, "document.mixed")
	// ErrMacros: an office file with a program of its own.
	ErrMacros = fault.New(fault.Invalid, "document.macros")
	// ErrActive: scripts, calls of programs, attached files in a PDF; parts
	// that an office file fetches from elsewhere.
	ErrActive = fault.New(fault.Invalid, "document.active")
	// ErrEncrypted: a password is needed to look inside.
	ErrEncrypted = fault.New(fault.Invalid, "document.encrypted")
	// ErrNested: an archive or office file inside of another.
	ErrNested = fault.New(fault.Invalid, "document.nested")
	// ErrProgram: a program or script inside an archive; {entry} is its name.
	ErrProgram = fault.New(fault.Invalid, "document.program")
	// ErrPaths: names inside an archive that leave it, or that mislead.
	ErrPaths = fault.New(fault.Invalid, "document.paths")
	// ErrBomb: unpacks to far more than it is.
	ErrBomb = fault.New(fault.Invalid, "document.bomb")
	// ErrPixels: a picture of more than {side} a side or {million} million pixels.
	ErrPixels = fault.New(fault.Invalid, "document.pixels")
	// ErrTooLarge: more than {max} MB.
	ErrTooLarge = fault.New(fault.TooLarge, "document.too_large")
	// ErrTooMany: more than {max} files in one form.
	ErrTooMany = fault.New(fault.Invalid, "document.too_many")
	// ErrQuota: the person's files would be more than {quota} MB; {used} are.
	ErrQuota = fault.New(fault.Invalid, "document.quota")
	// ErrFull: the machine has no room. Nothing of the file was kept. The error
	// around it holds the cause, which is for the log.
	ErrFull = fault.New(fault.Conflict, "document.full")
)

// Full makes ErrFull of an error that says a disk, a disk quota or the largest
// file a process may write is used up, with the error kept inside. Every other
// error, and nil, is returned as it is.
func Full(err error) error {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) {
			return fmt.Errorf("%w: %w", ErrFull, err)
		}
	}
	return err
}
