package helpdesk_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"helphub/internal/fault"
	"helphub/internal/helpdesk"
	"helphub/internal/sample"
	"helphub/internal/staff"
	"helphub/internal/ticket"
)

// Every form that makes something carries an id: sent twice, it happens once
// and answers the same. Seen to fail without sentBefore.
func TestAFormSentTwiceHappensOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, a := range twice() {
		on := b.open()
		b.must(a.do(b, on))
		before := b.world()
		if err := a.do(b, on); err != nil {
			t.Errorf("%s, sent again: %v", a.name, err)
		}
		b.same(before, a.name+", sent again")
	}
}

// The same at the same time, as a double click or a retrying network sends it.
func TestAFormSentTwiceAtOnceHappensOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, a := range twice() {
		on := b.open()
		const clicks = 6
		errs := make([]error, clicks)
		var wg sync.WaitGroup
		for i := range clicks {
			wg.Go(func() { errs[i] = a.do(b, on) })
		}
		wg.Wait()
		for _, err := range errs {
			if err != nil {
				t.Errorf("%s: %v", a.name, err)
			}
		}
		if row := b.now(on.Protocol); row.Version != 2 {
			t.Errorf("%s happened %d times: %v", a.name, row.Version-1, b.timeline(on.Protocol))
		}
	}
}

type again struct {
	name string
	do   func(*bench, helpdesk.On) error
}

// twice are the commands with a form, each with one id however often it runs.
func twice() []again {
	ids := make([]uuid.UUID, 8)
	for i := range ids {
		ids[i] = uuid.New()
	}
	with := func(on helpdesk.On, i int) helpdesk.On { on.Form = ids[i]; return on }
	edit := newTicket()
	edit.Subject = "Balcão"
	return []again{
		{"a reply", func(b *bench, on helpdesk.On) error {
			return b.Reply(b.t.Context(), sample.Ana, on, helpdesk.Words{Form: ids[0], Body: "Já vamos."})
		}},
		{"a note with a status", func(b *bench, on helpdesk.On) error {
			return b.Note(b.t.Context(), sample.Ana, on, helpdesk.Words{Form: ids[1], Body: "Caro.", Status: "closed"})
		}},
		{"an edit", func(b *bench, on helpdesk.On) error {
			return b.EditTicket(b.t.Context(), sample.Ana, with(on, 2), edit)
		}},
		{"an assignment", func(b *bench, on helpdesk.On) error {
			return b.AssignTicket(b.t.Context(), sample.Ana, with(on, 3), bruno.ID)
		}},
		{"a transfer", func(b *bench, on helpdesk.On) error {
			return b.TransferTicket(b.t.Context(), sample.Ana, with(on, 4), helpdesk.Passing{Level: 2, Reason: "Motivo"})
		}},
		{"an escalation", func(b *bench, on helpdesk.On) error {
			return b.EscalateTicket(b.t.Context(), sample.Ana, with(on, 5), helpdesk.Passing{Reason: "Motivo"})
		}},
		{"a closing with words", func(b *bench, on helpdesk.On) error {
			return b.MoveTicket(b.t.Context(), sample.Ana, with(on, 6), ticket.Closed, helpdesk.Words{Form: ids[7], Body: "Até logo."})
		}},
	}
}

func TestANewTicketSentTwiceIsOpenedOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	n := newTicket()
	const clicks = 8
	opened := make([]ticket.Protocol, clicks)
	errs := make([]error, clicks)
	var wg sync.WaitGroup
	for i := range clicks {
		wg.Go(func() { opened[i], errs[i] = b.OpenTicket(t.Context(), sample.Ana, n) })
	}
	wg.Wait()
	for i := range clicks {
		if errs[i] != nil || opened[i] != opened[0] {
			t.Errorf("click %d: %q, %v; the first got %q", i, opened[i], errs[i], opened[0])
		}
	}
	if all := column[int](b, "SELECT count(*) FROM ticket"); all[0] != 1 {
		t.Errorf("%d tickets", all[0])
	}
	if len(b.jobs()) != 1 || len(b.audits()) != 1 {
		t.Errorf("%d jobs, %v", len(b.jobs()), b.audits())
	}
}

