// Command gallery serves every component in every state with sample values, to
// look at while working on the look: ?theme=light|dark|comfort, ?lang=en. It
// needs no database and imports components and sample only.
package main

import (
	"bytes"
	"flag"
	"log"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"helphub/assets"
	"helphub/components"
	"helphub/internal/locale"
	"helphub/internal/sample"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8090", "address to listen on")
	flag.Parse()
	server := &http.Server{Addr: *addr, Handler: routes(), ReadHeaderTimeout: 5 * time.Second}
	log.Printf("gallery on http://%s", *addr)
	log.Fatal(server.ListenAndServe())
}

// policy is the program's own, so that what breaks under it breaks here.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+assets.Prefix, assets.Handler())
	mux.HandleFunc("GET /{$}", page(func(r *http.Request) templ.Component { return partsPage(shell(r, "Componentes")) }))
	mux.HandleFunc("GET /empty", page(func(r *http.Request) templ.Component { return emptyPage(shell(r, "Chamados")) }))
	mux.HandleFunc("GET /door", page(func(r *http.Request) templ.Component { return doorPage(door(r)) }))
	mux.HandleFunc("GET /error", page(func(r *http.Request) templ.Component {
		// A status that is no number shows what an unknown one shows.
		status, _ := strconv.Atoi(r.FormValue("status"))
		return components.ErrorPage(door(r), components.ErrorView{Status: status, RequestID: r.FormValue("id"), SignedIn: r.FormValue("in") != ""})
	}))
	return mux
}

// page renders what draw returns, for the reader the query asks for.
func page(draw func(*http.Request) templ.Component) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		lang, _ := locale.ParseLang(r.FormValue("lang"))
		ctx := locale.With(r.Context(), locale.New(lang, sample.Zone, sample.Now))
		var out bytes.Buffer
		if err := draw(r).Render(ctx, &out); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		// A failed write means that the browser is gone: nobody to tell.
		_, _ = w.Write(out.Bytes())
	}
}

func shell(r *http.Request, title string) components.Shell {
	return components.Shell{
		Title:   title,
		Company: sample.Company,
		Theme:   r.FormValue("theme"),
		Actor:   sample.Celia,
		Rail: components.Rail{
			Company: sample.Company, Section: components.SectionTickets,
			Active: "38", Mine: "5", Unassigned: "1.000+",
			May: components.MayOf(sample.Celia),
		},
		Bell:  components.Bell{Href: "/notifications", Unread: 3},
		Trail: []components.Crumb{{Text: "Chamados", Href: "/"}, {Text: title}},
	}
}

func door(r *http.Request) components.PublicView {
	return components.PublicView{Title: "Entrar", Company: sample.Company, Theme: r.FormValue("theme")}
}
