package main

import (
	"errors"
	"net/url"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
)

const hidden = "xxxxx"

// dsnSecret is a secret in a keyword string (password=…), quoted or not, as
// libpq reads them.
var dsnSecret = regexp.MustCompile(`(?i)\b((?:ssl)?password)\s*=\s*('(?:[^'\\]|\\.)*'|[^\s']\S*)`)

// redacted is a DSN without its secrets, fit for a screen or a log.
func redacted(dsn string) string {
	if !strings.Contains(dsn, "://") {
		return dsnSecret.ReplaceAllString(dsn, "$1="+hidden)
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "(a URL that cannot be read)"
	}
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), hidden)
	}
	q := u.Query()
	for key := range q {
		if k := strings.ToLower(key); k == "password" || k == "sslpassword" {
			q.Set(key, hidden)
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// checkDSN says whether a DSN can be read, without repeating what it holds.
func checkDSN(dsn string) error {
	if _, err := pgxpool.ParseConfig(dsn); err != nil {
		return errors.New("cannot be read; it looks like postgres://user:password@host:5432/database")
	}
	return nil
}
