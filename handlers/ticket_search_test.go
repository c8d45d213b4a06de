package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"helphub/internal/sample"
	"helphub/internal/ticket"
)

func TestSearchFindsWhatWasMeant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(t, made{subject: "Câmara fria", description: "Não gela; desconto de 100% prometido", customer: w.hotel, protocol: "20261123-7F3K9Q2M"})
	w.put(t, made{subject: "Balcão TV_A1", description: `Caminho C:\temp\x`, customer: w.padaria, protocol: "20261122-R5CW8KW0", activity: w.now.Add(-time.Hour), opened: w.now.Add(-time.Hour)})
	cold, desk := "Câmara fria", "Balcão TV_A1"
	for q, want := range map[string][]string{
		// Protocols, however they are said
		"20261123-7F3K9Q2M": {cold}, "20261123 7f3k9q2m": {cold}, "202611237F3K9Q2M": {cold}, " 20261123-7F3K9Q2M ": {cold},
		"7F3K9Q2M": {cold}, "7f3k9q2m": {cold}, "7F3K 9Q2M": {cold}, "7f3k-9q2m": {cold}, "R5CW8KWO": {desk}, "9q2m": {cold}, "20261123": {cold},
		"20261124-7F3K9Q2M": {},
		// Words: no accents, no case, all of them, in any order
		"camara": {cold}, "CÂMARA": {cold}, "fria câmara": {cold}, "câmara balcão": {}, "gela": {cold}, "âma": {cold},
		// The customer: both names, number and phone with and without punctuation
		"mirante": {cold}, "padaria": {desk}, "panificadora": {desk}, "11.222.333/0001-81": {desk}, "11222333000181": {desk},
		"(11) 98765-4321": {desk}, "98765-4321": {desk}, "11 98765 4321": {desk}, "padaria balcão": {desk}, "mirante balcão": {},
		// Short words narrow what longer ones find
		"balcão tv": {desk}, "balcão zz": {}, "padaria lt": {desk}, "padaria qq": {},
		// D-82: wildcards are letters (seen to fail without the escapes)
		"100%": {cold}, "10%%": {}, "câm%fria": {}, "desco_to": {}, "câm％fria": {}, "desconto": {cold}, "%%%": {}, "TV_A1": {desk}, "TV_B1": {}, "T__A1": {}, `temp\x`: {desk}, `temp\\x`: {}, "％％％": {}, "100％": {cold},
		"' OR 1=1 --": {}, "<script>": {},
	} {
		a := w.as(t, sample.Ana).get("/tickets?tab=all&q=" + url.QueryEscape(q)).is(http.StatusOK)
		if got := a.subjects(); !slices.Equal(got, want) {
			t.Errorf("%q finds %q, want %q", q, got, want)
		}
		if got := a.doc.Find(`.filters input[name="q"]`).AttrOr("value", ""); got != strings.Join(strings.Fields(q), " ") {
			t.Errorf("the box keeps %q of %q", got, q)
		}
	}
}

func TestASearchTooShortToFindSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(t, made{subject: "Ar quente"})
	for _, q := range []string{"a", "ar", "a b c", "__", "- -", "a-b"} {
		a := w.as(t, sample.Ana).get("/tickets?tab=all&priority=normal&q=" + url.QueryEscape(q)).shows()
		if got := a.text(".empty p"); got != "A busca começa com três letras ou algarismos seguidos." {
			t.Errorf("%q: it says %q", q, got)
		}
		if got := a.doc.Find(".empty a.button").AttrOr("href", ""); got != "/tickets?priority=normal&tab=all" {
			t.Errorf("%q: it leads to %q", q, got)
		}
	}
}

func TestAQueryThatIsNoTextIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.as(t, sample.Ana)
	for _, path := range []string{"/tickets", "/tickets/rows", "/tickets.csv"} {
		for _, q := range []string{"a%00b", "%ff%fe", "%C3%28", strings.Repeat("x", 201)} {
			ana.get(path + "?q=" + q).is(http.StatusUnprocessableEntity)
		}
	}
}

// D-95: "all tickets of this customer" means this one, not who has the same
// name, and not only what is open.
func TestD95ACustomersTicketsAreByTheirID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.db.Write.Exec(t.Context(), "UPDATE customer SET trade_name = 'Padaria Central'")
	must(t, err)
	w.put(t, made{subject: "meu", customer: w.padaria})
	w.put(t, made{subject: "meu, fechado", customer: w.padaria, status: ticket.Closed, opened: w.now.Add(-time.Hour)})
	w.put(t, made{subject: "do homônimo", customer: w.hotel})
	w.as(t, sample.Ana).get("/tickets?tab=all&customer="+w.padaria.String()).shows("meu", "meu, fechado")
}

func TestAnEmptyListSaysWhatBelongsHereAndTheNextStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	check := func(c *client, path, title, href string) {
		t.Helper()
		a := c.get(path).shows()
		if got := a.text(".empty h2"); got != title {
			t.Errorf("%s: %q, want %q", path, got, title)
		}
		links := a.doc.Find(".empty a.button")
		if got := links.AttrOr("href", ""); got != href || links.Length() > 1 {
			t.Errorf("%s leads to %q, want %q", path, got, href)
		}
		if strings.Contains(a.text("main"), "página 1 de 0") {
			t.Error("D-86: page 1 of 0")
		}
	}
	bruno := w.as(t, sample.Bruno)
	check(bruno, "/tickets", "Nenhum chamado por aqui ainda", "/tickets/new")
	check(bruno, "/tickets?priority=high", "Nenhum chamado por aqui ainda", "/tickets/new")
	w.put(t, made{subject: "resolvido", status: ticket.Closed})
	check(bruno, "/tickets", "Nenhum chamado ativo", "/tickets/new")
	check(bruno, "/tickets?technician=me", "Nenhum chamado com você", "/tickets?technician=none")
	check(bruno, "/tickets?technician=none", "Nenhum chamado sem técnico", "/tickets")
	check(bruno, "/tickets?tab=pending", "Nenhum chamado pendente", "/tickets")
	check(bruno, "/tickets?tab=scheduled&sort=priority", "Nenhum chamado agendado", "/tickets?sort=priority")
	check(bruno, "/tickets?q=resolvido", "Nada encontrado nesta aba", "/tickets?q=resolvido&tab=all")
	check(bruno, "/tickets?tab=all&q=xyz&priority=low", "Nada encontrado", "/tickets?tab=all")
	_, err := w.db.Write.Exec(t.Context(), "UPDATE role SET permissions = '{ticket.read}' WHERE key = 'technician'")
	must(t, err)
	check(w.as(t, sample.Bruno), "/tickets", "Nenhum chamado ativo", "")
}

func TestTheListReadsInEnglishToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.db.Write.Exec(t.Context(), "UPDATE staff SET language = 'en' WHERE id = $1", sample.Ana.ID)
	must(t, err)
	w.put(t, made{subject: "Cold room"})
	a := w.as(t, sample.Ana).get("/tickets?technician=none").shows("Cold room")
	for _, want := range []string{"Active", "Unassigned", "Nobody", "1–1 of 1", "today", "Open"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if got := a.tabs(); got != "Active 1 Open 1 Pending 0 Escalated 0 Closed 0 All 1" {
		t.Errorf("tabs %q", got)
	}
	if strings.Contains(a.body, "grid.") {
		t.Error("a message is missing")
	}
}
