//go:build !linux

package postgres

import (
	"syscall"
	"time"
)

// limitUnackedData does nothing here: only Linux has TCP_USER_TIMEOUT, and
// elsewhere the system's own limit stands.
func limitUnackedData(syscall.RawConn, time.Duration) error { return nil }
