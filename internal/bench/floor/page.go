package main

import (
	"bytes"
	"html"
	"net/http"
	"strconv"
	"strings"
)

// page is HTML while it is put together.
type page struct{ bytes.Buffer }

func begin(title string) *page {
	p := &page{}
	p.Grow(32 << 10)
	p.WriteString(`<!DOCTYPE html><html lang="pt-BR"><head><meta charset="utf-8"><title>`)
	p.WriteString(html.EscapeString(title))
	p.WriteString(`</title></head><body><table>`)
	return p
}

func (p *page) row(cells ...string) {
	p.WriteString("<tr>")
	for _, c := range cells {
		p.WriteString("<td>")
		p.WriteString(html.EscapeString(c))
		p.WriteString("</td>")
	}
	p.WriteString("</tr>")
}

// finish fills the page up to the bytes that were asked for and sends it.
func (p *page) finish(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		fail(w, err)
		return
	}
	p.WriteString("</table>")
	if size, err := strconv.Atoi(r.URL.Query().Get("bytes")); err == nil && size > p.Len() {
		p.WriteString("<!--" + strings.Repeat("x", size-p.Len()) + "-->")
	}
	p.WriteString("</body></html>")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(p.Bytes()) // The reader has left, and there is nobody to tell.
}
