package admin

import (
	"context"
	"fmt"
	"maps"

	"github.com/google/uuid"

	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/staff"
	"helphub/queries"
)

// SetStaffActive lets a person in again, or out at once: a deactivation ends
// their sessions and streams on every instance (D-36).
func (o *Office) SetStaffActive(ctx context.Context, by staff.Actor, id uuid.UUID, active bool) error {
	return o.ledger.Write(ctx, by, staff.StaffManage, func(ctx context.Context, c *ledger.Change) error {
		administrators, was, err := lockStaff(ctx, c, id)
		if err != nil {
			return err
		}
		if was.Active == active {
			return c.Nothing()
		}
		action, is := "staff.activated", maps.Clone(staffFields(was))
		is["active"] = ticked(active)
		if !active {
			action = "staff.deactivated"
			if err := leaveAnother(administrators, id); err != nil {
				return err
			}
			if err := endSessions(ctx, c, id, uuid.Nil); err != nil {
				return err
			}
		}
		if err := saveStaff(ctx, c, was, is, ""); err != nil {
			return err
		}
		c.Tell(live.Admin)
		return c.Audit(action, "staff", id, record(was, nil, 0), record(was, is, 1))
	})
}

// lockStaff locks every active administrator, so that two of them cannot leave
// at once, and then the person.
func lockStaff(ctx context.Context, c *ledger.Change, id uuid.UUID) ([]uuid.UUID, queries.LockStaffRow, error) {
	administrators, err := c.Q.LockAdministrators(ctx)
	if err != nil {
		return nil, queries.LockStaffRow{}, fmt.Errorf("lock administrators: %w", err)
	}
	was, err := holdStaff(ctx, c, id)
	return administrators, was, err
}

// holdStaff locks a person and reads them as they are then.
func holdStaff(ctx context.Context, c *ledger.Change, id uuid.UUID) (queries.LockStaffRow, error) {
	if err := c.Q.HoldStaff(ctx, id); err != nil {
		return queries.LockStaffRow{}, fmt.Errorf("hold staff: %w", err)
	}
	row, err := c.Q.LockStaff(ctx, id)
	if err != nil {
		return row, missing(err, "lock staff")
	}
	return row, nil
}

// tellName tells the grids and the tickets that show somebody's name that it is
// another now.
func tellName(ctx context.Context, c *ledger.Change, id uuid.UUID, was, is string) error {
	if was == is {
		return nil
	}
	tickets, err := c.Q.TicketsOfStaff(ctx, &id)
	return tellTickets(c, tickets, err)
}

// tellTickets tells the grids, and the pages of the tickets that were found.
func tellTickets(c *ledger.Change, tickets []uuid.UUID, err error) error {
	if err != nil {
		return fmt.Errorf("list tickets to tell: %w", err)
	}
	c.Tell(live.Tickets)
	for _, id := range tickets {
		c.Tell(live.Ticket(id))
	}
	return nil
}

// leaveAnother refuses that the only administrator stops being one.
func leaveAnother(administrators []uuid.UUID, id uuid.UUID) error {
	if len(administrators) == 1 && administrators[0] == id {
		return ErrLastAdministrator
	}
	return nil
}

func isAdministrator(r queries.GetRoleRow) bool {
	return r.Key != nil && *r.Key == string(staff.Administrator)
}

func endSessions(ctx context.Context, c *ledger.Change, id, except uuid.UUID) error {
	_, err := c.Q.RevokeSessions(ctx, queries.RevokeSessionsParams{StaffID: id, ExceptID: except, Now: &c.Now})
	if err != nil {
		return fmt.Errorf("revoke sessions: %w", err)
	}
	c.EndStreams(id)
	return nil
}

// exceptOwn is the session that goes on when somebody changes their own
// account; none when they leave by it.
func exceptOwn(by staff.Actor, id uuid.UUID, active bool) uuid.UUID {
	if by.ID == id && active {
		return by.Session
	}
	return uuid.Nil
}