func TestAFormIDThatBelongsToSomethingElseIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on, other := b.open(), b.open()
	w := words("De Ana.")
	b.must(b.Reply(t.Context(), sample.Ana, on, w))
	before := b.world()
	n := newTicket()
	n.Form = w.Form
	_, opening := b.OpenTicket(t.Context(), sample.Ana, n)
	for name, err := range map[string]error{
		"on another ticket": b.Reply(t.Context(), sample.Ana, other, w),
		"by somebody else":  b.Reply(t.Context(), sample.Bruno, on, w),
		"for a new ticket":  opening,
	} {
		if !errors.Is(err, helpdesk.ErrFormUsed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.same(before, "a foreign form id")
}

// Ids from forms are looked up: what does not exist, is inactive or cannot be a
// technician is refused at its field (D-23).
func TestUnknownAndInactiveChoicesAreRefusedAtTheirField_D23(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.open()
	gone := sample.Bruno
	gone.ID, gone.Role.ID, gone.Username = uuid.New(), uuid.New(), "gone"
	b.hire(gone)
	_, err := b.db.Write.Exec(t.Context(), "UPDATE staff SET active = false WHERE id = $1", gone.ID)
	b.must(err)
	ctx, nobody := t.Context(), uuid.New()
	open := func(change func(*helpdesk.NewTicket)) error {
		n := newTicket()
		change(&n)
		_, err := b.OpenTicket(ctx, sample.Ana, n)
		return err
	}
	pass := func(p helpdesk.Passing) error {
		p.Reason = "Motivo"
		return b.TransferTicket(ctx, sample.Ana, on, p)
	}
	before := b.world()
	for name, c := range map[string]struct {
		err  error
		want []string
	}{
		"no customer":         {open(func(n *helpdesk.NewTicket) { n.CustomerID = uuid.Nil }), []string{"customer_id: fault.required"}},
		"unknown customer":    {open(func(n *helpdesk.NewTicket) { n.CustomerID = nobody }), []string{"customer_id: fault.unknown"}},
		"inactive customer":   {open(func(n *helpdesk.NewTicket) { n.CustomerID = b.goneCustomer }), []string{"customer_id: fault.unknown"}},
		"unknown department":  {open(func(n *helpdesk.NewTicket) { n.DepartmentID = nobody }), []string{"department_id: fault.unknown"}},
		"inactive department": {open(func(n *helpdesk.NewTicket) { n.DepartmentID = b.goneTeam }), []string{"department_id: fault.unknown"}},
		"everything at once": {open(func(n *helpdesk.NewTicket) {
			*n = helpdesk.NewTicket{Form: n.Form, CustomerID: nobody, DepartmentID: nobody}
		}), []string{"customer_id: fault.unknown", "department_id: fault.unknown", "subject: fault.required", "description: fault.required", "priority: fault.unknown"}},
		"unknown technician":   {b.AssignTicket(ctx, sample.Ana, on, nobody), []string{"technician_id: ticket.not_technician"}},
		"an attendant":         {b.AssignTicket(ctx, sample.Ana, on, sample.Ana.ID), []string{"technician_id: ticket.not_technician"}},
		"inactive technician":  {b.AssignTicket(ctx, sample.Ana, on, gone.ID), []string{"technician_id: ticket.not_technician"}},
		"transfer: department": {pass(helpdesk.Passing{Department: &nobody}), []string{"department_id: fault.unknown"}},
		"transfer: technician": {pass(helpdesk.Passing{Technician: &nobody}), []string{"technician_id: ticket.not_technician"}},
		"transfer: level 4":    {pass(helpdesk.Passing{Level: 4}), []string{"level: fault.unknown"}},
		"transfer: level -1":   {pass(helpdesk.Passing{Level: -1}), []string{"level: fault.unknown"}},
		"unknown status":       {b.Reply(ctx, sample.Ana, on, helpdesk.Words{Form: uuid.New(), Body: "x", Status: "gone"}), []string{"status: fault.unknown"}},
	} {
		got := []string{}
		for _, f := range fault.Of(c.err) {
			got = append(got, f.Error())
		}
		if diff := cmp.Diff(c.want, got); diff != "" || fault.KindOf(c.err) != fault.Invalid {
			t.Errorf("%s: %v\n%s", name, c.err, diff)
		}
	}
	b.same(before, "a refused choice")
}

// A customer or department that was deactivated stays on the tickets that have
// it: saving such a ticket asks for nothing.
func TestAnEditKeepsAnInactiveDepartmentAndCustomer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	n := newTicket()
	n.DepartmentID = cooling.ID
	p, err := b.OpenTicket(t.Context(), sample.Ana, n)
	b.must(err)
	_, err = b.db.Write.Exec(t.Context(), "WITH d AS (UPDATE department SET active = false) UPDATE customer SET active = false")
	b.must(err)
	n.Subject = "Ainda salva"
	b.must(b.EditTicket(t.Context(), sample.Ana, helpdesk.On{Protocol: p, Version: 1}, n))
	if row := b.now(p); row.Subject != "Ainda salva" || *row.DepartmentID != cooling.ID || row.CustomerID != bakery.ID {
		t.Errorf("%+v", row)
	}
}

