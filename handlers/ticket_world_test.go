package handlers

import (
	"fmt"
	"math/rand"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"helphub/internal/sample"
	"helphub/internal/ticket"
	"helphub/queries"
)

// made is one ticket to be put into the list.
type made struct {
	subject, description string
	status               ticket.Status
	priority             ticket.Priority
	customer             uuid.UUID
	department           *uuid.UUID
	technician           *uuid.UUID
	opened, activity     time.Time
	protocol             string
}

// world is a site whose list has something in it.
type world struct {
	*site
	padaria, hotel uuid.UUID
	cold, electric uuid.UUID
	serial         int
	now            time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{site: newSite(t), padaria: uuid.New(), hotel: uuid.New(), cold: uuid.New(), electric: uuid.New()}
	w.now = time.Now().Truncate(time.Microsecond)
	ctx, q := t.Context(), queries.New(w.db.Write)
	tax := "11222333000181"
	must(t, q.InsertCustomer(ctx, queries.InsertCustomerParams{ID: w.padaria, LegalName: "Panificadora Central Ltda", TradeName: "Padaria Central", TaxID: &tax, Phone: "11987654321", City: "São Paulo", Active: true}))
	must(t, q.InsertCustomer(ctx, queries.InsertCustomerParams{ID: w.hotel, LegalName: "Hotel Mirante", Active: true}))
	must(t, q.InsertDepartment(ctx, queries.InsertDepartmentParams{ID: w.cold, Name: "Refrigeração", Active: true}))
	must(t, q.InsertDepartment(ctx, queries.InsertDepartmentParams{ID: w.electric, Name: "Elétrica", Active: true}))
	return w
}

// put adds a ticket; what is not said is ordinary.
func (w *world) put(t *testing.T, m made) queries.InsertTicketParams {
	t.Helper()
	w.serial++
	if m.protocol == "" {
		m.protocol = fmt.Sprintf("20261123-%08d", w.serial)
	}
	p := queries.InsertTicketParams{
		ID: uuid.Must(uuid.NewV7()), Protocol: m.protocol, Subject: m.subject, Description: m.description, Status: string(m.status),
		Priority: int16(m.priority), Level: 1, CustomerID: m.customer, DepartmentID: m.department, TechnicianID: m.technician,
		OpenedBy: &sample.Ana.ID, OpenedAt: m.opened, LastActivityAt: m.activity,
	}
	if p.Subject == "" {
		p.Subject = fmt.Sprintf("Chamado número %d", w.serial)
	}
	if p.Description == "" {
		p.Description = "O cliente ligou."
	}
	if p.Status == "" {
		p.Status = string(ticket.Open)
	}
	if p.Priority == 0 {
		p.Priority = int16(ticket.Normal)
	}
	if p.CustomerID == uuid.Nil {
		p.CustomerID = w.padaria
	}
	if p.OpenedAt.IsZero() {
		p.OpenedAt = w.now
	}
	if p.LastActivityAt.IsZero() {
		p.LastActivityAt = p.OpenedAt
	}
	if p.Status == string(ticket.Closed) {
		p.ClosedAt = &p.LastActivityAt
	}
	p.LastWordAt = p.LastActivityAt
	must(t, queries.New(w.db.Write).InsertTicket(t.Context(), p))
	return p
}

// subjects are those of the rows, in their order.
func (a *answer) subjects() []string {
	return a.doc.Find("tr[data-protocol] .grid-link").Map(func(_ int, s *goquery.Selection) string { return strings.TrimSpace(s.Text()) })
}

// tabs are the tabs as people read them.
func (a *answer) tabs() string {
	return strings.Join(a.doc.Find("nav.tabs a").Map(func(_ int, s *goquery.Selection) string {
		return strings.Join(strings.Fields(s.Text()), " ")
	}), " ")
}

func (a *answer) shows(want ...string) *answer {
	a.t.Helper()
	if got := a.is(http.StatusOK).subjects(); !slices.Equal(got, want) {
		a.t.Errorf("the list shows %q, want %q", got, want)
	}
	return a
}

// fill puts n tickets into the list that share most of their keys, so that ties
// fall on the edges of pages.
func (w *world) fill(t *testing.T, n int) {
	t.Helper()
	random := rand.New(rand.NewSource(int64(n)))
	soon, later := w.now.Add(time.Hour), w.now.Add(2*time.Hour)
	for i := range n {
		p := w.put(t, made{
			subject: fmt.Sprintf("%03d", i), priority: ticket.Priorities()[random.Intn(4)],
			status: []ticket.Status{ticket.Open, ticket.Pending, ticket.Escalated}[random.Intn(3)],
			opened: w.now.Add(-time.Duration(random.Intn(4)) * time.Hour), activity: w.now.Add(-time.Duration(random.Intn(4)) * time.Minute),
			customer:   []uuid.UUID{w.padaria, w.hotel}[random.Intn(2)],
			department: []*uuid.UUID{nil, &w.cold, &w.electric}[random.Intn(3)],
		})
		_, err := w.db.Write.Exec(t.Context(), "UPDATE ticket SET next_visit_at = $2 WHERE id = $1", p.ID, []*time.Time{nil, nil, &soon, &later}[random.Intn(4)])
		must(t, err)
	}
}
