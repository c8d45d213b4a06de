package worker

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"helphub/internal/job"
	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/notification"
	"helphub/internal/staff"
	"helphub/internal/ticket"
	"helphub/queries"
)

// notifier tells people of one change of a ticket, in the bell of each.
type notifier struct {
	river.WorkerDefaults[job.Notify]
	ledger *ledger.Ledger
}

// Work tells each person once, however often the job runs. A ticket that was
// deleted meanwhile is nobody's news.
func (n *notifier) Work(ctx context.Context, j *river.Job[job.Notify]) error {
	return n.ledger.Touch(ctx, func(ctx context.Context, q *queries.Queries) error {
		news, err := gather(ctx, q, j.Args)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		told, err := q.Tellable(ctx, news.Told())
		if err != nil {
			return fmt.Errorf("look for people to tell: %w", err)
		}
		var topics []string
		for _, person := range told {
			id, err := uuid.NewV7()
			if err != nil {
				return fmt.Errorf("name notification: %w", err)
			}
			fresh, err := q.InsertNotification(ctx, queries.InsertNotificationParams{
				ID: id, StaffID: person, TicketID: j.Args.Ticket, ChangeID: j.Args.Change,
				Event: j.Args.Event, ActorName: j.Args.ActorName, CreatedAt: j.CreatedAt,
			})
			if err != nil {
				return fmt.Errorf("insert notification: %w", err)
			}
			if fresh > 0 {
				topics = append(topics, string(live.Staff(person)))
			}
		}
		if len(topics) == 0 {
			return nil
		}
		if err := q.Announce(ctx, topics); err != nil {
			return fmt.Errorf("announce notifications: %w", err)
		}
		return nil
	})
}

// gather loads what is to be known to decide who is told. It returns
// pgx.ErrNoRows, bare, when the ticket is gone.
func gather(ctx context.Context, q *queries.Queries, args job.Notify) (notification.News, error) {
	facts, err := q.HoldNews(ctx, args.Ticket)
	if errors.Is(err, pgx.ErrNoRows) {
		return notification.News{}, err
	}
	if err != nil {
		return notification.News{}, fmt.Errorf("read ticket: %w", err)
	}
	news := notification.News{
		Event: args.Event, Critical: ticket.Priority(facts.Priority) == ticket.Critical, Actor: args.Actor, Also: args.Also,
	}
	if facts.TechnicianID != nil {
		news.Technician = *facts.TechnicianID
	}
	if news.People, err = q.TicketPeople(ctx, args.Ticket); err != nil {
		return news, fmt.Errorf("read who took part: %w", err)
	}
	if news.ForManagers() {
		if news.Managers, err = q.StaffWith(ctx, string(staff.VisitManageOthers)); err != nil {
			return news, fmt.Errorf("read who manages others: %w", err)
		}
	}
	return news, nil
}
