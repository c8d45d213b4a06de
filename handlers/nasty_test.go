package handlers

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"helphub/internal/helpdesk"
	"helphub/internal/sample"
	"helphub/internal/ticket"
	"helphub/queries"
)

// nasty are values that no page offers and anybody can send.
var nasty = []string{
	"", "a\x00b", "\xff\xfe", "-1", "99999999999999999999", "2147483648",
	"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "{", "%", `\`, "//evil.example", "\r\nX: y",
	"0001-01-01", "9999-12-31", strings.Repeat("á", 12_000),
}

// fields are what each form takes, with values that go through.
func (n *nastySite) fields() map[string]url.Values {
	customer := url.Values{
		"legal_name": {"Oficina Dois Irmãos"}, "trade_name": {""}, "tax_id": {"11.444.777/0001-61"}, "email": {"a@b.example"}, "phone": {"1932345678"},
		"postal_code": {"13010-000"}, "street": {"Rua"}, "number": {"1"}, "complement": {""}, "district": {"Centro"}, "city": {"Campinas"},
		"state": {"SP"}, "notes": {""}, "active": {"1"}, "version": {"1"}, "form_id": {""},
	}
	person := url.Values{
		"name": {"Zeca"}, "username": {"zeca"}, "email": {"z@b.example"}, "phone": {""}, "role_id": {sample.Ana.Role.ID.String()},
		"password": {""}, "active": {"1"}, "version": {"1"}, "form_id": {""},
	}
	passing := url.Values{
		"department_id": {n.team.String()}, "technician_id": {sample.Bruno.ID.String()}, "level": {"2"}, "reason": {"Peça"}, "version": {"1"}, "form_id": {""},
	}
	opening := url.Values{
		"customer_id": {n.customer.String()}, "department_id": {n.team.String()}, "priority": {"high"}, "subject": {"Câmara fria"},
		"description": {"Não gela."}, "form_id": {""}, "version": {"1"},
	}
	words := url.Values{"body": {"Já vamos."}, "status": {""}, "keep": {""}, "version": {"1"}, "form_id": {""}}
	team := url.Values{"name": {"Vendas"}, "email": {""}, "description": {""}, "active": {"1"}, "version": {"1"}, "form_id": {""}}
	t, none := "/tickets/"+string(n.protocol), url.Values{"version": {"1"}}
	return map[string]url.Values{
		"/setup": {"username": {"zeca"}, "name": {"Zeca"}, "code": {"x"}, "company_name": {"X"}, "email": {""}, "password": {""}},
		"/login": {"username": {"zeca"}, "password": {"x"}, "remember": {"1"}, "next": {"/"}, "lang": {"en"}},
		"/profile": {
			"name": {"Célia"}, "email": {""}, "phone": {""}, "language": {""}, "theme": {""}, "timeline_order": {"asc"}, "version": {"1"},
		},
		"/profile/password":                         {"current_password": {"x"}, "new_password": {"x"}, "new_password_again": {"x"}},
		"/profile/sessions/" + n.id + "/revocation": none, "/notifications/reading": none,
		"/tickets": opening, t + "/edit": opening, t + "/replies": words, t + "/notes": words, t + "/presence": {"writing": {"1"}},
		t + "/transfer": passing, t + "/escalation": passing, t + "/assignment": passing,
		t + "/pending": words, t + "/closure": words, t + "/reopening": words, "/tickets/" + n.id + "/deletion": none,
		"/entries/" + n.id + "/retraction": none,
		"/customers":                       customer, "/customers/" + n.customer.String() + "/edit": customer,
		"/customers/" + n.id + "/deletion": none,
		"/admin/departments":               team, "/admin/departments/new": team, "/admin/departments/" + n.team.String() + "/edit": team,
		"/admin/departments/" + n.id + "/deletion": none,
		"/admin/staff": person, "/admin/staff/new": person, "/admin/staff/" + sample.Ana.ID.String() + "/edit": person,
		"/admin/staff/" + n.id + "/deactivation": none, "/admin/staff/" + n.id + "/activation": none,
	}
}

// nastySite is a site with one of each thing in it.
type nastySite struct {
	*site
	team, customer uuid.UUID
	protocol       ticket.Protocol
	id             string // nobody's
}

func newNastySite(t *testing.T) *nastySite {
	t.Helper()
	n := &nastySite{site: newSite(t), team: uuid.New(), customer: uuid.New(), id: uuid.NewString()}
	q := queries.New(n.db.Write)
	must(t, q.InsertDepartment(t.Context(), queries.InsertDepartmentParams{ID: n.team, Name: "Refrigeração", Active: true}))
	must(t, q.InsertCustomer(t.Context(), queries.InsertCustomerParams{ID: n.customer, LegalName: "Padaria Central", Active: true}))
	var err error
	n.protocol, err = n.desk.OpenTicket(t.Context(), sample.Ana, helpdesk.NewTicket{
		Form: uuid.New(), Subject: "Balcão", Description: "Não gela.", Priority: "low", CustomerID: n.customer,
	})
	must(t, err)
	n.app.brakes.person.SetMax(1e6).SetBurst(1e6)
	n.app.brakes.stranger.SetMax(1e6).SetBurst(1e6)
	return n
}

// Whatever is sent, one field at a time in a form that is otherwise good, is an
// answer that says what to do, and never "something broke" (D-49, D-76, D-77).
// The table of contents decides what is tried: a form that is not listed fails.
func TestNothingAnybodyCanPostIsABug_D49_D76(t *testing.T) {
	t.Parallel()
	n := newNastySite(t)
	celia := n.as(t, sample.Celia)
	token := celia.token()
	forms := n.fields()
	for _, r := range n.app.table {
		if r.Method != http.MethodPost || r.Pattern == "/logout" {
			continue
		}
		path := n.pathOf(r.Pattern, forms)
		form, ok := forms[path]
		if !ok {
			t.Errorf("%s: no form to try", r.Pattern)
			continue
		}
		for name := range form {
			for _, value := range nasty {
				n.try(t, celia, path, name, value, token, form)
			}
		}
	}
}

func (n *nastySite) try(t *testing.T, c *client, path, name, value, token string, form url.Values) {
	t.Helper()
	sent := url.Values{"csrf_token": {token}, name: {value}}
	for other, values := range form {
		if other != name {
			sent[other] = values
		}
	}
	a := c.send(http.MethodPost, path, sent)
	switch a.StatusCode {
	case http.StatusSeeOther, http.StatusOK, http.StatusNoContent, http.StatusUnauthorized, http.StatusNotFound, http.StatusConflict,
		http.StatusUnprocessableEntity, http.StatusTooManyRequests:
	default:
		t.Errorf("POST %s with %s = %.40q: status %d", path, name, value, a.StatusCode)
	}
	if to := a.Header.Get("Location"); strings.HasPrefix(to, "//") || strings.Contains(to, "://") {
		t.Errorf("POST %s with %s = %.40q leads to %q", path, name, value, to)
	}
}

// pathOf is the route's path as one of the forms has it.
func (n *nastySite) pathOf(pattern string, forms map[string]url.Values) string {
	for _, with := range []string{string(n.protocol), n.customer.String(), n.team.String(), sample.Ana.ID.String(), n.id} {
		if path := parameter.ReplaceAllString(pattern, with); forms[path] != nil {
			return path
		}
	}
	return pattern
}

func TestNothingAnybodyCanAskForIsABug_D49_D77(t *testing.T) {
	t.Parallel()
	n := newNastySite(t)
	celia := n.as(t, sample.Celia)
	names := []string{
		"q", "tab", "sort", "order", "after", "before", "from", "to", "priority", "department", "technician", "customer",
		"section", "id", "next", "lang", "code", "show", "kind", "voice", "mark", "pending", "active", "\x00",
	}
	forms := n.fields()
	for _, r := range n.app.table {
		if r.Method != http.MethodGet || r.Pattern == "/live" {
			continue
		}
		path := n.pathOf(r.Pattern, forms)
		for _, value := range nasty {
			if len(value) > 1000 {
				value = value[:1000]
			}
			q := url.Values{}
			for _, name := range names {
				q.Set(name, value)
			}
			if a := celia.get(path + "?" + q.Encode()); a.StatusCode >= http.StatusInternalServerError || a.StatusCode == http.StatusBadRequest {
				t.Errorf("GET %s with everything = %.40q: status %d", path, value, a.StatusCode)
			}
			for _, name := range names[:12] {
				if a := celia.get(path + "?" + url.Values{name: {value}}.Encode()); a.StatusCode >= http.StatusInternalServerError {
					t.Errorf("GET %s with %s = %.40q: status %d", path, name, value, a.StatusCode)
				}
			}
			if !strings.Contains(r.Pattern, "{") || value == "" {
				continue
			}
			wild := parameter.ReplaceAllString(r.Pattern, url.PathEscape(value))
			if a := celia.get(wild); a.StatusCode >= http.StatusInternalServerError || a.StatusCode == http.StatusOK {
				t.Errorf("GET %s: status %d", wild, a.StatusCode)
			}
		}
	}
}

// A body that is no form is refused before anybody looks at it, and one that is
// too large at its limit.
func TestBodiesThatAreNoForms(t *testing.T) {
	t.Parallel()
	n := newNastySite(t)
	celia := n.as(t, sample.Celia)
	token := celia.token()
	for name, c := range map[string]struct {
		kind, body string
		status     int
	}{
		"JSON":               {"application/json", `{"subject":"x"}`, http.StatusUnprocessableEntity},
		"no kind":            {"", "subject=x", http.StatusUnprocessableEntity},
		"empty":              {"application/x-www-form-urlencoded", "", http.StatusUnprocessableEntity},
		"broken escape":      {"application/x-www-form-urlencoded", "subject=%zz", http.StatusBadRequest},
		"multipart, no mark": {"multipart/form-data", "x", http.StatusBadRequest},
		"multipart, cut":     {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"subject\"\r\n\r\nCâ", http.StatusBadRequest},
		"multipart, MIME":    {"multipart/form-data; boundary=x", "--x\r\n: y\r\n\r\n--x--", http.StatusBadRequest},
		"too large":          {"application/x-www-form-urlencoded", "subject=" + strings.Repeat("a", maxBody+1), http.StatusRequestEntityTooLarge},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/tickets", bytes.NewReader([]byte(c.body)))
		r.Header.Set("Content-Type", c.kind)
		r.Header.Set("X-CSRF-Token", token)
		for cookie, value := range celia.cookies {
			r.AddCookie(&http.Cookie{Name: cookie, Value: value})
		}
		w := httptest.NewRecorder()
		n.handler.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s: status %d, want %d", name, w.Code, c.status)
		}
	}
}

// A method that an address does not take is told which it takes (RFC 9110,
// 15.5.6), and asking for the head of a stream opens none.
func TestMethods(t *testing.T) {
	t.Parallel()
	n := newNastySite(t)
	celia := n.as(t, sample.Celia)
	for path, want := range map[string]string{"/logout": "POST", "/tickets": "GET", "/healthz": "GET"} {
		a := celia.send(http.MethodDelete, path, nil).is(http.StatusMethodNotAllowed)
		if allow := strings.Join(a.Header.Values("Allow"), ", "); !strings.Contains(allow, want) {
			t.Errorf("%s allows %q", path, allow)
		}
	}
	done := make(chan *answer, 1)
	go func() { done <- celia.send(http.MethodHead, "/live?on=tickets", nil) }()
	select {
	case a := <-done:
		if a.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("HEAD of the stream: status %d", a.StatusCode)
		}
	case <-time.After(5 * time.Second):
		t.Error("HEAD of the stream opened it")
	}
}
