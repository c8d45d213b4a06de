package ticket_test

import (
	"regexp"
	"testing"
	"time"

	"helphub/internal/ticket"
)

var dictatable = regexp.MustCompile(`^\d{8}-[0-9A-HJKMNP-TV-Z]{8}$`)

func TestAProtocolIsTheCompanysDayAndEightLetters_D59(t *testing.T) {
	t.Parallel()
	saoPaulo := time.FixedZone("America/Sao_Paulo", -3*60*60)
	lateEvening := time.Date(2026, time.November, 24, 1, 30, 0, 0, time.UTC) // still the 23rd in São Paulo
	seen := map[ticket.Protocol]bool{}
	for range 2000 {
		p := ticket.NewProtocol(lateEvening, saoPaulo)
		if !dictatable.MatchString(string(p)) || p[:8] != "20261123" {
			t.Fatalf("%q", p)
		}
		if seen[p] {
			t.Fatalf("%s was drawn twice in 2000", p)
		}
		seen[p] = true
		if back, ok := ticket.ParseProtocol(string(p)); !ok || back != p {
			t.Fatalf("%s is read as %s", p, back)
		}
	}
}

func TestAProtocolIsFoundHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	const want = ticket.Protocol("20261123-7F3K9Q1M")
	for _, typed := range []string{
		"20261123-7F3K9Q1M", "20261123-7f3k9q1m", " 20261123-7F3K9Q1M\n", "202611237F3K9Q1M", "20261123 7F3K 9Q1M",
		"20261123–7F3K9Q1M", "2O261123-7F3K9QIM", "2026i123-7f3k9qlm",
	} {
		if got, ok := ticket.ParseProtocol(typed); !ok || got != want {
			t.Errorf("%q is read as %q, %t", typed, got, ok)
		}
	}
	for _, typed := range []string{
		"", "20261123", "20261123-", "20261123-7F3K9Q1", "20261123-7F3K9Q1MM", "2026112A-7F3K9Q1M", "20261123-7F3K9QUM", "20261123-7F3K9Q1é",
		"'; DROP TABLE ticket; --", "../../../etc", "20261123-%%%%%%%%",
	} {
		if got, ok := ticket.ParseProtocol(typed); ok {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
}

func TestTheRandomPartAloneIsReadLikeTheWhole(t *testing.T) {
	t.Parallel()
	if part := ticket.Protocol("20261123-7F3K9Q1M").Part(); part != "7F3K9Q1M" {
		t.Errorf("the part is %q", part)
	}
	for typed, want := range map[string]string{"7f3k9qim": "7F3K9Q1M", " 7F3K9Q1M ": "7F3K9Q1M", "7F3K9Q1": "", "7F3K9QUM": "", "": ""} {
		if got, ok := ticket.ParseProtocolPart(typed); got != want || ok != (want != "") {
			t.Errorf("%q is read as %q, %t", typed, got, ok)
		}
	}
}
