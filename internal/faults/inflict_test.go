package faults

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"helphub/internal/rig"
)

// inflict does everything the plan says, in an order drawn from the seed, with
// some work between one fault and the next.
func (r *run) inflict(ctx context.Context) {
	var faults []func(context.Context)
	for _, f := range []struct {
		times int
		fault func(context.Context)
	}{
		{r.plan.webs, r.killWeb},
		{r.plan.workers, r.killWorker},
		{r.plan.databases, r.killDatabase},
		{r.plan.everything, r.killEverything},
		{(r.plan.deaf + deafAtOnce - 1) / deafAtOnce, r.deafen},
	} {
		for range f.times {
			faults = append(faults, f.fault)
		}
	}
	r.random.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
	for _, fault := range faults {
		for more := r.load.done() + workBetween; r.load.done() < more && !r.t.Failed() && rig.Pause(ctx, 20*time.Millisecond) == nil; {
		}
		if r.t.Failed() || ctx.Err() != nil {
			return
		}
		fault(ctx)
	}
}

// workBetween is how many forms are acknowledged between two faults.
const workBetween = 20

// restartAfter is what a service manager takes to start a program again.
const restartAfter = 200 * time.Millisecond

// moment waits for one at which forms are in hand: any of them, so that what
// comes falls on a statement, a commit or an answer; or one at which several
// transactions stand before the same table, with some of their rows written
// and others not. The returned function lets those go.
func (r *run) moment(ctx context.Context) (over func()) {
	tables := []string{"", "", "ticket", "entry", "audit", "river_job"}
	if table := tables[r.random.IntN(len(tables))]; table != "" {
		return r.stand(ctx, table, len(crew)/2)
	}
	for r.site.inside[0].Load()+r.site.inside[1].Load() == 0 && rig.Pause(ctx, 100*time.Microsecond) == nil {
	}
	_ = rig.Pause(ctx, time.Duration(r.random.Int64N(int64(8*time.Millisecond))))
	return func() {}
}

// stand locks a table until so many transactions stand before it.
func (r *run) stand(ctx context.Context, table string, many int) (over func()) {
	conn, err := r.site.connect(ctx)
	if err != nil {
		r.site.fatal(err)
	}
	if _, err := conn.Exec(ctx, "BEGIN; LOCK TABLE "+table+" IN SHARE MODE"); err != nil {
		r.site.fatal(err)
	}
	for waiting := 0; waiting < many; {
		const sql = "SELECT count(*) FROM pg_locks WHERE relation = $1::regclass AND NOT granted"
		if err := conn.QueryRow(ctx, sql, table).Scan(&waiting); err != nil {
			r.site.fatal(err)
		}
		if err := rig.Pause(ctx, time.Millisecond); err != nil {
			r.site.fatal(fmt.Errorf("nobody stood before %s: %w", table, err))
		}
	}
	return func() { _ = conn.Close(ctx) } // The server may be gone by then.
}

// killWeb kills an instance that has a form in hand.
func (r *run) killWeb(ctx context.Context) {
	over := r.moment(ctx)
	n := r.random.IntN(len(r.site.webs))
	if r.site.inside[n].Load() == 0 {
		n = 1 - n
	}
	r.site.webs[n].Kill()
	over()
	_ = rig.Pause(ctx, restartAfter)
	r.site.webs[n].Start()
	if err := r.site.ready(ctx, r.site.bases[n]); err != nil {
		r.site.fatal(err)
	}
	r.report.count("web killed in a request", 0, r.right(ctx, time.Now()))
}

// slots is how many jobs one worker does at once.
const slots = 4

