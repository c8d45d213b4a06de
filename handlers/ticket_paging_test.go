package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/sample"
	"helphub/internal/ticket"
	"helphub/queries"
)

// walk follows the pager from an address to its end and returns the rows of
// every page on the way.
func walk(c *client, path, rel string) (pages [][]string, last string) {
	c.t.Helper()
	for path != "" {
		a := c.get(path).is(http.StatusOK)
		pages = append(pages, a.subjects())
		last = path
		path = a.doc.Find(`.pager a[rel="`+rel+`"]`).AttrOr("href", "")
		if len(pages) > 50 {
			c.t.Fatal("the pages do not end")
		}
	}
	return pages, last
}

// orders are the SQL that each order means, written down once more.
var orders = map[queries.GridSort]string{
	queries.SortActivity:   "t.last_activity_at %[1]s, t.id %[1]s",
	queries.SortOpened:     "t.opened_at %[1]s, t.id %[1]s",
	queries.SortPriority:   "t.priority %[1]s, t.id %[1]s",
	queries.SortVisit:      "coalesce(t.next_visit_at, 'infinity') %[1]s, t.id %[1]s",
	queries.SortCustomer:   `c.display_name COLLATE "pt-BR-x-icu" %[1]s, c.id %[1]s, t.id %[1]s`,
	queries.SortDepartment: `(d.id IS NULL) %[1]s, d.name COLLATE "pt-BR-x-icu" %[1]s, d.id %[1]s, t.id %[1]s`,
}

func (w *world) sorted(t *testing.T, sort queries.GridSort, order, where string) []string {
	t.Helper()
	rows, err := w.db.Read.Query(t.Context(), "SELECT t.subject FROM ticket AS t JOIN customer AS c ON c.id = t.customer_id LEFT JOIN department AS d ON d.id = t.department_id WHERE "+
		where+" ORDER BY "+fmt.Sprintf(orders[sort], order))
	must(t, err)
	subjects, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	return subjects
}

func TestEveryOrderIsWalkedForwardAndBackRowByRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(t, 83)
	for sort := range orders {
		for _, order := range []string{"asc", "desc"} {
			ana := w.as(t, sample.Ana) // anew: nobody turns so many pages in a second
			for filter, where := range map[string]string{
				"": "true", "&tab=all&technician=none": "true", "&tab=open": "t.status = 'open'", "&from=2000-01-01&to=2999-01-01": "true",
				"&customer=" + w.hotel.String(): "t.customer_id = '" + w.hotel.String() + "'", "&q=cliente": "true",
				"&department=none": "t.department_id IS NULL", "&department=" + w.cold.String(): "t.department_id = '" + w.cold.String() + "'",
			} {
				want := w.sorted(t, sort, order, where)
				pages, last := walk(ana, "/tickets/rows?sort="+string(sort)+"&order="+order+filter, "next")
				if got := slices.Concat(pages...); !slices.Equal(got, want) {
					t.Errorf("%s %s %q forward: %v, want %v", sort, order, filter, got, want)
				}
				back, _ := walk(ana, strings.Replace(last, "/tickets?", "/tickets/rows?", 1), "prev")
				slices.Reverse(back)
				if got := slices.Concat(back...); !slices.Equal(got, want) {
					t.Errorf("%s %s %q back: %v, want %v", sort, order, filter, got, want)
				}
			}
		}
	}
}

// D-13: the most urgent come first.
func TestD13CriticalComesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, p := range []ticket.Priority{ticket.Normal, ticket.Critical, ticket.Low, ticket.High} {
		w.put(t, made{subject: "prioridade " + p.String(), priority: p})
	}
	ana := w.as(t, sample.Ana)
	urgent := []string{"prioridade critical", "prioridade high", "prioridade normal", "prioridade low"}
	ana.get("/tickets?sort=priority").shows(urgent...)
	ana.get("/tickets?sort=priority&order=desc").shows(urgent...)
	slices.Reverse(urgent)
	ana.get("/tickets?sort=priority&order=asc").shows(urgent...)
}

