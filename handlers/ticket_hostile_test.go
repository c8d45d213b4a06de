package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"helphub/internal/helpdesk"
	"helphub/internal/sample"
	"helphub/internal/staff"
	"helphub/queries"
)

// payloads are what people try in fields that others read.
var payloads = []string{
	`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`, `' onmouseover='alert(1)`, `" autofocus onfocus="alert(1)`,
	`</textarea><script>alert(1)</script>`, `</title><script>alert(1)</script>`, `</option></select><iframe src=//evil.example>`,
	"${alert(1)}", "`${alert(1)}`", `{{constructor.constructor('alert(1)')()}}`, `javascript:alert(1)`, `<a href="javascript:alert(1)">x</a>`,
	`https://evil.example/"onmouseover="alert(1)`, `https://evil.example/'><script>alert(1)</script>`, `http://<script>alert(1)</script>`,
	`https://javascript:alert(1)@evil.example/`, `data:text/html,<script>alert(1)</script>`, `<base href=//evil.example>`, `<form action=//evil.example>`,
	`<hx-partial hx-target="body" hx-swap="innerHTML">x</hx-partial>`, `<div hx-get="/logout" hx-trigger="load">`, `<template hx type="partial">x</template>`,
	`&lt;script&gt;alert(1)&lt;/script&gt;`, `<!--<script>-->`, `<style>*{display:none}</style>`, `<math><mi//xlink:href="data:x,<script>alert(1)</script>">`,
	`O'Brien "Padaria" & Filhos <ltda>`, `\"; alert(1); //`, "\u202egnp.exe", `<meta http-equiv=refresh content=0;url=//evil.example>`,
}

// Whatever people write, others read it as text: no element, attribute or link
// comes of it (D-30 to D-33). Each payload is in every field that a ticket's
// pages show. Seen to fail with a text written unescaped, and with addresses of
// other schemes made links.
func TestWhatPeopleWriteIsNeverMarkup_D30_D31_D32_D33(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q, ctx := queries.New(w.db.Write), t.Context()
	ana := w.as(t, sample.Ana)
	calm := w.calm(t, ana)
	for i, evil := range payloads {
		who := sample.Bruno
		who.ID, who.Name, who.Username = uuid.New(), evil, "evil"+uuid.NewString()[:8]
		must(t, q.InsertStaff(ctx, queries.InsertStaffParams{ID: who.ID, Name: evil, Username: who.Username, PasswordHash: "x", RoleID: who.Role.ID, Active: true}))
		customer, team := uuid.New(), uuid.New()
		must(t, q.InsertCustomer(ctx, queries.InsertCustomerParams{
			ID: customer, LegalName: evil, Email: strings.ReplaceAll(evil, " ", ""), Street: evil, District: evil[:min(len(evil), 40)], Active: true,
		}))
		must(t, q.InsertDepartment(ctx, queries.InsertDepartmentParams{ID: team, Name: evil + string(rune('a'+i)), Active: true}))
		p, err := w.desk.OpenTicket(ctx, who, helpdesk.NewTicket{
			Form: uuid.New(), Subject: evil + " abc", Description: evil, Priority: "high", CustomerID: customer, DepartmentID: team,
		})
		must(t, err)
		on := helpdesk.On{Protocol: p, Version: 1}
		must(t, w.desk.Reply(ctx, who, on, said(evil)))
		must(t, w.desk.Note(ctx, who, on, said(evil)))
		must(t, w.desk.Hear(ctx, staff.System(evil), on, said(evil)))
		on.Version = 4
		must(t, w.desk.TransferTicket(ctx, who, on, helpdesk.Passing{Level: 2, Reason: evil}))
		w.app.Presence.Write(w.row(t, on).ID, who.ID)
		w.hostile(t, ana, "/tickets/"+string(p), evil, calm)
	}
}

