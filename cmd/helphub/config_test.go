package main

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatIsWrongWithASettingIsSaid(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		settings settings
		says     string // empty: nothing is wrong
	}{
		{"nothing set", settings{}, ""},
		{"everything set", settings{
			DatabaseURL: "postgres://u:p@db:5432/x", Data: "/srv/x", Addr: ":80", PublicURL: "https://help.example.com/", TrustedProxies: "10.0.0.0/8, 127.0.0.1",
			Log: "json", MetricsAddr: "127.0.0.1:9100",
		}, ""},
		{"a keyword DSN", settings{DatabaseURL: "host=db user=u"}, ""},
		{"a port alone", settings{Addr: "8080"}, `HELPHUB_ADDR: "8080" is not HOST:PORT`},
		{"a port that is none", settings{Addr: "localhost:99999"}, "HELPHUB_ADDR: "},
		{"a name without scheme", settings{PublicURL: "help.example.com"}, "HELPHUB_PUBLIC_URL: "},
		{"another scheme", settings{PublicURL: "ftp://help.example.com"}, "HELPHUB_PUBLIC_URL: "},
		{"a path", settings{PublicURL: "https://example.com/help"}, "must name only scheme, host and port"},
		{"a name for a proxy", settings{TrustedProxies: "10.0.0.1, proxy"}, `HELPHUB_TRUSTED_PROXIES: "proxy" is neither`},
		{"another form of log", settings{Log: "xml"}, "HELPHUB_LOG: "},
		{"no port for metrics", settings{MetricsAddr: "localhost"}, "HELPHUB_METRICS_ADDR: "},
		{"a DSN that cannot be read", settings{DatabaseURL: "postgres://u:sEcret@db:port/x"}, "DATABASE_URL: cannot be read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := test.settings.config()
			switch {
			case err == nil && test.says != "":
				t.Error("nothing was said")
			case err != nil && test.says == "":
				t.Error(err)
			case err != nil && (!strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "sEcret")):
				t.Errorf("said %q", err)
			}
		})
	}
}

func TestEverythingThatIsWrongIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	_, err := settings{Addr: "x", PublicURL: "y", Log: "z"}.config()
	if err == nil {
		t.Fatal("nothing is wrong")
	}
	for _, variable := range []string{"HELPHUB_ADDR", "HELPHUB_PUBLIC_URL", "HELPHUB_LOG"} {
		if !strings.Contains(err.Error(), variable) {
			t.Errorf("%s is not named in %q", variable, err)
		}
	}
}

func TestAnAddressIsAProxyOfItsOwn(t *testing.T) {
	t.Parallel()
	got, err := parseProxies("10.1.2.3/8,192.0.2.1, ::1,::ffff:192.0.2.7,")
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, p := range got {
		text = append(text, p.String())
	}
	if diff := cmp.Diff([]string{"10.0.0.0/8", "192.0.2.1/32", "::1/128", "192.0.2.7/32"}, text); diff != "" {
		t.Error(diff)
	}
	if !got[0].Contains(netip.MustParseAddr("10.9.9.9")) {
		t.Error("the network is not one")
	}
}

// Root's database server runs as another user, who must be able to pass.
func TestRootKeepsItsDataWhereOthersCanEnter(t *testing.T) {
	// No t.Parallel: the current folder belongs to the whole process.
	closed := t.TempDir()
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	inner := filepath.Join(closed, "checkout")
	if err := os.Mkdir(inner, 0o755); err != nil { //nolint:gosec // open, inside of a closed one
		t.Fatal(err)
	}
	t.Chdir(inner)
	path, why, err := dataFolder("", true)
	if err != nil || path != systemData || !strings.Contains(why, closed) {
		t.Errorf("root in a closed folder: %s, %q, %v", path, why, err)
	}
	path, why, err = dataFolder("", false)
	if err != nil || path != filepath.Join(inner, "data") || why != "" {
		t.Errorf("somebody else there: %s, %q, %v", path, why, err)
	}
	path, why, err = dataFolder("here", true)
	if err != nil || path != filepath.Join(inner, "here") || why != "" {
		t.Errorf("root who names a folder: %s, %q, %v", path, why, err)
	}
	t.Chdir("/")
	path, why, err = dataFolder("", true)
	if err != nil || path != "/data" || why != "" {
		t.Errorf("root in an open folder: %s, %q, %v", path, why, err)
	}
}

func TestADSNIsShownWithoutItsSecrets(t *testing.T) {
	t.Parallel()
	for dsn, want := range map[string]string{
		"postgres://ana:sEcret@db:5432/x":                          "postgres://ana:xxxxx@db:5432/x",
		"postgres://db/x?user=ana&password=sEcret":                 "postgres://db/x?password=xxxxx&user=ana",
		"postgresql://db/x?sslpassword=sEcret&sslmode=verify-full": "postgresql://db/x?sslmode=verify-full&sslpassword=xxxxx",
		"postgres://ana@db/x":                                      "postgres://ana@db/x",
		"host=db password=sEcret user=ana":                         "host=db password=xxxxx user=ana",
		"host=db password = 'sEcret with \\' quote' user=ana":      "host=db password=xxxxx user=ana",
		"password='' host=db":                                      "password=xxxxx host=db",
		"PASSWORD=sEcret":                                          "PASSWORD=xxxxx",
		"postgres://ana:sEcret@[::1/x":                             "(a URL that cannot be read)",
		"":                                                         "",
	} {
		if got := redacted(dsn); got != want {
			t.Errorf("%s is shown as %s, want %s", dsn, got, want)
		}
	}
}