// D-94: departments sort by their names, triage last.
func TestD94DepartmentsSortByName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(t, made{subject: "triagem"})
	w.put(t, made{subject: "refrigeração", department: &w.cold})
	w.put(t, made{subject: "elétrica", department: &w.electric})
	ana := w.as(t, sample.Ana)
	ana.get("/tickets?sort=department").shows("elétrica", "refrigeração", "triagem")
	ana.get("/tickets?sort=department&order=desc").shows("triagem", "refrigeração", "elétrica")
}

// D-77: only the orders we know are orders.
func TestD77AnUnknownOrderIsTheUsualOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(t, made{subject: "antigo", activity: w.now.Add(-time.Hour)})
	w.put(t, made{subject: "novo", activity: w.now})
	ana := w.as(t, sample.Ana)
	for _, sort := range []string{"", "password_hash", "id", "t.id; DROP TABLE ticket", "Priority", "__class__", "metadata"} {
		a := ana.get("/tickets?sort="+url.QueryEscape(sort)+"&order="+url.QueryEscape("sideways"+sort)).shows("novo", "antigo")
		if got := a.doc.Find("th.c-when").AttrOr("aria-sort", ""); got != "descending" {
			t.Errorf("%q: the heading says %q", sort, got)
		}
	}
}

func TestHeadingsSayAndTurnTheOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(t, made{})
	ana := w.as(t, sample.Ana)
	heading := func(a *answer, column string) [2]string {
		th := a.doc.Find("th." + column)
		return [2]string{th.AttrOr("aria-sort", ""), th.Find("a.sort").AttrOr("href", "")}
	}
	a := ana.get("/tickets?q=" + url.QueryEscape("chamado número"))
	for column, want := range map[string][2]string{
		"c-when": {"descending", "/tickets?order=asc&q=chamado+n%C3%BAmero"}, "c-mark": {"none", "/tickets?q=chamado+n%C3%BAmero&sort=priority"},
		"c-customer": {"none", "/tickets?q=chamado+n%C3%BAmero&sort=customer"}, "c-team": {"none", "/tickets?q=chamado+n%C3%BAmero&sort=department"},
	} {
		if got := heading(a, column); got != want {
			t.Errorf("%s: %v, want %v", column, got, want)
		}
	}
	if got := heading(ana.get("/tickets?sort=customer"), "c-customer"); got != [2]string{"ascending", "/tickets?order=desc&sort=customer"} {
		t.Errorf("sorted by customer: %v", got)
	}
	if got := heading(ana.get("/tickets?sort=opened"), "c-when"); got[0] != "descending" {
		t.Errorf("sorted by opening: %v", got)
	}
}

func TestAForgedOrForeignCursorIsTheFirstPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(t, 30)
	ana := w.as(t, sample.Ana)
	next, err := url.Parse(ana.get("/tickets").doc.Find(`.pager a[rel="next"]`).AttrOr("href", ""))
	must(t, err)
	good := next.Query().Get("after")
	if second := ana.get("/tickets?after=" + good).subjects(); len(second) != 5 {
		t.Fatalf("the second page has %d rows", len(second))
	}
	bad := queries.Cursor{Sort: "activity", Desc: true, Value: "yesterday", ID: uuid.New()}.String()
	for _, query := range []string{
		"after=x", "after=%25%25", "before=" + good[:10], "after=" + bad, "before=" + bad, "order=asc&after=" + good,
		"after=" + queries.Cursor{Sort: "activity", Desc: true, ID: uuid.New()}.String(),
	} {
		a := ana.get("/tickets?" + query).is(http.StatusOK)
		if len(a.subjects()) != 25 || a.doc.Find(`.pager a[rel="prev"]`).Length() != 0 {
			t.Errorf("%s: %d rows", query, len(a.subjects()))
		}
	}
	other := ana.get("/tickets?sort=priority&after=" + good).is(http.StatusOK)
	if !slices.Equal(other.subjects(), ana.get("/tickets?sort=priority").subjects()) {
		t.Error("a cursor of another order is taken for one of this")
	}
	for sort, value := range map[string]string{
		"priority": "99999", "customer": "no-id Padaria", "department": "x", "visit": "never", "opened": "0",
	} {
		c := queries.Cursor{Sort: sort, Desc: true, Value: value, ID: uuid.New()}
		if n := len(ana.get("/tickets?sort=" + sort + "&order=desc&after=" + c.String()).is(http.StatusOK).subjects()); n != 25 {
			t.Errorf("%s: %d rows behind %q", sort, n, value)
		}
	}
}

