package worker

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"helphub/internal/helpdesk"
	"helphub/internal/job"
	"helphub/internal/live"
	"helphub/internal/sample"
	"helphub/internal/ticket"
)

// bells are who has been told of a ticket, as name and event, by name.
func (w *world) bells(p ticket.Protocol) []string {
	w.t.Helper()
	return value[[]string](w, `SELECT coalesce(array_agg(s.username || ' ' || n.event ORDER BY s.username, n.id), '{}')
		FROM notification AS n JOIN staff AS s ON s.id = n.staff_id JOIN ticket AS t ON t.id = n.ticket_id WHERE t.protocol = $1`, p)
}

// queued are the notify jobs that the commands have put into the queue.
func (w *world) queued() []job.Notify {
	w.t.Helper()
	rows, err := w.db.Write.Query(w.t.Context(), "SELECT args FROM river_job WHERE kind = 'notify' AND state = 'available' ORDER BY id")
	must(w.t, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[job.Notify])
	must(w.t, err)
	return all
}

// lastNews is the notify job of the last thing that happened.
func (w *world) lastNews() job.Notify {
	w.t.Helper()
	all := w.queued()
	if len(all) == 0 {
		w.t.Fatal("the command queued no news")
	}
	return all[len(all)-1]
}

func (w *world) notifier() *notifier { return &notifier{ledger: w.ledger} }

func TestAReplyIsToldToTheTechnicianAndToWhoTookPart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open(sample.Now, sample.Celia, ticket.Normal)
	must(t, w.desk.AssignTicket(t.Context(), sample.Celia, w.on(p), sample.Bruno.ID))
	must(t, w.desk.Reply(t.Context(), sample.Ana, w.on(p), helpdesk.Words{Form: uuid.New(), Body: "O técnico está a caminho."}))
	news := w.lastNews()

	result := work(w, w.notifier(), news)
	if result.EventKind != river.EventKindJobCompleted {
		t.Fatalf("the job ended as %s", result.EventKind)
	}
	if diff := cmp.Diff([]string{"bruno replied", "celia replied"}, w.bells(p)); diff != "" {
		t.Error(diff)
	}
	if name := value[string](w, "SELECT DISTINCT actor_name FROM notification"); name != sample.Ana.Name {
		t.Errorf("told in the name of %q", name)
	}
}

// River works a job at least once. Seen to fail without ON CONFLICT told_once.
func TestAJobThatRunsTwiceTellsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open(sample.Now, sample.Ana, ticket.Critical)
	news := w.lastNews()
	work(w, w.notifier(), news)
	heard := w.listen()
	work(w, w.notifier(), news)
	if diff := cmp.Diff([]string{"celia opened"}, w.bells(p)); diff != "" {
		t.Error(diff)
	}
	// The second time there is nothing new, so nobody's page asks again: the
	// first announcement heard is one made after it.
	must(t, w.q.Announce(t.Context(), []string{"tickets"}))
	if got := heard(); got != "tickets" {
		t.Errorf("the second time %s was announced", got)
	}
}

// listen hears the channel from now on, one payload a call.
func (w *world) listen() func() string {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.db.Write.Config().ConnString())
	must(w.t, err)
	w.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = conn.Close(ctx) // The database goes with the test.
	})
	_, err = conn.Exec(w.t.Context(), "LISTEN "+live.Channel)
	must(w.t, err)
	return func() string {
		w.t.Helper()
		ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
		defer cancel()
		n, err := conn.WaitForNotification(ctx)
		must(w.t, err)
		return n.Payload
	}
}

func TestWhoIsToldHearsItOnTheirOwnTopic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open(sample.Now, sample.Ana, ticket.Normal)
	must(t, w.desk.AssignTicket(t.Context(), sample.Ana, w.on(p), sample.Bruno.ID))
	heard := w.listen()
	work(w, w.notifier(), w.lastNews())
	if got, want := heard(), string(live.Staff(sample.Bruno.ID)); got != want {
		t.Errorf("%s was announced, want %s", got, want)
	}
}

func TestWhomATicketWasTakenFromIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open(sample.Now, sample.Ana, ticket.Normal)
	must(t, w.desk.AssignTicket(t.Context(), sample.Ana, w.on(p), sample.Bruno.ID))
	must(t, w.desk.AssignTicket(t.Context(), sample.Ana, w.on(p), sample.Celia.ID))
	work(w, w.notifier(), w.lastNews())
	if diff := cmp.Diff([]string{"bruno assigned", "celia assigned"}, w.bells(p)); diff != "" {
		t.Error(diff)
	}
}