func TestTextsHaveLimitsOnTheServer_D78(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.open()
	long, ctx := strings.Repeat("é", 10_001), t.Context()
	before := b.world()
	for name, err := range map[string]error{
		"a reply":            b.Reply(ctx, sample.Ana, on, words(long)),
		"an empty reply":     b.Reply(ctx, sample.Ana, on, words(" \r\n\t ")),
		"an unreadable note": b.Note(ctx, sample.Ana, on, words("a\x00b")),
		"a last word":        b.MoveTicket(ctx, sample.Ana, on, ticket.Closed, words(long)),
		"a reason":           b.TransferTicket(ctx, sample.Ana, on, helpdesk.Passing{Level: 2, Reason: long[:2002]}),
		"no reason":          b.EscalateTicket(ctx, sample.Ana, on, helpdesk.Passing{Reason: " "}),
	} {
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.same(before, "a text that does not fit")
	b.must(b.Reply(ctx, sample.Ana, on, words(strings.Repeat("é", 10_000))))
}

func TestWhoMayNotWriteWritesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.open()
	reader := sample.Ana
	reader.ID, reader.Role.Permissions = uuid.New(), []staff.Permission{staff.TicketRead}
	before := b.world()
	_, opening := b.OpenTicket(t.Context(), reader, newTicket())
	_, retracting := b.Retract(t.Context(), reader, uuid.New())
	for name, err := range map[string]error{
		"opening": opening, "retracting": retracting,
		"replying":     b.Reply(t.Context(), reader, on, words("x")),
		"editing":      b.EditTicket(t.Context(), reader, on, newTicket()),
		"assigning":    b.AssignTicket(t.Context(), reader, on, bruno.ID),
		"transferring": b.TransferTicket(t.Context(), reader, on, helpdesk.Passing{}),
		"escalating":   b.EscalateTicket(t.Context(), reader, on, helpdesk.Passing{}),
		"closing":      b.MoveTicket(t.Context(), reader, on, ticket.Closed, helpdesk.Words{}),
		"deleting":     b.DeleteTicket(t.Context(), sample.Ana, on.Protocol), // attendants write, and do not delete
		"as nobody":    b.Reply(t.Context(), staff.Actor{}, on, words("x")),
	} {
		if !errors.Is(err, fault.ErrDenied) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.same(before, "a denied command")
}

func TestATicketThatIsNotThereIsMissingWhateverElseIsWrong(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := helpdesk.On{Protocol: "20261123-00000000", Version: 1}
	nobody := uuid.New()
	for name, err := range map[string]error{
		"reply":      b.Reply(t.Context(), sample.Ana, on, words("")),
		"edit":       b.EditTicket(t.Context(), sample.Ana, on, helpdesk.NewTicket{}),
		"assignment": b.AssignTicket(t.Context(), sample.Ana, on, nobody),
		"transfer":   b.TransferTicket(t.Context(), sample.Ana, on, helpdesk.Passing{Department: &nobody}),
		"closing":    b.MoveTicket(t.Context(), sample.Ana, on, ticket.Closed, helpdesk.Words{}),
		"deletion":   b.DeleteTicket(t.Context(), sample.Celia, on.Protocol),
	} {
		if !errors.Is(err, fault.ErrMissing) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
