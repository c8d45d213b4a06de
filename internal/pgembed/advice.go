package pgembed

import (
	"fmt"
	"strings"
)

// What to do, in a few lines each. A person reads them on a terminal, once.
const (
	adviceInstall = `Do one of these, then start again:
  Debian, Ubuntu   apt install postgresql
  Fedora, RHEL     dnf install postgresql-server postgresql-contrib
  Alpine           apk add postgresql postgresql-contrib
  macOS            brew install postgresql
  with Node.js     have npm on the PATH, and it is downloaded
  elsewhere        set HELPHUB_PG_BIN to the directory of postgres and initdb
  another server   set DATABASE_URL`

	adviceVersion = `Do one of these, then start again:
  install PostgreSQL %d beside the other one
  set HELPHUB_PG_BIN to the directory of its programs
  take a backup with PostgreSQL %d, and restore it into a new, empty directory`
)

// listCandidates says where it was looked, one line each.
func listCandidates(looked []Candidate) string {
	if len(looked) == 0 {
		return "\nLooked for pg_config and postgres on the PATH and in the usual directories; there was nothing."
	}
	var b strings.Builder
	b.WriteString("\nLooked at:")
	for _, c := range looked {
		state := "has version " + c.Version
		if c.Problem != "" {
			state = c.Problem
		}
		fmt.Fprintf(&b, "\n  %s (%s) %s", c.Dir, c.Source, state)
	}
	return b.String()
}