func TestAnEscalatedTicketThatNobodyHasIsToldToWhoManagesOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open(sample.Now, sample.Bruno, ticket.Normal)
	must(t, w.desk.EscalateTicket(t.Context(), sample.Bruno, w.on(p), helpdesk.Passing{Reason: "Precisa de peça."}))
	work(w, w.notifier(), w.lastNews())
	if diff := cmp.Diff([]string{"ana escalated", "celia escalated"}, w.bells(p)); diff != "" {
		t.Error(diff)
	}
}

// Seen to fail when a ticket that is gone counts as an error: the job would be
// tried ten times for nobody.
func TestNewsOfADeletedTicketIsNoNews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open(sample.Now, sample.Ana, ticket.Critical)
	news := w.lastNews()
	must(t, w.q.DeleteTicket(t.Context(), news.Ticket))
	if result := work(w, w.notifier(), news); result.EventKind != river.EventKindJobCompleted {
		t.Errorf("the job ended as %s", result.EventKind)
	}
	if told := w.bells(p); len(told) > 0 {
		t.Errorf("told of a ticket that is gone: %v", told)
	}
}

func TestWhoLeftOrMayNotReadTicketsIsNotTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open(sample.Now, sample.Celia, ticket.Normal)
	must(t, w.desk.AssignTicket(t.Context(), sample.Celia, w.on(p), sample.Bruno.ID))
	must(t, w.desk.Note(t.Context(), sample.Ana, w.on(p), helpdesk.Words{Form: uuid.New(), Body: "Cliente avisado."}))
	ctx := t.Context()
	_, err := w.db.Write.Exec(ctx, "UPDATE staff SET active = false WHERE username = 'bruno'")
	must(t, err)
	_, err = w.db.Write.Exec(ctx, "UPDATE role SET permissions = '{customer.read}' WHERE key = 'administrator'")
	must(t, err)
	work(w, w.notifier(), w.lastNews())
	if told := w.bells(p); len(told) > 0 {
		t.Errorf("told: %v", told)
	}
}

// The whole way: a command queues, a running worker tells, and stops cleanly.
func TestARunningWorkerTellsOfWhatACommandQueued(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.worker.Start(t.Context()))
	p := w.open(time.Now(), sample.Ana, ticket.Critical)
	eventually(t, "Célia's bell", func() bool { return cmp.Equal(w.bells(p), []string{"celia opened"}) })
	must(t, w.worker.Stop(t.Context()))

	w.open(time.Now(), sample.Ana, ticket.Critical)
	if waiting := len(w.queued()); waiting != 1 {
		t.Errorf("%d jobs wait after the stop, want 1: nobody works any more", waiting)
	}
}

// A worker that is killed leaves its job running. Seen to fail with River's
// own hour before it looks.
func TestAJobThatAKilledWorkerHadBegunIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open(time.Now(), sample.Ana, ticket.Critical)
	_, err := w.db.Write.Exec(t.Context(), `UPDATE river_job SET state = 'running', attempt = 1, attempted_by = '{gone}',
		attempted_at = now() - $1::interval WHERE kind = 'notify'`, rescueAfter+5*time.Second)
	must(t, err)
	must(t, w.worker.Start(t.Context()))
	eventually(t, "Célia's bell", func() bool { return cmp.Equal(w.bells(p), []string{"celia opened"}) })
	must(t, w.worker.Stop(t.Context()))
}

// The sum behind the promise that jobs are taken up again within 120 s: until
// the job counts as stuck, River's look for stuck jobs, the first wait of a
// job that failed, and its look for jobs whose wait is over.
func TestTheTimesOfAWorkerFitTogether(t *testing.T) {
	t.Parallel()
	if rescueAfter <= jobTimeout+10*time.Second {
		t.Error("a job that ends at its timeout could be taken up while it runs")
	}
	if worst := rescueAfter + 30*time.Second + time.Second + 5*time.Second; worst >= 2*time.Minute {
		t.Errorf("a killed worker's job waits up to %s", worst)
	}
	if janitorTime >= jobTimeout-softStop {
		t.Error("the janitor could meet its timeout")
	}
}
