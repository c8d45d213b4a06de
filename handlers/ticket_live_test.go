package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"helphub/internal/helpdesk"
	"helphub/internal/live"
	"helphub/internal/sample"
)

// The live part is what a reload would show, and never a form or a token.
func TestTheLivePartIsWhatAReloadShows_D72(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	ana := w.as(t, sample.Ana)
	for _, q := range []string{"", "?order=desc", "?voice=team&order=asc"} {
		url := ana.get(path+q).doc.Find("#timeline").AttrOr("hx-get", "")
		on.Version = int(w.row(t, on).Version)
		must(t, w.desk.TransferTicket(t.Context(), sample.Bruno, on, helpdesk.Passing{Level: on.Version%3 + 1, Reason: "Motivo" + q}))
		part, page := ana.htmx().get(url).is(http.StatusOK), ana.get(path+q)
		for _, place := range []string{"#timeline", "#ticket-head", "#ticket-summary", "#ticket-facts", "#composer-state", "#composer-choice"} {
			got, err := part.doc.Find(place).Html()
			must(t, err)
			want, err := page.doc.Find(place).Html()
			must(t, err)
			if got != want || got == "" {
				t.Errorf("%s%s is another after a reload:\n%s\n%s", place, q, got, want)
			}
		}
		if n := part.doc.Find("form, textarea, [name=csrf_token]").Length(); n != 0 {
			t.Errorf("the live part has %d forms or tokens", n)
		}
	}
}

func TestAnUnchangedLivePartIs304(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	ana := w.as(t, sample.Ana)
	url := ana.get(path).doc.Find("#timeline").AttrOr("hx-get", "")
	tag := ana.get(url).is(http.StatusOK).Header.Get("ETag")
	if tag == "" {
		t.Fatal("no ETag")
	}
	same := *ana
	same.header = http.Header{"If-None-Match": {tag}}
	same.get(url).is(http.StatusNotModified)
	must(t, w.desk.Reply(t.Context(), sample.Bruno, on, said("Novo.")))
	if a := same.get(url).is(http.StatusOK); !strings.Contains(a.body, "Novo.") {
		t.Error("the part stayed old")
	}
	same.header = http.Header{"If-None-Match": {same.get(url).Header.Get("ETag")}}
	w.as(t, sample.Bruno).get(url)
	same.get(url).is(http.StatusNotModified) // another reader's part is not mine
}

func TestAPartOfSomebodyElseIsNeverShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	must(t, w.desk.Reply(t.Context(), sample.Ana, on, said("De Ana.")))
	ana, bruno := w.as(t, sample.Ana), w.as(t, sample.Bruno)
	if a := ana.get(path + "/live"); !strings.Contains(a.body, "/retraction") {
		t.Error("Ana cannot take back")
	}
	if a := bruno.get(path + "/live"); strings.Contains(a.body, "/retraction") {
		t.Error("Bruno sees Ana's way to take back")
	}
	if a := w.reader(t).get(path + "/live"); strings.Contains(a.body, "composer") {
		t.Error("who only reads gets a composer")
	}
}

// Who looked at a ticket that somebody deleted is told so; nothing else of the
// page goes.
func TestADeletedTicketSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	ana := w.as(t, sample.Ana)
	url := ana.get(path).doc.Find("#timeline").AttrOr("hx-get", "")
	must(t, w.desk.DeleteTicket(t.Context(), sample.Celia, on.Protocol))
	a := ana.htmx().get(url).is(http.StatusNotFound)
	if !strings.Contains(a.body, `hx-target="#ticket-gone"`) || !strings.Contains(a.body, "Este chamado foi excluído") || strings.Contains(a.body, `hx-target="#composer`) {
		t.Errorf("%s", a.body)
	}
	ana.get(url).is(http.StatusNotFound)
	ana.htmx().post(path+"/replies", typed("Já digitado.")).is(http.StatusNotFound)
}

func typed(body string) url.Values { return url.Values{"body": {body}, "version": {"1"}} }

func TestThePageListensToItsTicketAndItsPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	id := w.row(t, on).ID
	stream, err := url.Parse(w.as(t, sample.Ana).get(path).doc.Find("#live").AttrOr("hx-sse:connect", ""))
	must(t, err)
	topics := strings.Join(stream.Query()["on"], " ")
	for _, want := range []live.Topic{live.Ticket(id), live.PresenceOn(id), live.Tickets, live.Staff(sample.Ana.ID)} {
		if !strings.Contains(topics, string(want)) {
			t.Errorf("the page does not listen to %s", want)
		}
	}
	if stream.Query().Get("mark") == "" {
		t.Error("the stream has no mark")
	}
}

// Others are named while they look or write; oneself never is.
func TestPresenceNamesTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, _ := w.open(t)
	ana, bruno := w.as(t, sample.Ana), w.as(t, sample.Bruno)
	bruno.post(path+"/presence", url.Values{"writing": {"1"}}).is(http.StatusNoContent)
	page := ana.get(path)
	if got := page.text("#ticket-here"); got != "Quem está aquiBTBruno Teles está escrevendo" {
		t.Errorf("Ana sees %q", got)
	}
	if got := page.text("#writing"); got != "B Bruno Teles está escrevendo" {
		t.Errorf("the composer says %q", got)
	}
	if _, hidden := bruno.get(path).doc.Find("#ticket-here").Attr("hidden"); !hidden {
		t.Error("Bruno sees himself")
	}
	url := page.doc.Find("#ticket-here").AttrOr("hx-get", "")
	part := ana.htmx().get(url).is(http.StatusOK)
	if got := part.text("#ticket-here"); got != "Quem está aquiBTBruno Teles está escrevendo" || !strings.Contains(part.body, `hx-target="#writing"`) {
		t.Errorf("the part says %q", got)
	}
	form := bruno.get(path).form(path + "/replies")
	form.Set("body", "Pronto.")
	bruno.htmx().post(path+"/replies", form).is(http.StatusOK)
	if got := ana.get(path).text("#writing"); got != "" {
		t.Errorf("after sending: %q", got)
	}
	bruno.send(http.MethodPost, path+"/presence", typed("x")).is(http.StatusForbidden)
}
