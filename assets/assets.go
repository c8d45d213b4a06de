// Package assets is what a browser loads besides pages: one style sheet, two
// scripts, a font and the icons, embedded in the program. Style sheets are
// joined in the order css/app.css names them, scripts by name; every file gets
// a path that carries a hash of its content, so that browsers may keep it for
// ever. It is not for files that people upload.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
)

//go:embed css js vendor fonts img
var files embed.FS

// Prefix is where Handler expects to be mounted.
const Prefix = "/assets/"

// yearlong is how long a browser may keep a file whose path names its content
// (RFC 8246).
const yearlong = "public, max-age=31536000, immutable"

type asset struct {
	path        string // with Prefix and hash
	hash        string
	contentType string
	body        []byte
	gzipped     []byte // nil when compressing would not pay
}

type bundle struct {
	byName map[string]*asset
	byPath map[string]*asset
}

// built is made once; a broken file panics here, which any test run hits.
var built = mustBuild()

// Path returns the URL path of an asset by its plain name: app.css, app.js,
// htmx.js, icons.svg, favicon.svg, inter-latin.woff2. It panics on a name that
// does not exist, which a render of any page in any test hits.
func Path(name string) string {
	a, ok := built.byName[name]
	if !ok {
		panic("assets: no asset named " + name)
	}
	return a.path
}

// Handler serves the assets under Prefix, compressed for who accepts gzip.
// Unknown paths answer 404; other methods than GET and HEAD 405.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := built.byPath[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		a.serve(w, r)
	})
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", yearlong)
	h.Set("X-Content-Type-Options", "nosniff")
	body, tag := a.body, `"`+a.hash+`"`
	if a.gzipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body, tag = a.gzipped, `"`+a.hash+`-gzip"`
		}
	}
	h.Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", a.contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	// A failed write means that the browser is gone: nobody to tell.
	_, _ = w.Write(body)
}

// acceptsGzip reads an Accept-Encoding header (RFC 9110, 12.5.3): gzip counts
// unless its weight is zero.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) != "gzip" {
			continue
		}
		_, q, found := strings.Cut(weight, "q=")
		if !found {
			return true
		}
		f, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
		return err == nil && f > 0
	}
	return false
}

func matches(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == "*" || part == tag {
			return true
		}
	}
	return false
}

func mustBuild() *bundle {
	b := &bundle{byName: map[string]*asset{}, byPath: map[string]*asset{}}
	for _, step := range []func() error{b.addPlain, b.addStyles, b.addScripts} {
		if err := step(); err != nil {
			panic(err)
		}
	}
	return b
}

// addPlain takes in the files that are served as they are. Style sheets come
// later because they refer to them.
func (b *bundle) addPlain() error {
	for name, contentType := range map[string]string{
		"fonts/inter-latin.woff2": "font/woff2",
		"img/icons.svg":           "image/svg+xml",
		"img/favicon.svg":         "image/svg+xml",
	} {
		body, err := files.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read asset: %w", err)
		}
		if err := b.add(path.Base(name), contentType, body); err != nil {
			return err
		}
	}
	return nil
}

// addScripts joins htmx with its extension (loaded apart, htmx may start before
// the extension has arrived) and our own modules in a second file, each in a
// block of its own so that neither their names nor their failures meet.
func (b *bundle) addScripts() error {
	var vendor bytes.Buffer
	for _, name := range []string{"vendor/htmx.min.js", "vendor/hx-sse.min.js"} {
		body, err := files.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read script: %w", err)
		}
		vendor.Write(bytes.TrimSpace(body))
		vendor.WriteString("\n")
	}
	if err := b.add("htmx.js", "text/javascript; charset=utf-8", vendor.Bytes()); err != nil {
		return err
	}
	names, err := fs.Glob(files, "js/*.js")
	if err != nil {
		return fmt.Errorf("list scripts: %w", err)
	}
	var own bytes.Buffer
	for _, name := range names {
		body, err := files.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read script: %w", err)
		}
		fmt.Fprintf(&own, "/* %s */\ntry {\n%s} catch (error) { console.error(error); }\n", name, body)
	}
	return b.add("app.js", "text/javascript; charset=utf-8", own.Bytes())
}

var importLine = regexp.MustCompile(`(?m)^@import "([a-z-]+\.css)" layer\(([a-z]+)\);$`)
var urlInStyle = regexp.MustCompile(`url\("\.\./(?:fonts|img)/([a-z.0-9-]+)"\)`)

// addStyles replaces each import of css/app.css by the file it names, in its
// layer, and each reference to another asset by its hashed path.
func (b *bundle) addStyles() error {
	list, err := files.ReadFile("css/app.css")
	if err != nil {
		return fmt.Errorf("read style list: %w", err)
	}
	var failed error
	joined := importLine.ReplaceAllFunc(list, func(line []byte) []byte {
		m := importLine.FindSubmatch(line)
		body, err := files.ReadFile("css/" + string(m[1]))
		if err != nil {
			failed = fmt.Errorf("read style: %w", err)
			return nil
		}
		return fmt.Appendf(nil, "/* %s */\n@layer %s {\n%s}", m[1], m[2], body)
	})
	if failed != nil {
		return failed
	}
	joined = urlInStyle.ReplaceAllFunc(joined, func(ref []byte) []byte {
		name := string(urlInStyle.FindSubmatch(ref)[1])
		a, ok := b.byName[name]
		if !ok {
			failed = fmt.Errorf("style refers to %s, which is no asset", name)
			return nil
		}
		return []byte(`url("` + a.path + `")`)
	})
	if failed != nil {
		return failed
	}
	return b.add("app.css", "text/css; charset=utf-8", joined)
}

func (b *bundle) add(name, contentType string, body []byte) error {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:6])
	ext := path.Ext(name)
	a := &asset{
		path:        Prefix + strings.TrimSuffix(name, ext) + "." + hash + ext,
		hash:        hash,
		contentType: contentType,
		body:        body,
	}
	packed, err := compress(body)
	if err != nil {
		return fmt.Errorf("compress %s: %w", name, err)
	}
	if len(packed) < len(body)*9/10 {
		a.gzipped = packed
	}
	b.byName[name], b.byPath[a.path] = a, a
	return nil
}

func compress(body []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
