package intake

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"helphub/internal/admin"
	"helphub/internal/customer"
	"helphub/internal/fault"
	"helphub/internal/ticket"
)

// unknown is how the log writes a value nobody entered.
const unknown = "?"

// stamp is the log's way of writing a moment; it has no zone of its own.
const stamp = "02-01-2006 15:04"

var states = map[string]ticket.Status{
	"New": ticket.Open, "Active": ticket.Open, "Resolved": ticket.Closed, "Closed": ticket.Closed,
}

// needed are the columns without which nothing can be replayed.
var needed = []string{
	"number", "incident_state", "sys_mod_count", "caller_id", "opened_by", "opened_at",
	"sys_updated_by", "sys_updated_at", "priority", "assignment_group", "assigned_to",
}

// described are the columns that go into the ticket's description.
var described = []string{"category", "subcategory", "u_symptom", "cmdb_ci", "location", "contact_type"}

// Read reads a log whose times are in zone. A line that cannot be understood
// is refused and the others are read on; only a file that is no such log at
// all, or cannot be read to its end, is an error.
func Read(file io.Reader, zone *time.Location) ([]Incident, []Refusal, error) {
	l := newLines(file)
	head, _, why, err := l.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, nil, errors.New("not an incident log: the file is empty")
	case err != nil:
		return nil, nil, fmt.Errorf("read header: %w", err)
	case why != "":
		return nil, nil, fmt.Errorf("not an incident log: its first line is broken: %s", why)
	}
	columns, err := columnsOf(head)
	if err != nil {
		return nil, nil, err
	}
	l.width = len(head)
	var rows []Row
	var refused []Refusal
	for {
		record, line, why, err := l.next()
		if errors.Is(err, io.EOF) {
			return group(rows), refused, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read log: %w", err)
		}
		var row Row
		if why == "" {
			row, why = parse(record, columns, l.width, zone)
		}
		if why != "" {
			refused = append(refused, Refusal{Line: line, Why: why})
			continue
		}
		row.Line = line
		rows = append(rows, row)
	}
}

// skipMark drops the byte order mark that spreadsheets put first.
func skipMark(file io.Reader) io.Reader {
	b := bufio.NewReader(file)
	if mark, err := b.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
		_, _ = b.Discard(3) // peeked: cannot fail
	}
	return b
}

func columnsOf(head []string) (map[string]int, error) {
	columns := map[string]int{}
	for i, name := range head {
		columns[strings.TrimSpace(name)] = i
	}
	var missing []string
	for _, name := range needed {
		if _, ok := columns[name]; !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("not an incident log: no column %s", strings.Join(missing, ", "))
	}
	return columns, nil
}

// parse reads one record, or says why it cannot.
func parse(record []string, columns map[string]int, width int, zone *time.Location) (Row, string) {
	if len(record) != width {
		return Row{}, fmt.Sprintf("%d fields where the header has %d", len(record), width)
	}
	get := func(name string) string {
		i, ok := columns[name]
		if !ok || strings.TrimSpace(record[i]) == unknown {
			return ""
		}
		return strings.Join(strings.Fields(record[i]), " ")
	}
	for _, v := range record {
		if !fault.Readable(v) {
			return Row{}, "a field is not readable text"
		}
	}
	row := Row{
		Number: get("number"), Caller: get("caller_id"), OpenedBy: get("opened_by"), By: get("sys_updated_by"),
		Group: get("assignment_group"), Assignee: get("assigned_to"),
	}
	if row.Number == "" {
		return Row{}, "no number"
	}
	why := row.overlong()
	if why != "" {
		return Row{}, why
	}
	if row.State, why = stateOf(get("incident_state")); why != "" {
		return Row{}, why
	}
	if row.Priority, why = priorityOf(get("priority")); why != "" {
		return Row{}, why
	}
	var err error
	if row.Mods, err = strconv.Atoi(get("sys_mod_count")); err != nil || row.Mods < 0 {
		return Row{}, fmt.Sprintf("sys_mod_count %q is no count", get("sys_mod_count"))
	}
	if row.OpenedAt, err = time.ParseInLocation(stamp, get("opened_at"), zone); err != nil {
		return Row{}, fmt.Sprintf("opened_at %q is no date", get("opened_at"))
	}
	if row.At, err = time.ParseInLocation(stamp, get("sys_updated_at"), zone); err != nil {
		return Row{}, fmt.Sprintf("sys_updated_at %q is no date", get("sys_updated_at"))
	}
	for _, name := range described {
		if v := get(name); v != "" {
			row.Facts = append(row.Facts, name+": "+v)
		}
	}
	return row, ""
}

// maxNumber is the longest name of an incident, in characters.
const maxNumber = 64

// overlong says which name does not fit where it is to be kept.
func (r Row) overlong() string {
	for _, one := range []struct {
		column, name string
		min, max     int
	}{
		{"number", r.Number, 1, maxNumber},
		{"caller_id", r.Caller, customer.MinLegalName, customer.MaxLegalName},
		{"assignment_group", r.Group, 1, admin.MaxDepartmentName},
		{"assigned_to", r.Assignee, 1, admin.MaxStaffName},
		{"opened_by", r.OpenedBy, 1, admin.MaxStaffName},
		{"sys_updated_by", r.By, 1, admin.MaxStaffName},
	} {
		if n := utf8.RuneCountInString(one.name); one.name != "" && (n < one.min || n > one.max) {
			return fmt.Sprintf("%s has %d characters, not %d to %d", one.column, n, one.min, one.max)
		}
	}
	return ""
}

func stateOf(name string) (ticket.Status, string) {
	if s, ok := states[name]; ok {
		return s, ""
	}
	if strings.HasPrefix(name, "Awaiting ") {
		return ticket.Pending, ""
	}
	return "", fmt.Sprintf("incident_state %q is not known", name)
}

// priorityOf reads "1 - Critical" to "4 - Low".
func priorityOf(name string) (ticket.Priority, string) {
	digit, _, _ := strings.Cut(name, " ")
	switch digit {
	case "1":
		return ticket.Critical, ""
	case "2":
		return ticket.High, ""
	case "3":
		return ticket.Normal, ""
	case "4":
		return ticket.Low, ""
	}
	return 0, fmt.Sprintf("priority %q is not known", name)
}
