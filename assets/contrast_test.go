package assets

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// oklch is a colour of the tokens: lightness 0 to 1, chroma, hue in degrees.
type oklch struct{ l, c, h float64 }

// luminance is the relative luminance of WCAG 2.2, through OKLab to linear sRGB
// (Björn Ottosson's matrices). What sRGB cannot show is cut to its edge.
func (o oklch) luminance() float64 {
	a, b := o.c*math.Cos(o.h*math.Pi/180), o.c*math.Sin(o.h*math.Pi/180)
	cube := func(x float64) float64 { return x * x * x }
	l := cube(o.l + 0.3963377774*a + 0.2158037573*b)
	m := cube(o.l - 0.1055613458*a - 0.0638541728*b)
	s := cube(o.l - 0.0894841775*a - 1.2914855480*b)
	cut := func(x float64) float64 { return math.Min(1, math.Max(0, x)) }
	red := cut(4.0767416621*l - 3.3077115913*m + 0.2309699292*s)
	green := cut(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s)
	blue := cut(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s)
	return 0.2126*red + 0.7152*green + 0.0722*blue
}

func contrast(a, b oklch) float64 {
	hi, lo := a.luminance(), b.luminance()
	if hi < lo {
		hi, lo = lo, hi
	}
	return (hi + 0.05) / (lo + 0.05)
}

// mix is color-mix(in oklab, a share, b).
func mix(a oklch, share float64, b oklch) oklch {
	xy := func(o oklch) (float64, float64) {
		return o.c * math.Cos(o.h*math.Pi/180), o.c * math.Sin(o.h*math.Pi/180)
	}
	ax, ay := xy(a)
	bx, by := xy(b)
	x, y := ax*share+bx*(1-share), ay*share+by*(1-share)
	return oklch{a.l*share + b.l*(1-share), math.Hypot(x, y), math.Atan2(y, x) * 180 / math.Pi}
}

var (
	declaration = regexp.MustCompile(`(?m)^\s*--([a-z0-9-]+): (.+);$`)
	colour      = regexp.MustCompile(`^oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)$`)
)

// theme reads tokens.css as the named theme sees it.
func theme(t *testing.T, name string) func(token string) oklch {
	t.Helper()
	raw, err := files.ReadFile("css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	base, comfort, _ := strings.Cut(string(raw), `[data-theme="comfort"]`)
	tokens := map[string]string{}
	for _, m := range declaration.FindAllStringSubmatch(base, -1) {
		tokens[m[1]] = m[2]
	}
	if name == "comfort" {
		for _, m := range declaration.FindAllStringSubmatch(comfort, -1) {
			tokens[m[1]] = m[2]
		}
	}
	var read func(value string) oklch
	read = func(value string) oklch {
		if pair, ok := strings.CutPrefix(value, "light-dark("); ok {
			light, dark, _ := strings.Cut(strings.TrimSuffix(pair, ")"), ", ")
			if name == "dark" {
				return read(dark)
			}
			return read(light)
		}
		if ref, ok := strings.CutPrefix(value, "var(--"); ok {
			return read(tokens[strings.TrimSuffix(ref, ")")])
		}
		m := colour.FindStringSubmatch(value)
		if m == nil {
			t.Fatalf("not a colour: %q", value)
		}
		var n [3]float64
		for i := range n {
			if n[i], err = strconv.ParseFloat(m[i+1], 64); err != nil {
				t.Fatal(err)
			}
		}
		return oklch{n[0], n[1], n[2]}
	}
	return func(token string) oklch { return read(tokens[token]) }
}

// Words need 4.5 to 1, the edges of controls and the marks of status 3 to 1
// (WCAG 2.2, 1.4.3 and 1.4.11). Seen to fail with --muted at 0.6 in light.
func TestContrastIsEnoughInEveryTheme(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"light", "dark", "comfort"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := theme(t, name)
			check := func(what string, a, b oklch, least float64) {
				if got := contrast(a, b); got < least {
					t.Errorf("%s: %.2f, needs %.1f", what, got, least)
				}
			}
			for _, ground := range []string{"canvas", "surface", "raised", "hover", "pressed", "note"} {
				for _, ink := range []string{"text", "soft", "muted", "accent-ink"} {
					if ground == "note" && ink == "accent-ink" {
						continue
					}
					check(ink+" on "+ground, token(ink), token(ground), 4.5)
				}
			}
			check("accent-ink on accent-tint", token("accent-ink"), token("accent-tint"), 4.5)
			check("on-accent on accent", token("on-accent"), token("accent"), 4.5)
			for _, ground := range []string{"canvas", "surface"} {
				check("control on "+ground, token("control"), token(ground), 3)
				check("focus on "+ground, token("focus"), token(ground), 3)
			}
			for _, status := range []string{"open", "scheduled", "pending", "escalated", "closed"} {
				solid := token(status)
				tint := mix(solid, 0.12, token("surface"))
				tone := mix(solid, 0.5, token("text"))
				tone.c *= 1.5
				check(fmt.Sprintf("%s: word on its tint", status), tone, tint, 4.5)
				check(fmt.Sprintf("%s: word on surface", status), tone, token("surface"), 4.5)
				check(fmt.Sprintf("%s: mark on its tint", status), solid, tint, 3)
			}
		})
	}
}