// shape is what a page is made of: how often each element and attribute occurs
// that could act.
func shape(a *answer) map[string]int {
	n := map[string]int{}
	for _, name := range []string{"script", "img", "iframe", "object", "embed", "base", "style", "math", "meta", "form", "svg", "template", "hx-partial"} {
		n[name] = a.doc.Find(name).Length()
	}
	for _, node := range a.doc.Find("*").Nodes {
		for _, attr := range node.Attr {
			if strings.HasPrefix(attr.Key, "on") || attr.Key == "style" || attr.Key == "srcdoc" {
				n["attribute "+attr.Key]++
			}
			value := strings.ToLower(strings.TrimSpace(attr.Val))
			if attr.Key == "href" || attr.Key == "src" || attr.Key == "action" || attr.Key == "formaction" || strings.HasPrefix(attr.Key, "hx-") {
				for _, scheme := range []string{"javascript:", "data:", "vbscript:", "//"} {
					if strings.HasPrefix(value, scheme) {
						n["leads to "+scheme]++
					}
				}
			}
		}
	}
	return n
}

// watched are the pages of a ticket and what each may hold more of than its
// like with harmless text: icons, for instance, differ with the state.
func (w *world) watched(path string) []string {
	return []string{path, path + "?order=desc&voice=team", path + "/live", path + "/customer", path + "/presence", path + "/edit", path + "/transfer", path + "/escalation", path + "/assignment"}
}

// calm is the shape of the same pages with harmless text in every field.
func (w *world) calm(t *testing.T, reader *client) map[string]map[string]int {
	t.Helper()
	ctx, plain := t.Context(), "texto"
	p, err := w.desk.OpenTicket(ctx, sample.Bruno, helpdesk.NewTicket{
		Form: uuid.New(), Subject: plain, Description: plain, Priority: "high", CustomerID: w.hotel, DepartmentID: w.cold,
	})
	must(t, err)
	_, err = w.db.Write.Exec(ctx, "UPDATE customer SET email = 'a@b.example', street = 'Rua' WHERE id = $1", w.hotel)
	must(t, err)
	on := helpdesk.On{Protocol: p, Version: 1}
	must(t, w.desk.Reply(ctx, sample.Bruno, on, said(plain)))
	must(t, w.desk.Note(ctx, sample.Bruno, on, said(plain)))
	must(t, w.desk.Hear(ctx, staff.System(plain), on, said(plain)))
	on.Version = 4
	must(t, w.desk.TransferTicket(ctx, sample.Bruno, on, helpdesk.Passing{Level: 2, Reason: plain}))
	w.app.Presence.Write(w.row(t, on).ID, sample.Bruno.ID)
	shapes := map[string]map[string]int{}
	path := "/tickets/" + string(p)
	for _, page := range w.watched(path) {
		shapes[strings.TrimPrefix(page, path)] = shape(reader.get(page).is(http.StatusOK))
	}
	return shapes
}

func (w *world) hostile(t *testing.T, reader *client, path, evil string, calm map[string]map[string]int) {
	t.Helper()
	for _, page := range w.watched(path) {
		a := reader.get(page).is(http.StatusOK)
		want := calm[strings.TrimPrefix(page, path)]
		for what, n := range shape(a) {
			if n > want[what] {
				t.Errorf("%q on %s: %d × %s, with harmless text %d", evil, page, n, what, want[what])
			}
		}
		for _, link := range a.doc.Find(".entry-text a").EachIter() {
			href := link.AttrOr("href", "")
			u, err := url.Parse(href)
			if err != nil || (u.Scheme != "http" && u.Scheme != "https") || !strings.Contains(link.AttrOr("rel", ""), "noopener") {
				t.Errorf("%q on %s makes the link %q", evil, page, href)
			}
		}
	}
	if a := reader.get(path); strings.TrimSpace(a.doc.Find("#opening .entry-text").Text()) != strings.TrimSpace(evil) {
		t.Errorf("%q is shown as %q", evil, a.doc.Find("#opening .entry-text").Text())
	}
	// Refused, it comes back inside of the fields, and as text there too.
	form := url.Values{"body": {evil}, "status": {evil}, "version": {evil}, "form_id": {evil}}
	a := reader.post(path+"/replies", form).is(http.StatusUnprocessableEntity)
	if got := a.doc.Find("textarea#body").Text(); got != evil {
		t.Errorf("%q comes back as %q", evil, got)
	}
	if n := a.doc.Find("script").Length(); n != calm[""]["script"] {
		t.Errorf("%q refused makes %d scripts", evil, n)
	}
}
