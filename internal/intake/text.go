package intake

import (
	"encoding/csv"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"strings"
	"unicode/utf8"

	"helphub/internal/fault"
	"helphub/internal/ticket"
)

// Text is one subject and description, lent to incidents that have none.
type Text struct{ Title, Body string }

// ReadTexts reads a CSV with the columns title and body. Lines that are empty
// or unreadable are left out: these are words to show, not records to keep.
func ReadTexts(file io.Reader) ([]Text, error) {
	r := csv.NewReader(skipMark(file))
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("read header of texts: %w", err)
	}
	title, body := -1, -1
	for i, name := range head {
		switch name {
		case "title":
			title = i
		case "body":
			body = i
		}
	}
	if title < 0 || body < 0 {
		return nil, errors.New("not a file of texts: no columns title and body")
	}
	var texts []Text
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return texts, nil
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read texts: %w", err)
		}
		if len(record) <= max(title, body) || !fault.Readable(record[title]) || !fault.Readable(record[body]) || strings.TrimSpace(record[body]) == "" {
			continue
		}
		texts = append(texts, Text{Title: strings.TrimSpace(record[title]), Body: strings.TrimSpace(record[body])})
	}
}

// words gives an incident its subject and description: the same every time,
// from the texts when there are any, else from what the log knows of it.
func words(in Incident, texts []Text) (subject, description string) {
	facts := strings.Join(in.Rows[0].Facts, "\n")
	subject, description = in.Number, facts
	if len(texts) > 0 {
		h := fnv.New32a()
		_, _ = h.Write([]byte(in.Number)) // a hash never fails to write
		t := texts[int(h.Sum32())%len(texts)]
		description = t.Body
		if facts != "" {
			description += "\n\n" + facts
		}
		subject += " " + orElse(t.Title, t.Body)
	} else if len(in.Rows[0].Facts) > 0 {
		subject += " " + strings.Join(in.Rows[0].Facts[:min(2, len(in.Rows[0].Facts))], ", ")
	}
	if description == "" {
		description = in.Number
	}
	return cut(strings.Join(strings.Fields(subject), " "), ticket.MaxSubject), cut(description, ticket.MaxDescription)
}

// cut shortens text to at most n characters, marking that it did.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:n-1])) + "…"
}
