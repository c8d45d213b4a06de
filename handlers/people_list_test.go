package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"helphub/internal/customer"
	"helphub/internal/sample"
)

// crowd makes n customers, Cliente 001 and on, behind the pages' backs.
func (s *site) crowd(t *testing.T, n int) {
	t.Helper()
	must(t, exec(t, s, `INSERT INTO customer (id, legal_name, city, origin)
		SELECT gen_random_uuid(), 'Cliente ' || to_char(n, 'FM0000'), CASE n % 3 WHEN 0 THEN 'Campinas' WHEN 1 THEN 'Ávaré' ELSE '' END, 'crowd ' || n
		FROM generate_series(1, $1::int) AS n`, n))
}

// walk collects the rows of all pages, forward from the first and back again.
func (c *client) walk(path string) (there, back []string) {
	c.t.Helper()
	a := c.get(path).is(http.StatusOK)
	for {
		if n := c.queries.Load(); n > 5 {
			c.t.Fatalf("%s took %d queries", path, n)
		}
		there = append(there, a.rows()...)
		next, ok := a.doc.Find(`a[rel="next"]`).Attr("href")
		if !ok {
			break
		}
		a = c.get(next).is(http.StatusOK)
	}
	for {
		back = append(slices.Clone(a.rows()), back...)
		previous, ok := a.doc.Find(`a[rel="prev"]`).Attr("href")
		if !ok {
			return there, back
		}
		a = c.get(previous).is(http.StatusOK)
	}
}

func TestTheCustomerListIsReadPageByPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.crowd(t, 60)
	ana := s.as(t, sample.Ana)
	var want []string
	for i := range 60 {
		want = append(want, fmt.Sprintf("Cliente %04d", i+1))
	}
	first := ana.get("/customers").is(http.StatusOK)
	if n := len(first.rows()); n != 25 || first.text(".pager .num") != "60 clientes" {
		t.Errorf("%d rows, %q", n, first.text(".pager .num"))
	}
	there, back := ana.walk("/customers")
	if diff := cmp.Diff(want, there); diff != "" {
		t.Errorf("forward:\n%s", diff)
	}
	if diff := cmp.Diff(want, back); diff != "" {
		t.Errorf("back:\n%s", diff)
	}
	slices.Reverse(want)
	if there, _ := ana.walk("/customers?order=desc"); !slices.Equal(there, want) {
		t.Error("descending is another order")
	}
	for _, order := range []string{"sort=city", "sort=city&order=desc", "sort=created", "sort=created&order=desc", "sort=password_hash", "sort=name;drop"} {
		there, back := ana.walk("/customers?" + strings.ReplaceAll(order, ";", "%3B"))
		if len(there) != 60 || !slices.Equal(there, back) {
			t.Errorf("%s: %d rows there and %d back", order, len(there), len(back))
		}
	}
	for _, cursor := range []string{"after=x", "before=x", "after=eyJzIjoibmFtZSJ9", "after=" + url.QueryEscape("\u202e")} {
		ana.get("/customers?" + cursor).wantRows(first.rows()...)
	}
}

