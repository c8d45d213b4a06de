package worker

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"helphub/internal/job"
	"helphub/internal/sample"
)

// jobs are the kinds in the queue, in the order they came.
func (w *world) jobs() []string {
	w.t.Helper()
	return value[[]string](w, "SELECT coalesce(array_agg(kind ORDER BY id), '{}') FROM river_job WHERE kind <> 'notify'")
}

// finish ends every job in the queue, so that the next of its kind may come.
func (w *world) finish() {
	w.t.Helper()
	_, err := w.db.Write.Exec(w.t.Context(), "UPDATE river_job SET state = 'completed', finalized_at = now()")
	must(w.t, err)
}

func (w *world) next(name string) string {
	w.t.Helper()
	at := value[time.Time](w, "SELECT next_run_at FROM schedule WHERE name = $1", name)
	return at.In(sample.Zone).Format("2006-01-02 15:04")
}

func local(text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", text, sample.Zone)
	if err != nil {
		panic(err)
	}
	return at
}

func TestTheFirstLookPlansAndRunsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // Monday, 14:05
	must(t, w.worker.tick(t.Context()))
	if jobs := w.jobs(); len(jobs) > 0 {
		t.Errorf("queued: %v", jobs)
	}
	got := map[string]string{"janitor": w.next("janitor"), "sweep": w.next("sweep")}
	if diff := cmp.Diff(map[string]string{"janitor": "2026-11-24 03:05", "sweep": "2026-11-24 04:00"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestNothingRunsByItselfBeforeTheSetUp(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	must(t, w.worker.tick(t.Context()))
	if n := value[int](w, "SELECT count(*) FROM schedule"); n != 0 {
		t.Errorf("%d planned", n)
	}
}

func TestWhatIsDueRunsOnceAndMovesToTheNextNight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.worker.tick(t.Context()))
	w.setClock(local("2026-11-24 03:04"))
	must(t, w.worker.tick(t.Context()))
	if jobs := w.jobs(); len(jobs) > 0 {
		t.Fatalf("a minute early: %v", jobs)
	}
	for _, minute := range []string{"03:05", "03:06", "03:07"} {
		w.setClock(local("2026-11-24 " + minute))
		must(t, w.worker.tick(t.Context()))
	}
	if diff := cmp.Diff([]string{"janitor"}, w.jobs()); diff != "" {
		t.Error(diff)
	}
	if got := w.next("janitor"); got != "2026-11-25 03:05" {
		t.Errorf("next run %s", got)
	}
}

// Everything was off from Monday evening to Thursday: the janitor runs once on
// waking, not three times, and then at its time again.
func TestARunThatWasMissedHappensOnceOnWaking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.worker.tick(t.Context()))
	w.setClock(local("2026-11-26 10:17"))
	must(t, w.worker.tick(t.Context()))
	must(t, w.worker.tick(t.Context()))
	if diff := cmp.Diff([]string{"janitor", "sweep"}, w.jobs()); diff != "" {
		t.Error(diff)
	}
	if got := w.next("janitor"); got != "2026-11-27 03:05" {
		t.Errorf("next run %s", got)
	}
}

func TestARunThatIsOnlyOfUseOnTimeIsNotCaughtUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.worker.tasks = []task{{at: daily{3, 5}, args: job.Janitor{}}, {at: daily{4, 0}, args: job.Sweep{}}}
	must(t, w.worker.tick(t.Context()))
	w.setClock(local("2026-11-24 04:30"))
	must(t, w.worker.tick(t.Context()))
	if diff := cmp.Diff([]string{"sweep"}, w.jobs()); diff != "" {
		t.Error(diff) // half an hour late is on time, an hour and a half is not
	}
	if got := value[string](w, "SELECT last_result FROM schedule WHERE name = 'janitor' AND last_run_at IS NULL"); got != "missed" {
		t.Errorf("the janitor's last run is %s", got)
	}
}

// probe is a job that may be in the queue twice, unlike the real ones, which
// would hide that a run was taken twice.
type probe struct{}

func (probe) Kind() string { return "probe" }

// Seen to fail without FOR UPDATE: several of the four queued a job each.
func TestFourWorkersTakeARunOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	workers := []*Worker{w.worker, w.another(), w.another(), w.another()}
	for _, one := range workers {
		one.tasks = []task{{at: daily{3, 5}, catchUp: true, args: probe{}}}
	}
	must(t, w.worker.tick(t.Context()))
	var want []string
	for night := range 10 {
		w.setClock(local("2026-11-24 05:00").AddDate(0, 0, night))
		var together errgroup.Group
		for _, one := range workers {
			together.Go(func() error { return one.tick(t.Context()) })
		}
		must(t, together.Wait())
		want = append(want, "probe")
		if diff := cmp.Diff(want, w.jobs()); diff != "" {
			t.Fatalf("night %d: %s", night, diff)
		}
	}
}

// A night's run that is still being tried is not joined by the next night's.
func TestANightsRunWaitsForTheOneBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.worker.tick(t.Context()))
	for _, night := range []string{"2026-11-24 05:00", "2026-11-25 05:00"} {
		w.setClock(local(night))
		must(t, w.worker.tick(t.Context()))
	}
	if diff := cmp.Diff([]string{"janitor", "sweep"}, w.jobs()); diff != "" {
		t.Error(diff)
	}
	w.finish()
	w.setClock(local("2026-11-26 05:00"))
	must(t, w.worker.tick(t.Context()))
	if diff := cmp.Diff([]string{"janitor", "sweep", "janitor", "sweep"}, w.jobs()); diff != "" {
		t.Error(diff)
	}
}

