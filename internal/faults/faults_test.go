package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"helphub/internal/rig"
)

// plan is how much is done to a site.
type plan struct {
	given bool // PostgreSQL is given by DATABASE_URL, not embedded
	// How often each thing happens.
	webs, workers, databases, everything, deaf int
	// writes is how many forms must have been acknowledged in the end.
	writes int
}

// The whole of it, for each way of having a database, and what plain `go test`
// does of it. A worker that is killed in a job leaves it to be taken up again
// after a minute or two, so the short version does without.
var (
	whole = []plan{
		{given: false, webs: 6, workers: 3, databases: 3, everything: 1, deaf: 50, writes: 500},
		{given: true, webs: 6, workers: 3, databases: 3, everything: 1, deaf: 50, writes: 500},
	}
	short = []plan{{given: false, webs: 1, databases: 1, deaf: 2, writes: 40}}
)

// The people of the made-up company who work, each in a browser.
var crew = []string{"celia", "ana", "rui", "bruno", "helena", "diego"}

// Every process is killed, and nothing that was acknowledged is lost, nothing
// is done twice, nothing is half done (D-22). control shows that each of these
// would be seen.
func TestNothingIsLostAndNothingIsTwiceWhateverIsKilled(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the processes of PostgreSQL are found by /proc, which only Linux has")
	}
	plans := short
	if os.Getenv("HELPHUB_FAULTS") == "whole" {
		plans = whole
	}
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("HELPHUB_FAULTS_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range plans {
		name := "with the embedded database"
		if p.given {
			name = "with a database of somebody else"
		}
		t.Run(name, func(t *testing.T) {
			t.Logf("HELPHUB_FAULTS_SEED=%d", seed)
			newRun(t, p, seed).all()
		})
	}
}

// run is one site, its load, and what is done to it.
type run struct {
	t       *testing.T
	plan    plan
	site    *site
	load    *load
	random  *rand.Rand
	pages   []*page
	looker  *browser  // who has the pages open
	writer  *browser  // whose words they are waited for to show
	watched string    // the ticket that is open
	conn    *pgx.Conn // of the checker; opened when all is over
	began   time.Time
	report  report
}

func newRun(t *testing.T, p plan, seed uint64) *run {
	s := open(t, p.given)
	r := &run{t: t, plan: p, site: s, random: rand.New(rand.NewPCG(seed, 3)), load: &load{site: s, closed: map[string]bool{}}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn, err := s.connect(ctx)
	if err != nil {
		s.fatal(err)
	}
	defer conn.Close(ctx)
	for _, list := range []struct {
		sql string
		ids *[]string
	}{
		{"SELECT id::text FROM customer WHERE active ORDER BY id", &r.load.customers},
		{"SELECT id::text FROM department WHERE active ORDER BY id", &r.load.departments},
	} {
		rows, err := conn.Query(ctx, list.sql)
		if err == nil {
			*list.ids, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		if err != nil || len(*list.ids) == 0 {
			s.fatal(fmt.Errorf("%s: %d rows, %w", list.sql, len(*list.ids), err))
		}
	}
	// The database's clock: what began earlier is not ours.
	if err := conn.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&r.began); err != nil {
		s.fatal(err)
	}
	return r
}

// all is the run from its first form to its last check.
func (r *run) all() {
	ctx, cancel := context.WithTimeout(r.t.Context(), 14*time.Minute)
	defer cancel()
	stop, working := make(chan struct{}), sync.WaitGroup{}
	r.leavePagesOpen(ctx)
	for _, person := range crew {
		b, err := r.site.signIn(ctx, &r.load.counts, person, r.random.Uint64())
		if err != nil {
			r.site.fatal(err)
		}
		working.Go(func() {
			if err := r.load.work(ctx, b, stop); err != nil {
				r.t.Error(err)
			}
		})
	}
	r.inflict(ctx)
	for r.load.done() < r.plan.writes && !r.t.Failed() && rig.Pause(ctx, 50*time.Millisecond) == nil {
	}
	close(stop)
	working.Wait()
	if r.t.Failed() {
		return
	}
	var err error
	if r.conn, err = r.site.connect(ctx); err != nil {
		r.site.fatal(err)
	}
	defer r.conn.Close(context.WithoutCancel(ctx))
	r.settle(ctx)
	r.verdict(ctx)
	if !r.t.Failed() {
		control(r.t, r.conn, r)
	}
}

// leavePagesOpen opens the list at both instances, and a ticket that nobody
// else works on.
func (r *run) leavePagesOpen(ctx context.Context) {
	var err error
	for _, b := range []**browser{&r.writer, &r.looker} {
		if *b, err = r.site.signIn(ctx, &r.load.counts, "joana", r.random.Uint64()); err != nil {
			r.site.fatal(err)
		}
	}
	if err := r.load.open(ctx, r.writer); err != nil {
		r.site.fatal(err)
	}
	r.watched, r.load.tickets = r.load.tickets[0], nil
	for instance := range r.site.bases {
		for _, path := range []string{"/tickets?tab=all", "/tickets/" + r.watched} {
			p, err := r.looker.leaveOpen(ctx, instance, path)
			if err != nil {
				r.site.fatal(err)
			}
			r.pages = append(r.pages, p)
		}
	}
}

// examine reads the database and holds it against the journal.
func (r *run) examine(ctx context.Context, q querier) (*finding, error) {
	s, err := look(ctx, q, r.began)
	if err != nil {
		return nil, err
	}
	return check(s, r.load.acknowledged, r.load.refused), nil
}

// jobLimit is how long after the last form every job must be done. Jobs of a
// killed worker are taken up again within 120 s; one that failed then waits.
const jobLimit = 180 * time.Second

// settle waits until every job is done, or the time is over.
func (r *run) settle(ctx context.Context) {
	ended := time.Now()
	const waiting = "SELECT count(*) FROM river_job WHERE kind = 'notify' AND state <> 'completed'"
	for left := -1; left != 0; {
		if err := r.conn.QueryRow(ctx, waiting).Scan(&left); err != nil {
			r.site.fatal(err)
		}
		if time.Since(ended) > jobLimit || rig.Pause(ctx, 100*time.Millisecond) != nil {
			break
		}
	}
	r.report.settled = time.Since(ended)
}

// screenLimit is how long after the last change a page may take to be right.
const screenLimit = 10 * time.Second

// verdict checks everything and prints the figures.
func (r *run) verdict(ctx context.Context) {
	found, err := r.examine(ctx, r.conn)
	if err != nil {
		r.site.fatal(err)
	}
	for _, o := range found.objections {
		r.t.Error(o)
	}
	if n := len(r.load.acknowledged); n < r.plan.writes {
		r.t.Errorf("%d forms were acknowledged, want %d", n, r.plan.writes)
	}
	for _, p := range r.pages {
		var different []string
		deadline := time.Now().Add(screenLimit)
		for different, err = p.differences(ctx); len(different) > 0 && time.Now().Before(deadline); different, err = p.differences(ctx) {
			_ = rig.Pause(ctx, 200*time.Millisecond) // The loop ends by its deadline.
		}
		if err != nil || len(different) > 0 {
			r.t.Errorf("%s at %s does not look like a reload: %v (%v)", p.path, r.site.webs[p.instance].Name, different, err)
		}
	}
	for _, p := range r.site.all() {
		for _, line := range append(p.Wrote("status=500"), p.Wrote("panic")...) {
			r.t.Errorf("%s: %s", p.Name, line)
		}
	}
	if err := r.rescued(ctx); err != nil {
		r.site.fatal(err)
	}
	r.t.Log("\n" + strings.Join(r.table(found), "\n"))
}