// A cursor of triage or of a team, kept while the filter changes, ends a list
// or begins it; it breaks nothing.
func TestACursorOutlivesItsFilter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(t, 60)
	for _, order := range []string{"asc", "desc"} {
		for _, value := range []string{"", w.cold.String() + " Refrigeração", uuid.NewString() + " Zeladoria"} {
			cursor := queries.Cursor{Sort: "department", Desc: order == "desc", Value: value, ID: uuid.New()}.String()
			ana := w.as(t, sample.Ana)
			for _, filter := range []string{"", "&department=none", "&department=" + w.electric.String(), "&technician=none", "&customer=" + uuid.NewString()} {
				ana.get("/tickets?sort=department&order=" + order + filter + "&after=" + cursor).is(http.StatusOK)
				ana.get("/tickets?sort=department&order=" + order + filter + "&before=" + cursor).is(http.StatusOK)
			}
		}
	}
}

// D-86: a page that is no more says so and leads to the beginning.
func TestD86APageBehindTheEndIsNoError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(t, 30)
	ana := w.as(t, sample.Ana)
	second := ana.get("/tickets").doc.Find(`.pager a[rel="next"]`).AttrOr("href", "")
	_, err := w.db.Write.Exec(t.Context(), "DELETE FROM ticket WHERE subject IN (SELECT subject FROM ticket ORDER BY last_activity_at, id LIMIT 5)")
	must(t, err)
	a := ana.get(second).shows()
	if got := a.text(".empty h2"); got != "A lista termina antes daqui" {
		t.Errorf("it says %q", got)
	}
	if got := a.doc.Find(".empty a.button").AttrOr("href", ""); got != "/tickets" {
		t.Errorf("it leads to %q", got)
	}
}

// Rows that come and go while somebody pages are nobody's loss: who stays is
// seen, once, and going back ends on a full first page.
func TestPagingMissesNobodyWhileRowsChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(t, 80)
	ana := w.as(t, sample.Ana)
	stay := w.sorted(t, queries.SortActivity, "desc", "true")
	path, seen := "/tickets", []string(nil)
	for page := 0; path != ""; page++ {
		a := ana.get(path).is(http.StatusOK)
		seen = append(seen, a.subjects()...)
		path = a.doc.Find(`.pager a[rel="next"]`).AttrOr("href", "")
		w.put(t, made{subject: fmt.Sprintf("novo %d", page), activity: w.now.Add(time.Duration(page+1) * time.Second)})
		gone := stay[70-page]
		_, err := w.db.Write.Exec(t.Context(), "DELETE FROM ticket WHERE subject = $1", gone)
		must(t, err)
		if !slices.Contains(seen, gone) {
			stay = slices.DeleteFunc(stay, func(s string) bool { return s == gone })
		}
	}
	if !slices.Equal(seen, stay) {
		t.Errorf("seen %v\nwant %v", seen, stay)
	}
	second := ana.get("/tickets").doc.Find(`.pager a[rel="next"]`).AttrOr("href", "")
	w.put(t, made{subject: "novíssimo", activity: w.now.Add(time.Hour)})
	back := ana.get(ana.get(second).doc.Find(`.pager a[rel="prev"]`).AttrOr("href", "")) // the old first page
	if n := len(back.subjects()); n != 25 {
		t.Errorf("the page before the second has %d rows", n)
	}
	top := ana.get(back.doc.Find(`.pager a[rel="prev"]`).AttrOr("href", ""))
	if got := top.subjects(); len(got) != 25 || got[0] != "novíssimo" {
		t.Errorf("the beginning is %v", got)
	}
	if got := top.doc.Find("#ticket-list").AttrOr("hx-get", ""); got != "/tickets/rows" {
		t.Errorf("the beginning follows %s: it would not see what comes", got)
	}
	if top.doc.Find(`.pager a[rel="prev"]`).Length() != 0 {
		t.Error("there is something before the beginning")
	}
}
