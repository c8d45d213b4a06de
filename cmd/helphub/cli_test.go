package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// say runs the command line in this process.
func say(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, console{in: strings.NewReader(""), out: &o, err: &e})
	return code, o.String(), e.String()
}

func TestHelpNamesEveryCommandAndSetting(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"--help"}} {
		code, out, errs := say(t, args...)
		if code != exitDone || errs != "" {
			t.Errorf("%v ends with %d and says %q", args, code, errs)
		}
		for _, word := range []string{
			"serve", "worker", "migrate", "admin create", "admin reset-password", "db stop", "doctor", "version",
			"$DATABASE_URL", "$HELPHUB_DATA", "$HELPHUB_ADDR", "$HELPHUB_PUBLIC_URL", "$HELPHUB_TRUSTED_PROXIES",
			"$HELPHUB_ADMIN_USER", "HELPHUB_ADMIN_PASSWORD", "$HELPHUB_LOG", "$HELPHUB_METRICS_ADDR", "$HELPHUB_PG_BIN",
		} {
			if !strings.Contains(strings.Join(strings.Fields(out), " "), word) {
				t.Errorf("help for %v does not name %s", args, word)
			}
		}
	}
}

func TestWrongUseIsToldFromFailure(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"serv"}, {"serve", "--port", "80"}, {"serve", "now"}, {"admin"}, {"admin", "create"}, {"admin", "create", "ana"},
		{"admin", "create", "ana", "--name", "Ana", "--role", "boss"}, {"serve", "--addr", "8080"},
	} {
		code, out, errs := say(t, args...)
		if code != exitUsage || out != "" || !strings.HasPrefix(errs, "helphub: ") {
			t.Errorf("%v ends with %d, prints %q, says %q", args, code, out, errs)
		}
	}
}

// A password on the command line would be seen by every user of the machine.
func TestNoFlagTakesAPassword(t *testing.T) {
	t.Parallel()
	for _, command := range [][]string{{"serve"}, {"admin", "create"}, {"admin", "reset-password"}, {"demo"}} {
		_, out, _ := say(t, append(command, "--help")...)
		if found := regexp.MustCompile(`--[a-z-]*password[a-z-]*`).FindString(out); found != "" {
			t.Errorf("%v takes %s", command, found)
		}
	}
}

func TestTheVersionIsOneLine(t *testing.T) {
	t.Parallel()
	code, out, _ := say(t, "version")
	if code != exitDone || !regexp.MustCompile(`^helphub \S.* \(go1\.\S+, \w+/\w+\)\n$`).MatchString(out) {
		t.Errorf("ends with %d and says %q", code, out)
	}
}
