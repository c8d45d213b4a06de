package intake_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"helphub/internal/intake"
)

const logHead = "number,incident_state,sys_mod_count,caller_id,opened_by,opened_at,sys_updated_by,sys_updated_at,priority,assignment_group,assigned_to,category"

func logLine(number, caller, group, assignee string) string {
	return number + ",New,0," + caller + ",Ana,29-02-2016 01:16,Ana,29-02-2016 01:16,3 - Moderate," + group + "," + assignee + ",Rede"
}

func readText(t *testing.T, text string) (numbers []string, refused map[int]string, err error) {
	t.Helper()
	incidents, refusals, err := intake.Read(strings.NewReader(text), time.UTC)
	for _, in := range incidents {
		numbers = append(numbers, in.Number)
	}
	refused = map[int]string{}
	for _, r := range refusals {
		refused[r.Line] = r.Why
	}
	return numbers, refused, err
}

// A quote that is never closed swallowed the rest of the file. Seen to fail
// with the file given to encoding/csv as a whole.
func TestABrokenLineCostsNoOther(t *testing.T) {
	t.Parallel()
	text := strings.Join([]string{
		"\ufeff" + logHead,                             // 1, with the mark that spreadsheets put first
		logLine("INC1", "Bia", "Rede", "?"),            // 2
		logLine("INC2", `"Bia`, "Rede", "?"),           // 3: never closed
		logLine("INC3", "Bia", "Rede", "?"),            // 4
		logLine("INC4", "\"Bia\nRocha\"", "Rede", "?"), // 5 and 6: a field of two lines
		"",
		logLine("INC5", `Bi"a`, "Rede", "?"), // 8: bare
		logLine("INC6", "Bia", "Rede", "?"),  // 9
		strings.Repeat("a", 2<<20),           // 10
		logLine("INC7", "Bia", "Rede", `"`),  // 11: never closed, and last
	}, "\r\n")
	numbers, refused, err := readText(t, text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"INC1", "INC3", "INC4", "INC6"}, numbers); diff != "" {
		t.Error(diff)
	}
	for _, line := range []int{3, 8, 10, 11} {
		if refused[line] == "" {
			t.Errorf("line %d is not refused: %v", line, refused)
		}
	}
	if len(refused) != 4 {
		t.Errorf("refused %v", refused)
	}
}

// A name that fits nowhere stopped the whole import at the database. Seen to
// fail without overlong.
func TestNamesThatFitNowhereCostTheirLine(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ã", 200)
	numbers, refused, err := readText(t, strings.Join([]string{
		logHead, logLine("INC1", "B", "Rede", "?"), logLine("INC2", long, "Rede", "?"), logLine("INC3", "Bia", long, "?"),
		logLine("INC4", "Bia", "Rede", long), logLine(long, "Bia", "Rede", "?"), logLine("INC6", "?", "?", "?"),
	}, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"INC6"}, numbers); diff != "" {
		t.Error(diff)
	}
	if len(refused) != 5 || !strings.Contains(refused[4], "assignment_group") {
		t.Errorf("refused %v", refused)
	}
}

func TestAFileOfAnotherKindIsSaidToBeOne(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty": "", "blank": "\n\n\n", "a picture": "\x89PNG\r\n\x1a\n\x00\x00", "another table": "id,name\n1,x\n",
		"one endless line": strings.Repeat("a", 3<<20), "an open quote": `"number,incident_state`,
	} {
		if _, _, err := readText(t, text); err == nil || !strings.Contains(err.Error(), "not an incident log") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
