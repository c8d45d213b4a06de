package helpdesk

import (
	"context"
	"fmt"
	"time"

	"helphub/internal/live"
	"helphub/internal/staff"
	"helphub/queries"
)

// ReadNotifications marks all that a person was told as read and tells their
// other pages. It leaves no audit record: who looked at their own bell when is
// nobody's business, and nothing of the company changes.
func (d *Desk) ReadNotifications(ctx context.Context, by staff.Actor, now time.Time) error {
	if err := by.Check(staff.SignedIn); err != nil {
		return err
	}
	err := d.ledger.Touch(ctx, func(ctx context.Context, q *queries.Queries) error {
		read, err := q.ReadNotifications(ctx, queries.ReadNotificationsParams{StaffID: by.ID, Now: &now})
		if err != nil {
			return fmt.Errorf("read notifications: %w", err)
		}
		if read == 0 {
			return nil
		}
		if err := q.Announce(ctx, []string{string(live.Staff(by.ID))}); err != nil {
			return fmt.Errorf("announce reading: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.ledger.Heard(live.Staff(by.ID))
	return nil
}
