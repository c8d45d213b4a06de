package password

import (
	"errors"
	"strings"
	"testing"

	"helphub/internal/fault"
)

func TestAPasswordIsJudged(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		pw   string
		want *fault.Fault
	}{
		{"four words", "capim dourado vento leve", nil},
		{"ten characters of anything", "x9#kQ-z2Lp", nil},
		{"ten letters with accents, typed as two code points", "a\u0300e\u0301i\u0301o\u0301u\u0301bcdfg", nil},
		{"blanks at the ends count", "  capim z  ", nil},
		{"the longest", strings.Repeat("capim dourado 7", 9)[:MaxLength], nil},
		{"emoji", "🌵🌵 capim 🌵🌵🌵", nil},
		{"a common word among others", "senha do capim azul", nil},
		{"the name inside of something longer", "ana lima planta capim", nil},
		{"nothing", "", fault.ErrRequired},
		{"nine characters", "x9#kQ-z2L", fault.ErrTooShort},
		{"nine characters in eighteen bytes", "éééàààõõõ", fault.ErrTooShort},
		{"one too many", strings.Repeat("capim dourado 7", 9)[:MaxLength+1], fault.ErrTooLong},
		{"a huge paste", strings.Repeat("x9#kQ-z2Lp", 10_000), fault.ErrTooLong},
		{"NUL", "x9#kQ-z2Lp\x00", fault.ErrNotText},
		{"a line break", "x9#kQ-z2Lp\n", fault.ErrNotText},
		{"invalid UTF-8", "x9#kQ-z2Lp\xff", fault.ErrNotText},
		{"the username", "ana.lima.souza", ErrName},
		{"the username, shouted", "ANA-LIMA-SOUZA", ErrName},
		{"the username and the year", "anaLimaSouza2026!", ErrName},
		{"the name", "Ana Lima de Souza", ErrName},
		{"the name without accents or blanks", "analimadesouza1", ErrName},
		{"one character over and over", "aaaaaaaaaaaa", ErrCommon},
		{"digits in a row", "1234567890", ErrCommon},
		{"digits in a row, carried on", "1234567890123", ErrCommon},
		{"a row of keys", "QwertyUiop", ErrCommon},
		{"two keys in turn", "1212121212", ErrCommon},
		{"password and digits", "Password123", ErrCommon},
		{"password in disguise", "P@$$w0rd2026", ErrCommon},
		{"senha and digits", "senha@123456", ErrCommon},
		{"senha in disguise", "S3nh@12345!", ErrCommon},
		{"the month and the year", "Março@2026", ErrCommon},
		{"the product", "HelpHub2026", ErrCommon},
		{"the role", "Administrador", ErrCommon},
		{"change it", "!!mudar12345", ErrCommon},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := Check(test.pw, "ana.lima.souza", "Ána Lima de Souza")
			if (got == nil) != (test.want == nil) || got != nil && !errors.Is(got, test.want) {
				t.Errorf("Check(%.40q) = %v, want %v", test.pw, got, test.want)
			}
		})
	}
}

func TestAnAccountWithoutANameForbidsNothing(t *testing.T) {
	t.Parallel()
	if got := Check("x9#kQ-z2Lp", "", " - "); got != nil {
		t.Error(got)
	}
}
