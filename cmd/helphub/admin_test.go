package main

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"helphub/internal/dbtest"
)

func TestAccountsCanBeMadeAndOpenedFromTheCommandLine(t *testing.T) {
	t.Parallel()
	dsn := dbtest.DSN(t)
	env := []string{"DATABASE_URL=" + dsn, "HELPHUB_ADDR=127.0.0.1:0"}
	p := launch(t, env, "admin", "create", "bruno", "--name", "Bruno Teles")
	if code := p.wait(); code != exitFailed || !strings.Contains(p.saidAll(), "not set up yet") {
		t.Errorf("before the set-up it ends with %d: %s", code, p.saidAll())
	}
	site := launch(t, append(own(place(t)), env[0]), "serve", "--no-worker")
	base := site.at()

	type step struct {
		args  []string
		input string
		code  int
		says  string
	}
	for _, s := range []step{
		{[]string{"admin", "create", "Bruno", "--name", "Bruno Teles", "--role", "technician"}, "frase do bruno 1\n", exitDone, "bruno can log in"},
		{[]string{"admin", "create", "bruno", "--name", "Outro Bruno"}, "frase do bruno 1\n", exitFailed, "username: "},
		{[]string{"admin", "create", "ana", "--name", "Ana Ribeiro"}, "curta\n", exitFailed, "password: "},
		{[]string{"admin", "create", "ana", "--name", "Ana Ribeiro"}, "", exitUsage, "no password"},
		{[]string{"admin", "reset-password", "zeca"}, "frase do zeca 1\n", exitFailed, "there is no account zeca"},
	} {
		code, said := typing(t, env, s.input, s.args...)
		if code != s.code || !strings.Contains(said, s.says) {
			t.Errorf("%v ends with %d and says %q", s.args, code, said)
		}
	}
	bruno := login(t, base, "bruno", "frase do bruno 1")
	if bruno == nil {
		t.Fatal("bruno cannot log in")
	}
	if code, said := typing(t, env, "frase nova do bruno\n", "admin", "reset-password", "bruno"); code != exitDone {
		t.Fatalf("resetting ends with %d: %s", code, said)
	}
	if status, _ := bruno.get("/tickets/new"); status != http.StatusSeeOther {
		t.Errorf("bruno's old session answers %d", status)
	}
	if login(t, base, "bruno", "frase do bruno 1") != nil || login(t, base, "bruno", "frase nova do bruno") == nil {
		t.Error("the password is not the new one")
	}
	site.stop()
}

// typing runs the program with something on its standard input.
func typing(t *testing.T, env []string, input string, args ...string) (int, string) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	if _, err := io.WriteString(write, input); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	p := launchWith(t, read, env, args...)
	return p.wait(), p.saidAll()
}