func TestTheCustomerListSaysHowItIsSortedAndTurnsAround(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.crowd(t, 3)
	ana := s.as(t, sample.Ana)
	sorted := func(path string) string {
		var out []string
		for _, head := range ana.get(path).doc.Find("thead th[aria-sort]").EachIter() {
			out = append(out, head.AttrOr("aria-sort", "")+" "+head.Find("a").AttrOr("href", ""))
		}
		return strings.Join(out, ", ")
	}
	for path, want := range map[string]string{
		"/customers":                         "ascending /customers?order=desc, none /customers?sort=city, none /customers?order=desc&sort=created",
		"/customers?sort=city&order=desc":    "none /customers, descending /customers?sort=city, none /customers?order=desc&sort=created",
		"/customers?sort=created&order=desc": "none /customers, none /customers?sort=city, descending /customers?sort=created",
	} {
		if got := sorted(path); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestTheCustomerListIsFilteredAndSaysSo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.addCustomer(t, padaria())
	s.addCustomer(t, customer.Draft{LegalName: "Hotel Mirante", TaxID: hotelCNPJ, Active: true})
	s.addCustomer(t, customer.Draft{LegalName: "Zeca <script>alert(1)</script>", Active: true})
	ana := s.as(t, sample.Ana)
	pending := ana.get("/customers?document=pending").wantRows("Zeca <script>alert(1)</script>")
	if got := pending.text(".chip"); got != "Documento pendente" || pending.doc.Find(`.chip a`).AttrOr("href", "") != "/customers" {
		t.Errorf("the filter reads %q", got)
	}
	if pending.doc.Find("[data-rows] script").Length() != 0 || pending.text("[data-rows] .sign.warn") != "Documento pendente" {
		t.Errorf("the row is %s", pending.text("[data-rows]"))
	}
	for typed, names := range map[string][]string{
		"PADARIA": {"Padaria Central"}, "confeitaria": {"Padaria Central"}, "41287653": {"Padaria Central"}, "(19) 3234": {"Padaria Central"},
		"campinas": {"Padaria Central"}, "12.abc": {"Hotel Mirante"}, "%": {}, "nobody": {},
	} {
		a := ana.get("/customers?q=" + url.QueryEscape(typed)).wantRows(names...)
		if got := a.doc.Find(`.filters input[name="q"]`).AttrOr("value", ""); got != typed {
			t.Errorf("%q: the box holds %q", typed, got)
		}
		if len(names) == 0 && (a.text(".empty h2") != "Nada encontrado" || a.doc.Find(`.empty a`).AttrOr("href", "") != "/customers?q="+url.QueryEscape(typed)+"&show=all") {
			t.Errorf("%q: says %q", typed, a.text(".empty"))
		}
	}
	// A search within a filter keeps it, and the filter keeps the search.
	form := ana.get("/customers?document=pending&show=all&sort=city").doc.Find(".filters form")
	for name, value := range map[string]string{"document": "pending", "show": "all", "sort": "city"} {
		if got := form.Find(`input[name="`+name+`"]`).AttrOr("value", ""); got != value {
			t.Errorf("the search carries %s=%q", name, got)
		}
	}
	ana.get("/customers?q=" + strings.Repeat("a", 3000)).is(http.StatusOK)
}

// D-86: an empty list says what belongs there and never "page 1 of 0".
func TestD86EveryEmptyCustomerListOffersTheNextStep(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.as(t, sample.Ana)
	for path, title := range map[string]string{
		"/customers": "Nenhum cliente ativo", "/customers?show=inactive": "Nenhum cliente inativo",
		"/customers?document=pending": "Nenhum documento pendente", "/customers?q=x&show=all": "Nada encontrado",
	} {
		a := ana.get(path).is(http.StatusOK)
		if got := a.text(".empty h2"); got != title {
			t.Errorf("%s says %q", path, got)
		}
		if a.doc.Find(".pager, table").Length() != 0 {
			t.Errorf("%s has a table or pages of nothing", path)
		}
	}
	if to := ana.get("/customers").doc.Find(".empty a").AttrOr("href", ""); to != "/customers/new" {
		t.Errorf("the next step leads to %q", to)
	}
}

func TestTheLiveListIsWhatThePageShows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.crowd(t, 30)
	celia := s.as(t, sample.Celia)
	for path, id := range map[string]string{
		"/customers": "#customer-list", "/customers?q=cliente&show=all&sort=city&order=desc": "#customer-list", "/customers?q=nobody": "#customer-list",
		"/admin/departments": "#department-list", "/admin/staff": "#staff-list", "/admin/staff?show=inactive": "#staff-list",
	} {
		whole, err := celia.get(path).doc.Find(id).Html()
		must(t, err)
		live := celia.get(celia.get(path).doc.Find(id).AttrOr("hx-get", "/nowhere")).is(http.StatusOK)
		part, err := live.doc.Find(id).Html()
		must(t, err)
		if diff := cmp.Diff(whole, part); diff != "" {
			t.Errorf("%s:\n%s", path, diff)
		}
		if live.doc.Find("form, input").Length() != 0 || live.Header.Get("ETag") == "" {
			t.Errorf("%s: the live part holds a form, or has no tag", path)
		}
	}
}

// D-81: a picker asks for the few that match; no page carries everybody.
func TestD81APickerIsToldOfTheFewThatMatch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.addCustomer(t, padaria())
	s.crowd(t, 100)
	ana := s.as(t, sample.Ana)
	a := ana.get("/customers/options?q=" + url.QueryEscape("41.287")).is(http.StatusOK)
	if n := ana.queries.Load(); n > 2 {
		t.Errorf("%d queries", n)
	}
	option := a.doc.Find("option")
	if option.Length() != 1 || option.Text() != "Padaria Central" || option.AttrOr("data-help", "") != padariaCNPJ+", Campinas" || option.AttrOr("value", "") == "" {
		t.Errorf("offered %s", a.body)
	}
	for _, q := range []string{"", "cliente"} {
		if n := ana.get("/customers/options?q=" + q).doc.Find("option").Length(); n != customerOptions {
			t.Errorf("%q offers %d", q, n)
		}
	}
}
