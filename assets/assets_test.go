package assets

import (
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, target string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestEveryAssetIsServedUnderItsPathAndMayBeKeptForEver(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"app.css", "app.js", "htmx.js", "icons.svg", "favicon.svg", "inter-latin.woff2"} {
		res := get(t, Path(name))
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK || len(body) == 0 {
			t.Errorf("%s: status %d, %d bytes, %v", name, res.StatusCode, len(body), err)
		}
		if got := res.Header.Get("Cache-Control"); got != yearlong {
			t.Errorf("%s: Cache-Control %q", name, got)
		}
		if res.Header.Get("Content-Type") == "" {
			t.Errorf("%s: no content type", name)
		}
	}
}

func TestAPathWithAnotherHashIsUnknown(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/assets/app.css", "/assets/app.000000000000.css", "/assets/", "/assets/../assets.go", "/assets/css/app.css"} {
		if res := get(t, target); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", target, res.StatusCode)
		}
	}
}

func TestCompressedAndPlainAreTheSameUnderDifferentTags(t *testing.T) {
	t.Parallel()
	plain := get(t, Path("app.css"))
	packed := get(t, Path("app.css"), "Accept-Encoding", "br, gzip;q=0.8")
	if packed.Header.Get("Content-Encoding") != "gzip" || packed.Header.Get("Vary") != "Accept-Encoding" {
		t.Fatalf("headers: %v", packed.Header)
	}
	unpacked, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	a, errA := io.ReadAll(plain.Body)
	b, errB := io.ReadAll(unpacked)
	if errA != nil || errB != nil || string(a) != string(b) {
		t.Errorf("plain %d bytes (%v), unpacked %d bytes (%v)", len(a), errA, len(b), errB)
	}
	if plain.Header.Get("ETag") == packed.Header.Get("ETag") {
		t.Error("both have the same tag")
	}
	if res := get(t, Path("app.css"), "Accept-Encoding", "gzip;q=0"); res.Header.Get("Content-Encoding") != "" {
		t.Error("compressed for somebody who refuses it")
	}
}

func TestAnUnchangedAssetIsNotSentAgain(t *testing.T) {
	t.Parallel()
	tag := get(t, Path("app.js")).Header.Get("ETag")
	if res := get(t, Path("app.js"), "If-None-Match", `"other", `+tag); res.StatusCode != http.StatusNotModified {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestTheStyleBundleHoldsEachFileOnceInOrder(t *testing.T) {
	t.Parallel()
	css := string(built.byName["app.css"].body)
	list, err := files.ReadFile("css/app.css")
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	listed := map[string]bool{}
	for _, m := range importLine.FindAllStringSubmatch(string(list), -1) {
		listed[m[1]] = true
		mark := "/* " + m[1] + " */"
		if n := strings.Count(css, mark); n != 1 {
			t.Errorf("%s is there %d times", m[1], n)
		}
		next := strings.Index(css, mark)
		if next < at {
			t.Errorf("%s comes too early", m[1])
		}
		at = next
	}
	names, err := fs.Glob(files, "css/*.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if base := path.Base(name); base != "app.css" && !listed[base] {
			t.Errorf("%s is in no layer: name it in app.css", base)
		}
	}
	if strings.Contains(css, "@import") || strings.Contains(css, `url("..`) {
		t.Error("an import or a relative address is left in the bundle")
	}
}

// What the product decided about style sheets: no force, no ids, logical sides.
func TestStylesKeepTheHouseRules(t *testing.T) {
	t.Parallel()
	css := string(built.byName["app.css"].body)
	for what, pattern := range map[string]string{
		"!important":           `!important`,
		"an id selector":       `(?m)^\s*#[a-z]`,
		"a physical side":      `(?m)^\s*(margin|padding|border)-(left|right|top|bottom)\b`,
		"a colour that is hex": `:\s*#[0-9a-f]{3,8}\b`,
	} {
		if found := regexp.MustCompile(pattern).FindString(css); found != "" {
			t.Errorf("%s: %q", what, found)
		}
	}
}

// The budget of a page's scripts and styles (quality, "Speed"): 60 KB compressed.
func TestScriptsAndStylesStayWithinTheBudget(t *testing.T) {
	t.Parallel()
	total := 0
	for _, name := range []string{"app.css", "app.js", "htmx.js"} {
		n := len(built.byName[name].gzipped)
		t.Logf("%s: %d bytes compressed", name, n)
		total += n
	}
	if total > 60_000 {
		t.Errorf("%d bytes compressed, more than 60,000", total)
	}
}

func TestScriptsNeedNothingThePolicyForbids(t *testing.T) {
	t.Parallel()
	js := string(built.byName["app.js"].body)
	for _, forbidden := range []string{"eval(", "new Function", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "http://", "https://"} {
		if strings.Contains(js, forbidden) {
			t.Errorf("scripts contain %q", forbidden)
		}
	}
}
