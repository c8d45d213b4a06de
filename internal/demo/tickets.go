package demo

import (
	"context"
	"fmt"
	"time"

	"helphub/internal/customer"
	"helphub/internal/helpdesk"
	"helphub/internal/staff"
	"helphub/internal/ticket"
)

// ticketCount is how many tickets the month has: enough to fill pages and tabs.
const ticketCount = 96

// makeTickets tells a story for each ticket, oldest first: most are closed,
// the recent ones are still going on.
func (m *Maker) makeTickets(ctx context.Context) (int, error) {
	for i := range ticketCount {
		age := time.Duration(ticketCount-i) * 7 * time.Hour
		at := m.officeHours(m.ago(age))
		if err := m.tell(ctx, i, at); err != nil {
			return i, fmt.Errorf("tell story %d: %w", i, err)
		}
	}
	return ticketCount, nil
}

// officeHours moves a moment into the working day it belongs to.
func (m *Maker) officeHours(at time.Time) time.Time {
	hour := 8 + m.random.IntN(10)
	day := time.Date(at.Year(), at.Month(), at.Day(), hour, m.random.IntN(60), m.random.IntN(60), 0, at.Location())
	if day.After(m.Now) {
		return m.ago(time.Duration(20+m.random.IntN(90)) * time.Minute)
	}
	return day
}

func (m *Maker) tell(ctx context.Context, i int, at time.Time) error {
	s := stories[(i*7)%len(stories)]
	attendant := m.people[[]string{"ana", "rui"}[m.random.IntN(2)]]
	shop := m.random.IntN(len(m.shops))
	protocol, err := m.desk.At(at).OpenTicket(ctx, attendant, helpdesk.NewTicket{
		Form: m.named(i, 0), Subject: s.subject, Description: s.description, Priority: s.priority,
		CustomerID: m.shops[shop], DepartmentID: m.teams[s.department],
	})
	if err != nil {
		return err
	}
	technician := m.people[[]string{"bruno", "helena", "diego", "joana"}[m.random.IntN(4)]]
	told := &telling{m: m, i: i, protocol: protocol, at: at, caller: contacts[shop%len(contacts)], attendant: attendant, technician: technician}
	recent := ticketCount-i < 40
	lines := s.lines
	if recent && len(lines) > 0 {
		lines = lines[:1+m.random.IntN(len(lines))]
	}
	if recent && i%9 == 0 {
		return nil // nobody took it yet
	}
	if err := told.assign(ctx); err != nil {
		return err
	}
	for n, l := range lines {
		if err := told.line(ctx, n, l); err != nil {
			return err
		}
	}
	return told.end(ctx, recent)
}

// telling is one ticket while its story is told; time passes between lines.
type telling struct {
	m                     *Maker
	i                     int
	protocol              ticket.Protocol
	at                    time.Time
	caller                string // who speaks for the customer
	attendant, technician staff.Actor
}

const latest = 1 << 30

// later lets some minutes pass, never beyond now.
func (s *telling) later() *helpdesk.Desk {
	s.at = s.at.Add(time.Duration(4+s.m.random.IntN(50)) * time.Minute)
	if s.at.After(s.m.Now) {
		s.at = s.m.Now
	}
	return s.m.desk.At(s.at)
}

func (s *telling) on() helpdesk.On { return helpdesk.On{Protocol: s.protocol, Version: latest} }

func (s *telling) assign(ctx context.Context) error {
	return s.later().AssignTicket(ctx, s.attendant, s.on(), s.technician.ID)
}

func (s *telling) line(ctx context.Context, n int, l line) error {
	words := helpdesk.Words{Form: s.m.named(s.i, 10+n), Body: l.text}
	switch l.voice {
	case note:
		return s.later().Note(ctx, s.technician, s.on(), words)
	case caller:
		return s.later().Hear(ctx, staff.System(s.caller), s.on(), words)
	case team:
	}
	return s.later().Reply(ctx, s.technician, s.on(), words)
}

// end leaves the ticket where its age says: old ones closed, recent ones in
// every state there is.
func (s *telling) end(ctx context.Context, recent bool) error {
	if !recent {
		return s.later().MoveTicket(ctx, s.technician, s.on(), ticket.Closed, helpdesk.Words{
			Form: s.m.named(s.i, 5), Body: "Serviço concluído e conferido com o cliente. Qualquer coisa, é só responder por aqui.",
		})
	}
	switch s.i % 5 {
	case 0:
		return s.later().MoveTicket(ctx, s.technician, s.on(), ticket.Pending, helpdesk.Words{
			Form: s.m.named(s.i, 6), Body: "Assim que puder, confirme o melhor horário para a visita.",
		})
	case 1:
		return s.later().EscalateTicket(ctx, s.technician, s.on(), helpdesk.Passing{Reason: "Precisa de peça fora do estoque e de quem conheça o controlador."})
	case 2:
		team := s.m.teams[departments[s.m.random.IntN(len(departments))]]
		err := s.later().TransferTicket(ctx, s.attendant, s.on(), helpdesk.Passing{Department: &team, Reason: "O caso é da outra equipe."})
		if err != nil && err.Error() != ticket.ErrNothing.Error() {
			return err
		}
	}
	return nil
}

// customer is what the form of the i-th customer would say. Numbers are made
// up, their check digits are right.
func (m *Maker) customer(i int, s shop) customer.Draft {
	d := customer.Draft{
		LegalName: s.legal, TradeName: s.trade, PostalCode: fmt.Sprintf("13%03d%03d", 10+i, 100+7*i),
		Street: streets[i%len(streets)], Number: fmt.Sprint(100 + 37*i), District: s.district, City: "Campinas", State: "SP",
		Phone: fmt.Sprintf("19%08d", 32340000+i*137), TaxID: companyID(i), Active: true,
	}
	if s.trade == "" && i > 19 {
		d.TaxID = personID(i)
		d.Phone = fmt.Sprintf("199%08d", 91230000+i*137)
	}
	return d
}
