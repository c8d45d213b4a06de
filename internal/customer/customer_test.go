package customer_test

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"helphub/internal/customer"
	"helphub/internal/fault"
)

// padaria is Padaria Central as somebody types it, every field filled.
func padaria() customer.Draft {
	return customer.Draft{
		LegalName: " Padaria e Confeitaria  Central Ltda. ", TradeName: "Padaria Central",
		TaxID: "11.222.333/0001-81", Email: "Compras@PadariaCentral.example", Phone: "(19) 99123-4567",
		PostalCode: "13015-001", Street: "Rua Barão de Jaguara", Number: "1210", Complement: "fundos",
		District: "Centro", City: "Campinas", State: "sp", Notes: "Entrada pela Rua Regente Feijó.\r\nFalar com Marta.", Active: true,
	}
}

// D-24: masked and unmasked spellings of one customer were two customers.
func TestD24ACustomerIsStoredNormalisedAndShownMasked(t *testing.T) {
	t.Parallel()
	got, err := padaria().Check(true)
	if err != nil {
		t.Fatal(err)
	}
	want := customer.Customer{
		LegalName: "Padaria e Confeitaria Central Ltda.", TradeName: "Padaria Central",
		TaxID: "11222333000181", Email: "Compras@padariacentral.example", Phone: "19991234567",
		Address: customer.Address{
			PostalCode: "13015001", Street: "Rua Barão de Jaguara", Number: "1210", Complement: "fundos",
			District: "Centro", City: "Campinas", State: "SP",
		},
		Notes: "Entrada pela Rua Regente Feijó.\nFalar com Marta.", Active: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	again, err := got.Draft().Check(true)
	if err != nil {
		t.Fatalf("what the form shows is refused when sent back: %v", err)
	}
	if diff := cmp.Diff(got, again); diff != "" {
		t.Errorf("shown and sent back untouched, it changed:\n%s", diff)
	}
	if d := got.Draft(); d.TaxID != "11.222.333/0001-81" || d.Phone != "(19) 99123-4567" || d.PostalCode != "13015-001" {
		t.Errorf("shown as %s, %s, %s", d.TaxID, d.Phone, d.PostalCode)
	}
}

func TestOnlyTheNameIsAlwaysNeeded(t *testing.T) {
	t.Parallel()
	got, err := customer.Draft{LegalName: "Ana"}.Check(false)
	if err != nil || !got.LacksTaxID() {
		t.Errorf("%+v, %v", got, err)
	}
	if diff := cmp.Diff(customer.Customer{LegalName: "Ana"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestEveryFieldThatDoesNotFitIsNamedAsTheFormNamesIt(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("á", 5_001)
	for _, test := range []struct {
		name  string
		spoil func(*customer.Draft)
		want  *fault.Fault
	}{
		{"no legal name", func(d *customer.Draft) { d.LegalName = "  " }, fault.ErrRequired.On("legal_name")},
		{"one letter", func(d *customer.Draft) { d.LegalName = "A" }, fault.ErrTooShort.On("legal_name")},
		{"a long legal name", func(d *customer.Draft) { d.LegalName = long[:2*161] }, fault.ErrTooLong.On("legal_name")},
		{"NUL in the legal name", func(d *customer.Draft) { d.LegalName = "Ana\x00" }, fault.ErrNotText.On("legal_name")},
		{"a long trade name", func(d *customer.Draft) { d.TradeName = long[:2*161] }, fault.ErrTooLong.On("trade_name")},
		{"no tax id", func(d *customer.Draft) { d.TaxID = " - " }, fault.ErrRequired.On("tax_id")},
		{"a wrong tax id", func(d *customer.Draft) { d.TaxID = "11.222.333/0001-80" }, fault.New(fault.Invalid, "taxid.digits").On("tax_id")},
		{"a short tax id", func(d *customer.Draft) { d.TaxID = "11.222" }, fault.New(fault.Invalid, "taxid.length").On("tax_id")},
		{"no domain", func(d *customer.Draft) { d.Email = "secretaria@" }, fault.ErrEmail.On("email")},
		{"half a phone", func(d *customer.Draft) { d.Phone = "99123-4567" }, customer.ErrPhone.On("phone")},
		{"a short CEP", func(d *customer.Draft) { d.PostalCode = "1301500" }, customer.ErrPostalCode.On("postal_code")},
		{"a long street", func(d *customer.Draft) { d.Street = long[:2*161] }, fault.ErrTooLong.On("street")},
		{"a long number", func(d *customer.Draft) { d.Number = long[:2*21] }, fault.ErrTooLong.On("number")},
		{"a long complement", func(d *customer.Draft) { d.Complement = long[:2*81] }, fault.ErrTooLong.On("complement")},
		{"a long district", func(d *customer.Draft) { d.District = long[:2*81] }, fault.ErrTooLong.On("district")},
		{"a long city", func(d *customer.Draft) { d.City = long[:2*81] }, fault.ErrTooLong.On("city")},
		{"no such state", func(d *customer.Draft) { d.State = "XX" }, customer.ErrState.On("state")},
		{"long notes", func(d *customer.Draft) { d.Notes = long }, fault.ErrTooLong.On("notes")},
		{"an escape in the notes", func(d *customer.Draft) { d.Notes = "\x1b[31m" }, fault.ErrNotText.On("notes")},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := padaria()
			test.spoil(&d)
			got, err := d.Check(true)
			faults := fault.Of(err)
			if len(faults) != 1 || !errors.Is(faults[0], test.want) || faults[0].Field != test.want.Field {
				t.Errorf("refused with %v, want %v", err, test.want)
			}
			if got != (customer.Customer{}) {
				t.Errorf("a refused draft gives %+v", got)
			}
		})
	}
}

func TestAllThatDoesNotFitIsToldAtOnceInTheOrderOfTheForm(t *testing.T) {
	t.Parallel()
	_, err := customer.Draft{TaxID: "1", Email: "a", Phone: "1", PostalCode: "1", State: "1", Notes: "\x00"}.Check(true)
	var fields []string
	for _, f := range fault.Of(err) {
		fields = append(fields, f.Field)
	}
	if diff := cmp.Diff([]string{"legal_name", "tax_id", "email", "phone", "postal_code", "state", "notes"}, fields); diff != "" {
		t.Error(diff)
	}
}

func TestPhonesAreStoredAlikeHoweverTheyAreTyped(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		want         customer.Phone
		masked, dial string
		typed        []string
	}{
		{"19991234567", "(19) 99123-4567", "+5519991234567", []string{
			"19991234567", "(19) 99123-4567", "19 99123 4567", "019 99123-4567", "+55 19 99123-4567", "5519991234567", "0055 (19) 99123.4567"}},
		{"1932345678", "(19) 3234-5678", "+551932345678", []string{"(19) 3234-5678", "+551932345678", "55 19 3234-5678", "(019) 3234–5678"}},
		// 55 is also the area code of Santa Maria.
		{"55991234567", "(55) 99123-4567", "+5555991234567", []string{"(55) 99123-4567", "+55 55 99123-4567"}},
		{"08001234567", "0800 123 4567", "08001234567", []string{"0800 123 4567", "0800-123-4567"}},
		{"+351912345678", "+351912345678", "+351912345678", []string{"+351 912 345 678", "00351 912345678"}},
		{"", "", "", []string{"", "  ", "( ) -"}},
	} {
		for _, typed := range test.typed {
			if got, err := customer.ParsePhone(typed); err != nil || got != test.want {
				t.Errorf("ParsePhone(%q) = %q, %v; want %q", typed, got, err, test.want)
			}
		}
		if got := test.want.Masked(); got != test.masked {
			t.Errorf("%s is shown as %s", test.want, got)
		}
		if got := test.want.Dial(); got != test.dial {
			t.Errorf("%s is dialled as %s", test.want, got)
		}
		if again, err := customer.ParsePhone(test.want.Masked()); err != nil || again != test.want {
			t.Errorf("shown and sent back, %s becomes %q, %v", test.want, again, err)
		}
	}
	for _, typed := range []string{
		"99123-4567", "3234-5678", "190", "1", "+", "00", "0", "10 99123-4567", "199912345678", "+55 99123-4567",
		"+1234567", "+1234567890123456", "+0351912345678", "19 99123-4567 ramal 2", "(19) 3234-5678 / 99123-4567", "１９９９１２３４５６７", "ligar à tarde",
	} {
		if got, err := customer.ParsePhone(typed); !errors.Is(err, customer.ErrPhone) {
			t.Errorf("ParsePhone(%q) = %q, %v", typed, got, err)
		}
	}
}

func TestPostalCodesHaveEightDigits(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]customer.PostalCode{"12210-100": "12210100", "12.210-100": "12210100", " 01001000 ": "01001000", "": ""} {
		if got, err := customer.ParsePostalCode(typed); err != nil || got != want {
			t.Errorf("ParsePostalCode(%q) = %q, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"1221010", "122101000", "1221O100", "CEP 12210100", "+2210100"} {
		if got, err := customer.ParsePostalCode(typed); !errors.Is(err, customer.ErrPostalCode) {
			t.Errorf("ParsePostalCode(%q) = %q, %v", typed, got, err)
		}
	}
	if got := customer.PostalCode("01001000").Masked(); got != "01001-000" {
		t.Errorf("shown as %s", got)
	}
}

func TestACustomerIsCalledByTheTradeNameIfThereIsOne(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]customer.Customer{
		"Padaria Central": {LegalName: "Padaria e Confeitaria Central Ltda.", TradeName: "Padaria Central"},
		"Célia Souza":     {LegalName: "Célia Souza"},
	} {
		if got := c.DisplayName(); got != want {
			t.Errorf("called %q, want %q", got, want)
		}
	}
}

// D-92: unknown parts of an address were printed as "None/None".
func TestD92UnknownPartsOfAnAddressLeaveNoTrace(t *testing.T) {
	t.Parallel()
	full := customer.Address{PostalCode: "13015001", Street: "Rua Barão de Jaguara", Number: "1210", Complement: "fundos",
		District: "Centro", City: "Campinas", State: "SP"}
	for want, a := range map[string]customer.Address{
		"Rua Barão de Jaguara, 1210, fundos, Centro, Campinas\u00a0–\u00a0SP, 13015-001": full,
		"":                        {},
		"Campinas\u00a0–\u00a0SP": {City: "Campinas", State: "SP"},
		"Campinas":                {City: "Campinas"},
		"SP":                      {State: "SP"},
		"Centro, 13015-001":       {District: "Centro", PostalCode: "13015001"},
		"Rua A, s/n":              {Street: "Rua A", Number: "s/n"},
	} {
		if got := (customer.Customer{Address: a}).AddressLine(); got != want {
			t.Errorf("%+v reads %q, want %q", a, got, want)
		}
	}
	if diff := cmp.Diff([]string{"Rua Barão de Jaguara, 1210, fundos", "Centro, Campinas\u00a0–\u00a0SP", "13015-001"}, full.Lines()); diff != "" {
		t.Error(diff)
	}
}

func TestThereAreTwentySevenStates(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range customer.States() {
		seen[s] = true
	}
	if len(seen) != 27 || len(customer.States()) != 27 {
		t.Errorf("%d states", len(seen))
	}
}

// Whatever is accepted is what the database's own constraints accept: the
// patterns are read from the migration.
func FuzzAcceptedNumbersFitTheDatabase(f *testing.F) {
	sql, err := os.ReadFile("../../migrations/0002_customer.sql")
	if err != nil {
		f.Fatal(err)
	}
	patterns := map[string]*regexp.Regexp{}
	for _, m := range regexp.MustCompile(`CHECK \((\w+) ~ '([^']+)'\)`).FindAllStringSubmatch(string(sql), -1) {
		patterns[m[1]] = regexp.MustCompile(m[2])
	}
	for _, column := range []string{"phone", "postal_code", "state", "tax_id"} {
		if patterns[column] == nil {
			f.Fatalf("the migration has no pattern for %s", column)
		}
	}
	for _, s := range []string{"(19) 99123-4567", "+351912345678", "0800 123 4567", "12210-100", "sp", "529.982.247-25", "", "ı"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for column, d := range map[string]customer.Draft{
			"phone": {Phone: s}, "postal_code": {PostalCode: s}, "state": {State: s}, "tax_id": {TaxID: s},
		} {
			d.LegalName = "Ana"
			c, err := d.Check(false)
			if err != nil {
				continue
			}
			stored := map[string]string{
				"phone": string(c.Phone), "postal_code": string(c.Address.PostalCode), "state": c.Address.State, "tax_id": string(c.TaxID),
			}[column]
			if (column != "tax_id" || stored != "") && !patterns[column].MatchString(stored) {
				t.Errorf("%s %q is stored as %q, which the database refuses", column, s, stored)
			}
		}
	})
}