// Queued and moved are one: when the job cannot be inserted, the run is still
// due. Seen to fail with the job inserted after the commit.
func TestARunThatCouldNotBeQueuedStaysDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	must(t, w.worker.tick(ctx))
	w.setClock(local("2026-11-24 03:10"))
	_, err := w.db.Write.Exec(ctx, "ALTER TABLE river_job ADD CONSTRAINT full_up CHECK (kind <> 'janitor')")
	must(t, err)
	if err := w.worker.tick(ctx); err == nil {
		t.Fatal("the job was inserted all the same")
	}
	if got := w.next("janitor"); got != "2026-11-24 03:05" {
		t.Fatalf("the run that was never queued moved to %s", got)
	}
	_, err = w.db.Write.Exec(ctx, "ALTER TABLE river_job DROP CONSTRAINT full_up")
	must(t, err)
	must(t, w.worker.tick(ctx))
	if diff := cmp.Diff([]string{"janitor"}, w.jobs()); diff != "" {
		t.Error(diff)
	}
}

// The company moves to Lisbon on Monday: that night's run is at 03:05 there.
func TestTheCompanysZoneIsTheOneOfTheMoment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.worker.tick(t.Context()))
	_, err := w.db.Write.Exec(t.Context(), "UPDATE company SET time_zone = 'Europe/Lisbon'")
	must(t, err)
	must(t, w.worker.tick(t.Context()))
	if got := w.next("janitor"); got != "2026-11-24 00:05" { // 03:05 in Lisbon
		t.Errorf("next run %s in São Paulo", got)
	}
	// A run that is due when the zone changes is not lost by it.
	w.setClock(local("2026-11-24 00:06"))
	_, err = w.db.Write.Exec(t.Context(), "UPDATE company SET time_zone = 'America/Sao_Paulo'")
	must(t, err)
	must(t, w.worker.tick(t.Context()))
	if diff := cmp.Diff([]string{"janitor"}, w.jobs()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatANewerProgramPlannedIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.db.Write.Exec(t.Context(), `INSERT INTO schedule (name, rule, zone, catch_up, next_run_at)
		VALUES ('backup', 'daily 03:00', 'America/Sao_Paulo', true, '2026-01-01')`)
	must(t, err)
	must(t, w.worker.tick(t.Context()))
	if n := value[int](w, "SELECT count(*) FROM schedule WHERE name = 'backup' AND next_run_at = '2026-01-01'"); n != 1 {
		t.Error("another program's plan was moved")
	}
	if jobs := w.jobs(); len(jobs) > 0 {
		t.Errorf("queued: %v", jobs)
	}
}

// D-70: a failed run counted as a run. D-66: a failure was recorded as success.
func TestD66D70TheScheduleSaysHowARunEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.worker.tick(t.Context()))
	ended := func() string {
		return value[string](w, "SELECT last_result || ' ' || last_error FROM schedule WHERE name = 'sweep'")
	}
	sweep := &sweeper{office: w.worker.o.Office}
	_, err := w.db.Write.Exec(t.Context(), "ALTER TABLE sessions RENAME TO hidden")
	must(t, err)
	if _, err := tryWork(w, sweep, job.Sweep{}); err == nil {
		t.Fatal("the sweep went well without its table")
	}
	if got := ended(); !strings.HasPrefix(got, "failed sweep: delete cookies") {
		t.Errorf("after a failure the schedule says %q", got)
	}
	_, err = w.db.Write.Exec(t.Context(), "ALTER TABLE hidden RENAME TO sessions")
	must(t, err)
	work(w, sweep, job.Sweep{})
	if got := ended(); got != "done " {
		t.Errorf("after a success the schedule says %q", got)
	}
}

func TestTheSweepTakesOnlyWhatHasExpired(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.db.Write.Exec(t.Context(), `INSERT INTO sessions (token, data, expiry) VALUES ('old', '', now() - interval '1 hour'), ('new', '', now() + interval '1 hour')`)
	must(t, err)
	work(w, &sweeper{office: w.worker.o.Office}, job.Sweep{})
	if left := value[[]string](w, "SELECT array_agg(token) FROM sessions"); !cmp.Equal(left, []string{"new"}) {
		t.Errorf("left: %v", left)
	}
}

func TestEveryTaskIsAJobOfItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, one := range plan() {
		if seen[one.name()] {
			t.Errorf("%s is planned twice", one.name())
		}
		seen[one.name()] = true
		if _, err := parseDaily(one.at.rule()); err != nil {
			t.Error(err)
		}
	}
}

func TestTheQueueIsCountedByState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(sample.Now, sample.Ana, 2)
	w.open(sample.Now, sample.Ana, 2)
	_, err := w.db.Write.Exec(t.Context(), "UPDATE river_job SET scheduled_at = now() - interval '90 seconds'")
	must(t, err)
	q, err := LookAtQueue(t.Context(), w.db.Read)
	must(t, err)
	if q.Jobs["available"] != 2 || q.Jobs["running"] != 0 || q.Oldest < 90*time.Second || q.Oldest > 100*time.Second {
		t.Errorf("%+v", q)
	}
}

func TestIndexesAreRebuiltWhileTheCompanySleeps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := quietHour{w.worker}.Next(sample.Now).In(sample.Zone).Format("15:04")
	if got != "04:40" {
		t.Errorf("at %s", got)
	}
}