// killWorker kills a worker while it tells somebody: more jobs stand before the
// bells than one worker does.
func (r *run) killWorker(ctx context.Context) {
	over := r.stand(ctx, "notification", slots+1)
	var running []int64
	conn, err := r.site.connect(ctx)
	if err != nil {
		r.site.fatal(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	const sql = "SELECT coalesce(array_agg(id), '{}') FROM river_job WHERE kind = 'notify' AND state = 'running'"
	if err := conn.QueryRow(ctx, sql).Scan(&running); err != nil {
		r.site.fatal(err)
	}
	w := r.site.workers[r.random.IntN(len(r.site.workers))]
	w.Kill()
	r.report.interrupted = append(r.report.interrupted, interruption{time.Now(), running})
	over()
	_ = rig.Pause(ctx, restartAfter)
	w.Start()
	r.report.count("worker killed in a job", 0, 0)
}

// killDatabase kills PostgreSQL with all its processes. The embedded one is
// brought up again by the program, another one by its owner.
func (r *run) killDatabase(ctx context.Context) {
	over := r.moment(ctx)
	r.site.killServer()
	over()
	r.bringBack(ctx)
	r.recover(ctx, "PostgreSQL killed", r.site.accepts(ctx))
}

// killEverything is the machine that loses power, as far as a test may.
func (r *run) killEverything(ctx context.Context) {
	over := r.moment(ctx)
	var killing sync.WaitGroup
	for _, p := range r.site.all() {
		killing.Go(p.Kill)
	}
	r.site.killServer()
	killing.Wait()
	over()
	r.bringBack(ctx)
	began := time.Now()
	for _, p := range r.site.all() {
		p.Start()
	}
	r.recover(ctx, "everything killed at once", began)
}

// bringBack starts a PostgreSQL that is given after a while in which people
// see that it is away.
func (r *run) bringBack(ctx context.Context) {
	if r.plan.given {
		_ = rig.Pause(ctx, time.Duration(r.random.Int64N(int64(3*time.Second))))
		r.site.bringUp(ctx)
	}
}

// recover measures how long after a moment each instance gives its first good
// answer, and each open page is right.
func (r *run) recover(ctx context.Context, what string, since time.Time) {
	var slowest time.Duration
	for n := range r.site.bases {
		for ctx.Err() == nil {
			a, err := r.writer.ask(ctx, n, http.MethodGet, "/tickets", nil)
			if err == nil && a.status == http.StatusOK {
				break
			}
			_ = rig.Pause(ctx, 20*time.Millisecond) // The loop asks whether ctx has ended.
		}
		slowest = max(slowest, time.Since(since))
	}
	r.report.count(what, slowest, r.right(ctx, since))
}

// rightLimit is when a page that shows nothing new counts as lost.
const rightLimit = time.Minute

// right lets somebody write on the ticket that is open everywhere and waits
// until every page of it shows the words.
func (r *run) right(ctx context.Context, since time.Time) time.Duration {
	if err := r.load.say(ctx, r.writer, r.watched, "notes", "noted"); err != nil {
		r.t.Error(err)
		return 0
	}
	seal := r.load.lastSeal(r.watched)
	for _, p := range r.pages {
		for p.path == "/tickets/"+r.watched && !p.shows(seal) {
			if time.Since(since) > rightLimit {
				r.t.Errorf("%s at %s never showed what was written", p.path, r.site.webs[p.instance].Name)
				break
			}
			if rig.Pause(ctx, 10*time.Millisecond) != nil {
				break
			}
		}
	}
	return time.Since(since)
}

// deafAtOnce is how many times in a row the listeners' connections are cut.
const deafAtOnce = 10

// deafen cuts the connections by which the instances hear news, as soon as
// they are there again.
func (r *run) deafen(ctx context.Context) {
	conn, err := r.site.connect(ctx)
	if err != nil {
		r.site.fatal(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	const cut = `SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'helphub listener' AND pid <> ALL ($1)`
	gone := []int32{0}
	for end := len(gone) + min(deafAtOnce, r.plan.deaf)*len(r.site.webs); len(gone) < end; {
		rows, err := conn.Query(ctx, cut, gone)
		if err != nil {
			r.site.fatal(err)
		}
		var pid int32
		if _, err := pgx.ForEachRow(rows, []any{&pid, nil}, func() error {
			gone = append(gone, pid)
			return nil
		}); err != nil {
			r.site.fatal(err)
		}
		if err := rig.Pause(ctx, 10*time.Millisecond); err != nil {
			r.site.fatal(fmt.Errorf("the listeners did not come back: %w", err))
		}
	}
	r.report.deaf += len(gone) - 1
	r.report.count("listeners cut off", 0, r.right(ctx, time.Now()))
}
