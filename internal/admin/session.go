package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/password"
	"helphub/internal/staff"
	"helphub/internal/throttle"
	"helphub/queries"
)

// The refusals of the door. They tell nothing about which accounts exist:
// unknown, inactive and wrong all read the same (D-52).
var (
	// ErrSignIn: no such account and password.
	ErrSignIn = fault.New(fault.Unentitled, "login.wrong")
	// ErrThrottled: too many wrong passwords; the argument wait is in minutes
	// and the detail the time.Duration to wait.
	ErrThrottled = fault.New(fault.TooMany, "login.throttled")
)

// The throttle counts wrong passwords in the database, so that it holds on
// every instance and after a restart (contract, "Doors"): the sixth within a
// quarter of an hour is refused for the account, whatever the password, and
// the address has a wider count because an office shares one.
const (
	loginWindow        = 15 * time.Minute
	loginTriesAccount  = 5
	loginTriesAddress  = 50
	attemptsKeptFor    = 24 * time.Hour
	endedSessionsStay  = 30 * 24 * time.Hour
	notificationsStay  = 90 * 24 * time.Hour
	lastSeenResolution = time.Minute
)

// Credentials are what the login form posts.
type Credentials struct {
	Username, Password string
	Remember           bool
	AddressKey         string // throttle.AddressKey of the real address
}

// Session is what a successful login begins.
type Session struct {
	ID        uuid.UUID
	Staff     uuid.UUID
	Name      string
	ExpiresAt time.Time
}

// SignIn checks a password and begins a session. A wrong one is counted before
// it is checked; the right one clears the account's count.
func (o *Office) SignIn(ctx context.Context, by staff.Actor, c Credentials) (Session, error) {
	account := throttle.AccountKey(c.Username)
	username := strings.ToLower(strings.TrimSpace(c.Username))
	person, unknown := o.read.StaffByUsername(ctx, username)
	if unknown != nil && !errors.Is(unknown, pgx.ErrNoRows) {
		return Session{}, fmt.Errorf("look for account: %w", unknown)
	}
	// Whose account was tried is on record; a name nobody has is not, since it
	// may be a password typed in the wrong field.
	tries, err := o.admit(ctx, by, door{"login", person.ID}, count{account, loginTriesAccount}, count{c.AddressKey, loginTriesAddress})
	if err != nil {
		return Session{}, err
	}
	if unknown != nil {
		if err := password.Dummy(ctx, c.Password); err != nil {
			return Session{}, fmt.Errorf("check password: %w", err)
		}
		return Session{}, ErrSignIn
	}
	ok, outdated, err := password.Verify(ctx, c.Password, person.PasswordHash)
	if err != nil {
		return Session{}, fmt.Errorf("check password: %w", err)
	}
	if !ok || !person.Active {
		return Session{}, ErrSignIn
	}
	by.ID, by.Name = person.ID, person.Name
	return o.begin(ctx, by, c, beginning{account: account, tries: tries, outdated: outdated})
}

// beginning is what SignIn found out and begin needs.
type beginning struct {
	account  string
	tries    []uuid.UUID
	outdated bool // the hash was made with other parameters than today's
}

// count is what tries are counted under, and how many are let in within the
// window.
type count struct {
	key   string
	limit int
}

// door is where a password is tried, and whose it would be; the zero id is
// nobody's.
type door struct {
	name string // login, password
	of   uuid.UUID
}

// admit counts one try under each key and refuses when any of them has had its
// share. It returns the ids of the tries it counted. Both leave a record.
func (o *Office) admit(ctx context.Context, by staff.Actor, at door, counts ...count) ([]uuid.UUID, error) {
	by.System = true
	if by.ID == uuid.Nil {
		by.Name = at.name
	}
	var counted []uuid.UUID
	var full string // the key that has had its share
	err := o.ledger.Write(ctx, by, staff.Anyone, func(ctx context.Context, c *ledger.Change) error {
		counted = counted[:0]
		for _, one := range counts {
			full = one.key
			id, err := countTry(ctx, c, one)
			if err != nil {
				return err
			}
			counted = append(counted, id)
		}
		return c.Audit(at.name+".tried", "staff", at.of, nil, nil)
	})
	if errors.Is(err, ErrThrottled) {
		return nil, errors.Join(err, o.noteThrottled(ctx, by, at, full))
	}
	return counted, err
}

// noteThrottled leaves a record of the first refusal of a key in each window:
// whoever goes on knocking fills no table.
func (o *Office) noteThrottled(ctx context.Context, by staff.Actor, at door, full string) error {
	key := "noted-" + full
	return o.ledger.Write(ctx, by, staff.Anyone, func(ctx context.Context, c *ledger.Change) error {
		if err := lockKey(ctx, c, key); err != nil {
			return err
		}
		noted, err := c.Q.LoginAttempts(ctx, queries.LoginAttemptsParams{Key: key, Since: c.Now.Add(-loginWindow)})
		if err != nil {
			return fmt.Errorf("look for a record: %w", err)
		}
		if len(noted) > 0 {
			return c.Nothing()
		}
		if err := c.Q.InsertLoginAttempt(ctx, queries.InsertLoginAttemptParams{ID: c.ID, Key: key, At: c.Now}); err != nil {
			return fmt.Errorf("insert note: %w", err)
		}
		return c.Audit(at.name+".throttled", "staff", at.of, nil, nil)
	})
}

