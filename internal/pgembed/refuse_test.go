package pgembed

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDataOfAnotherMajorVersionIsRefusedAndNotTouched(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"9", "14", "99"} {
		data := stateDir(t)
		stop(t, start(t, options(data)))
		if err := os.WriteFile(filepath.Join(data, "pg", "data", "PG_VERSION"), []byte(version+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		before := fingerprint(t, filepath.Join(data, "pg"))
		_, err := Start(t.Context(), options(data))
		wantError(t, err, ErrVersion, "needs PostgreSQL "+version, "nothing was changed", "HELPHUB_PG_BIN", "backup", "Looked at:")
		if d := cmp.Diff(before, fingerprint(t, filepath.Join(data, "pg"))); d != "" {
			t.Error(d)
		}
	}
}

func TestADirectoryThatHoldsSomethingElseIsRefusedAndNotTouched(t *testing.T) {
	t.Parallel()
	data := stateDir(t)
	stop(t, start(t, options(data)))
	if err := os.Remove(filepath.Join(data, "pg", "data", "PG_VERSION")); err != nil {
		t.Fatal(err)
	}
	before := fingerprint(t, filepath.Join(data, "pg"))
	_, err := Start(t.Context(), options(data))
	wantError(t, err, ErrNotOurs, "holds no PostgreSQL data", "nothing was changed")
	if d := cmp.Diff(before, fingerprint(t, filepath.Join(data, "pg"))); d != "" {
		t.Error(d)
	}
}

func TestAnExplicitDirectoryOfProgramsIsTheOnlyOneUsed(t *testing.T) {
	t.Parallel()
	o := options(stateDir(t))
	o.Bin = t.TempDir()
	_, err := Start(t.Context(), o)
	wantError(t, err, ErrNoServer, "HELPHUB_PG_BIN names "+o.Bin, "has no postgres")
}

func TestRootIsToldWhichDirectoryKeepsTheServerOut(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root runs the server as another user")
	}
	closed := filepath.Join(stateDir(t), "closed")
	if err := os.MkdirAll(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), options(filepath.Join(closed, "state")))
	wantError(t, err, ErrNotOurs, "may not enter "+closed, "/var/lib/helphub")
}

// Seen to fail with an os.MkdirAll in makePrivate's place.
func TestADirectoryThatSomebodyElsePreparedForUsIsRefused(t *testing.T) {
	t.Parallel()
	base := stateDir(t)
	if err := os.MkdirAll(base, 0o755); err != nil {
		t.Fatal(err)
	}
	us, err := serverAccount(place{pg: filepath.Join(base, "none")})
	if err != nil {
		t.Fatal(err)
	}
	open, link := filepath.Join(base, "open"), filepath.Join(base, "link")
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(open, "planted"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(open, link); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{open, link} {
		wantError(t, makePrivate(dir, us), ErrNotOurs, "must be a directory of "+us.name)
	}
}

// The program is copied, for the directory where go test keeps it is closed.
func TestAnOrdinaryUserCanRunItAll(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("every test here runs as an ordinary user already")
	}
	for _, name := range []string{"nobody", "postgres"} {
		u, err := accountOf(user.Lookup(name))
		if err != nil {
			t.Logf("not tried as %s: %v", name, err)
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := filepath.Dir(stateDir(t))
			if err := os.Chown(base, int(u.uid), int(u.gid)); err != nil {
				t.Fatal(err)
			}
			program := filepath.Join(base, "program")
			copyFile(t, os.Args[0], program)
			data := filepath.Join(base, "state")
			as := &syscall.Credential{Uid: u.uid, Gid: u.gid}
			first, second := launchProgram(t, program, data, as), launchProgram(t, program, data, as)
			dsn := first.dsn(t)
			second.dsn(t)
			if got := processOwner(t, leader(t, data)); got != u.uid {
				t.Errorf("the server runs as %d", got)
			}
			// Root may look in, through the same door.
			ask[int](t, dsn, "SELECT 1")
			root := start(t, options(data))
			first.leave(t)
			second.leave(t)
			ask[int](t, root.DSN(), "SELECT 1")
			stop(t, root)

			_, err := os.Stat(filepath.Join(data, "lock"))
			if err != nil {
				t.Fatal(err)
			}
			third := launchProgram(t, program, data, as)
			third.dsn(t)
			third.leave(t)
		})
	}
}

func TestAnotherOrdinaryUsersDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can make a directory of another user's")
	}
	data := stateDir(t)
	program := filepath.Join(filepath.Dir(data), "program")
	copyFile(t, os.Args[0], program)
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	nobody, err := accountOf(user.Lookup("nobody"))
	if err != nil {
		t.Skip("this system has no nobody:", err)
	}
	c := launchProgram(t, program, data, &syscall.Credential{Uid: nobody.uid, Gid: nobody.gid})
	said, err := io.ReadAll(c.out)
	if err != nil {
		t.Fatal(err)
	}
	text, err := strconv.Unquote(string(said[len("error ") : len(said)-1]))
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	wantError(t, fmt.Errorf("%s", text), ErrNotOurs, "belongs to root", "run HelpHub as that user")
}

func TestNoPostgreSQLAnywhereIsAnAnswerForEverySystem(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	old := t.TempDir()
	for _, name := range []string{"postgres", "initdb"} {
		if err := os.WriteFile(filepath.Join(old, name), []byte("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Dir(old), 0o755); err != nil {
		t.Fatal(err)
	}
	search := Search{Cache: t.TempDir(), dirs: []string{old, "/nonexistent"}}
	_, looked, err := Locate(t.Context(), search)
	wantError(t, err, ErrNoServer, "has version 14, and 15 is the oldest", "npm is not installed",
		"apt install", "dnf install", "apk add", "brew install", "HELPHUB_PG_BIN", "DATABASE_URL")
	if len(looked) != 2 {
		t.Errorf("looked at %+v", looked)
	}
}

func TestTheHighestVersionIsForANewDatabaseAndTheSameForAnOldOne(t *testing.T) {
	t.Parallel()
	looked := []Candidate{
		{Found: Found{Dir: "/a", Major: 15}}, {Found: Found{Dir: "/b", Major: 17}}, {Found: Found{Dir: "/c", Major: 17}},
		{Found: Found{Dir: "/d", Major: 18}, Problem: "does not run"},
	}
	for major, want := range map[int]string{0: "/b", 15: "/a", 17: "/b", 18: "", 16: ""} {
		got, ok := Search{Major: major}.best(looked)
		if got.Dir != want || ok != (want != "") {
			t.Errorf("for %d: %q, want %q", major, got.Dir, want)
		}
	}
}

func TestThisMachinesPostgreSQLIsFound(t *testing.T) {
	t.Parallel()
	found, looked, err := Locate(t.Context(), Search{})
	if err != nil {
		t.Fatal(err)
	}
	if found.Major < minMajor || found.Version == "" || len(looked) == 0 {
		t.Errorf("found %+v after looking at %+v", found, looked)
	}
}

// fingerprint is every file below dir with its content, mode and time.
func fingerprint(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		var content []byte
		if info.Mode().IsRegular() {
			if content, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		all[path] = fmt.Sprintf("%s %s %x", info.Mode(), info.ModTime(), sha256.Sum256(content))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o755); err != nil {
		t.Fatal(err)
	}
	// A program that is still open for writing somewhere does not start:
	// another test may have forked at that moment.
	eventually(t, "the copy runs", func() bool {
		return exec.Command(to, "-test.run", "^$").Run() == nil
	})
}

func processOwner(t *testing.T, pid int) uint32 {
	t.Helper()
	uid, exists, err := ownerOf(filepath.Join("/proc", strconv.Itoa(pid)))
	if err != nil || !exists {
		t.Fatalf("process %d: %v", pid, err)
	}
	return uid
}
