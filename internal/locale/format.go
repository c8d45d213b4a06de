package locale

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// value writes a placeholder's value: numbers with the language's grouping,
// times as people say them, everything else as fmt does.
func (l Locale) value(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return l.Number(v)
	case int64:
		return l.Number(int(v))
	case time.Time:
		return l.When(v)
	}
	return fmt.Sprint(v)
}

// Number writes an integer with the language's thousands separator: 1.204, 1,204.
func (l Locale) Number(n int) string {
	sep := "."
	if l.Lang == En {
		sep = ","
	}
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + sep + digits[i:]
	}
	return sign + digits
}

var (
	weekdays = map[Lang][7]string{
		PtBR: {"dom", "seg", "ter", "qua", "qui", "sex", "sáb"},
		En:   {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	}
	months = map[Lang][12]string{
		PtBR: {"jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"},
		En:   {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	}
)

// When says a moment as people do: "hoje 14:05", "ontem 09:10", "ter 24 nov
// 08:00" within half a year of now, "24 nov 2025" beyond. Never "5 min ago":
// that is wrong a minute later.
func (l Locale) When(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	day := l.Day(t)
	if l.distant(t) {
		return day
	}
	return day + " " + l.Clock(t)
}

// Day says a day as people do, without the hour.
func (l Locale) Day(t time.Time) string {
	t = t.In(l.Zone)
	switch days := l.daysFromToday(t); {
	case days == 0:
		return l.T("time.today")
	case days == -1:
		return l.T("time.yesterday")
	case days == 1:
		return l.T("time.tomorrow")
	case l.distant(t):
		return fmt.Sprintf("%d %s %d", t.Day(), months[l.Lang][t.Month()-1], t.Year())
	default:
		return fmt.Sprintf("%s %d %s", weekdays[l.Lang][t.Weekday()], t.Day(), months[l.Lang][t.Month()-1])
	}
}

// Clock writes the hour and minute in the zone, 24 hours.
func (l Locale) Clock(t time.Time) string { return t.In(l.Zone).Format("15:04") }

// Exact writes a moment in full, for a time's title: weekday, date, hour and
// the zone's offset.
func (l Locale) Exact(t time.Time) string {
	t = t.In(l.Zone)
	b := make([]byte, 0, len("seg 24 nov 2026, 14:05:00 (UTC-03:00)")+2)
	b = append(b, weekdays[l.Lang][t.Weekday()]...)
	b = strconv.AppendInt(append(b, ' '), int64(t.Day()), 10)
	b = append(append(b, ' '), months[l.Lang][t.Month()-1]...)
	b = strconv.AppendInt(append(b, ' '), int64(t.Year()), 10)
	b = t.AppendFormat(append(b, ", "...), "15:04:05 (UTC-07:00)")
	return string(b)
}

// Stamp writes a moment for a machine: RFC 3339 in the zone, for datetime=.
func (l Locale) Stamp(t time.Time) string { return t.In(l.Zone).Format(time.RFC3339) }

// Bytes writes a size: 412 KB, 1,2 MB. Units are decimal, as file managers show.
func (l Locale) Bytes(n int64) string {
	switch {
	case n < 1000:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1_000_000:
		return strconv.FormatInt((n+500)/1000, 10) + " KB"
	}
	s := strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64)
	if l.Lang == PtBR {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s + " MB"
}

// List joins words with commas and the language's "and": "Ana, Bruno e Célia".
func (l Locale) List(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + l.T("list.and") + " " + words[last]
}

func (l Locale) daysFromToday(t time.Time) int {
	noon := func(t time.Time) time.Time {
		y, m, d := t.In(l.Zone).Date()
		return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	}
	return int(noon(t).Sub(noon(l.Now)).Hours()) / 24
}

func (l Locale) distant(t time.Time) bool {
	d := l.daysFromToday(t)
	return d > 180 || d < -180
}