func countTry(ctx context.Context, c *ledger.Change, one count) (uuid.UUID, error) {
	if err := lockKey(ctx, c, one.key); err != nil {
		return uuid.Nil, err
	}
	// Two windows: a wait counts from the last try of a run that may have begun
	// a whole window before it.
	tries, err := c.Q.LoginAttempts(ctx, queries.LoginAttemptsParams{Key: one.key, Since: c.Now.Add(-2 * loginWindow)})
	if err != nil {
		return uuid.Nil, fmt.Errorf("count tries: %w", err)
	}
	if wait := throttle.Wait(tries, c.Now, one.limit, loginWindow); wait > 0 {
		minutes := int((wait + time.Minute - 1) / time.Minute)
		return uuid.Nil, ErrThrottled.With("wait", minutes).Detailed(wait)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, fmt.Errorf("name try: %w", err)
	}
	if err := c.Q.InsertLoginAttempt(ctx, queries.InsertLoginAttemptParams{ID: id, Key: one.key, At: c.Now}); err != nil {
		return uuid.Nil, fmt.Errorf("insert try: %w", err)
	}
	return id, nil
}

// lockKey lets one try at a time through per key, so that a hundred at once
// are counted one after the other.
func lockKey(ctx context.Context, c *ledger.Change, key string) error {
	if _, err := c.Tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 1))", key); err != nil {
		return fmt.Errorf("lock throttle: %w", err)
	}
	return nil
}

func (o *Office) begin(ctx context.Context, by staff.Actor, cred Credentials, b beginning) (Session, error) {
	var rehashed string
	if b.outdated {
		var err error
		if rehashed, err = password.Hash(ctx, cred.Password); err != nil {
			return Session{}, fmt.Errorf("hash password: %w", err)
		}
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return Session{}, fmt.Errorf("name session: %w", err)
	}
	s := Session{ID: id, Staff: by.ID, Name: by.Name}
	err = o.ledger.Write(ctx, by, staff.SignedIn, func(ctx context.Context, c *ledger.Change) error {
		life := staff.SessionLife
		if cred.Remember {
			life = staff.RememberedLife
		}
		s.ExpiresAt = c.Now.Add(life)
		err := c.Q.InsertSession(ctx, queries.InsertSessionParams{
			ID: s.ID, StaffID: by.ID, Now: c.Now, ExpiresAt: s.ExpiresAt, Remembered: cred.Remember,
			Ip: by.IP, UserAgent: by.UserAgent,
		})
		if err != nil {
			return fmt.Errorf("insert session: %w", err)
		}
		if err := endOldest(ctx, c, by.ID); err != nil {
			return err
		}
		if err := c.Q.ForgetLoginAttempts(ctx, queries.ForgetLoginAttemptsParams{Account: b.account, Tries: b.tries}); err != nil {
			return fmt.Errorf("forget tries: %w", err)
		}
		if rehashed != "" {
			err := c.Q.UpdatePassword(ctx, queries.UpdatePasswordParams{ID: by.ID, PasswordHash: rehashed, UpdatedAt: c.Now})
			if err != nil {
				return fmt.Errorf("update password: %w", err)
			}
		}
		return c.Audit("session.begun", "session", s.ID, nil, map[string]any{"remembered": cred.Remember})
	})
	return s, err
}

// endOldest ends the sessions somebody has beyond staff.MaxSessions, the
// longest unused first.
func endOldest(ctx context.Context, c *ledger.Change, id uuid.UUID) error {
	ended, err := c.Q.RevokeOldest(ctx, queries.RevokeOldestParams{StaffID: id, Now: &c.Now, Keep: staff.MaxSessions})
	if err != nil {
		return fmt.Errorf("revoke oldest sessions: %w", err)
	}
	for _, session := range ended {
		c.EndStream(session)
	}
	return nil
}

// SignOut ends the actor's own session and its open streams on every instance.
func (o *Office) SignOut(ctx context.Context, by staff.Actor) error {
	return o.EndSession(ctx, by, by.Session)
}

// EndSession ends one of the actor's sessions.
func (o *Office) EndSession(ctx context.Context, by staff.Actor, session uuid.UUID) error {
	return o.ledger.Write(ctx, by, staff.SignedIn, func(ctx context.Context, c *ledger.Change) error {
		n, err := c.Q.RevokeSession(ctx, queries.RevokeSessionParams{ID: session, StaffID: by.ID, Now: &c.Now})
		if err != nil {
			return fmt.Errorf("revoke session: %w", err)
		}
		if n == 0 {
			return fault.ErrMissing
		}
		c.EndStream(session)
		return c.Audit("session.ended", "session", session, nil, nil)
	})
}

// Seen notes that a session is in use, at most once a minute, and extends
// nothing: a session ends when it was going to.
func (o *Office) Seen(ctx context.Context, by staff.Actor, lastSeen time.Time) error {
	if o.now().Sub(lastSeen) < lastSeenResolution {
		return nil
	}
	return o.ledger.Quietly().Touch(ctx, func(ctx context.Context, q *queries.Queries) error {
		return q.TouchSession(ctx, queries.TouchSessionParams{ID: by.Session, Now: o.now(), Ip: by.IP})
	})
}

// Sweep deletes what has expired: cookies, ended sessions, old tries and bells.
func (o *Office) Sweep(ctx context.Context) error {
	now := o.now()
	return o.ledger.Touch(ctx, func(ctx context.Context, q *queries.Queries) error {
		if err := q.DeleteExpiredCookies(ctx); err != nil {
			return fmt.Errorf("delete cookies: %w", err)
		}
		before := now.Add(-endedSessionsStay)
		if err := q.DeleteOldSessions(ctx, before); err != nil {
			return fmt.Errorf("delete sessions: %w", err)
		}
		if err := q.DeleteOldLoginAttempts(ctx, now.Add(-attemptsKeptFor)); err != nil {
			return fmt.Errorf("delete tries: %w", err)
		}
		return q.DeleteOldNotifications(ctx, now.Add(-notificationsStay))
	})
}
