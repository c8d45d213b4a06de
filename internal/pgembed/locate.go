package pgembed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// minMajor is the oldest PostgreSQL that will do: 15 brought CREATE DATABASE
// … STRATEGY, and UNIQUE NULLS NOT DISTINCT.
const minMajor = 15

// versionLimit is how long a program may take to say its version.
const versionLimit = 10 * time.Second

// systemDirs are where systems put the binaries, as patterns of Glob: Debian,
// the PostgreSQL project's RPMs, Alpine, Homebrew on both kinds of Mac,
// Postgres.app, and PostgreSQL's own default.
var systemDirs = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/libexec/postgresql*",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
	"/usr/local/pgsql/bin",
}

// Found is a usable set of PostgreSQL programs: at least initdb and postgres.
// The backup programs (pg_dump) may be missing from it.
type Found struct {
	Dir     string
	Version string // as the program says it, "15.14"
	Major   int
}

// Candidate is one place that was looked at. A usable one has no Problem.
type Candidate struct {
	Found
	Source  string // how it came to be looked at: "pg_config", "PATH", …
	Problem string
}

// Search says what to look for.
type Search struct {
	Bin     string // look here and nowhere else
	Major   int    // only this major version; 0 means the highest there is, 15 or later
	Cache   string // where a downloaded one is kept; "" means DefaultCache
	Offline bool   // do not download one
	Log     *slog.Logger

	as   *account // the user who must be able to run it; nil means us
	dirs []string // instead of systemDirs, for tests
}

// Locate finds the PostgreSQL to use, and tells of every place it looked at
// in the order in which they were. Its error says what to do; it is
// ErrNoServer.
func Locate(ctx context.Context, s Search) (Found, []Candidate, error) {
	if s.Bin != "" {
		c := s.examine(ctx, s.Bin, "HELPHUB_PG_BIN")
		if c.Problem == "" && !s.wants(c.Major) {
			c.Problem = fmt.Sprintf("has version %d, not %d", c.Major, s.Major)
		}
		if c.Problem != "" {
			return Found{}, []Candidate{c}, fmt.Errorf("%w: HELPHUB_PG_BIN names %s, which %s", ErrNoServer, s.Bin, c.Problem)
		}
		return c.Found, []Candidate{c}, nil
	}
	looked := s.local(ctx)
	if best, ok := s.best(looked); ok {
		return best, looked, nil
	}
	if s.wants(bundleMajor) && !s.Offline {
		c := s.download(ctx)
		looked = append(looked, c)
		if c.Problem == "" {
			return c.Found, looked, nil
		}
	}
	return Found{}, looked, fmt.Errorf("%w%s\n%s", ErrNoServer, listCandidates(looked), adviceInstall)
}

// local is every place on this machine, best source first.
func (s Search) local(ctx context.Context) []Candidate {
	var looked []Candidate
	seen := map[string]bool{}
	look := func(dir, source string) {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			dir = real
		}
		if seen[dir] {
			return
		}
		seen[dir] = true
		looked = append(looked, s.examine(ctx, dir, source))
	}
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		look(strings.TrimSpace(string(out)), "pg_config")
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		look(filepath.Dir(path), "PATH")
	}
	patterns := systemDirs
	if s.dirs != nil {
		patterns = s.dirs
	}
	for _, pattern := range patterns {
		// Only a malformed pattern is an error, and these are ours.
		dirs, _ := filepath.Glob(pattern)
		for _, dir := range dirs {
			look(dir, pattern)
		}
	}
	if dir := bundleDir(s.Cache); dir != "" {
		if _, err := os.Stat(dir); err == nil {
			look(filepath.Join(dir, "bin"), "downloaded earlier")
		}
	}
	return looked
}

// best is the first of the highest version among those that will do.
func (s Search) best(looked []Candidate) (Found, bool) {
	usable := slices.DeleteFunc(slices.Clone(looked), func(c Candidate) bool {
		return c.Problem != "" || !s.wants(c.Major)
	})
	if len(usable) == 0 {
		return Found{}, false
	}
	slices.SortStableFunc(usable, func(a, b Candidate) int { return cmp.Compare(b.Major, a.Major) })
	return usable[0].Found, true
}

func (s Search) wants(major int) bool { return s.Major == 0 || s.Major == major }

var versionLine = regexp.MustCompile(`^postgres \(PostgreSQL\) ((\d+)[^\s]*)`)

// examine asks a directory's postgres for its version, as the user who will
// run it, which proves that this user can.
func (s Search) examine(ctx context.Context, dir, source string) Candidate {
	c := Candidate{Found: Found{Dir: dir}, Source: source}
	for _, name := range []string{"postgres", "initdb"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			c.Problem = "has no " + name
			return c
		}
	}
	ctx, cancel := context.WithTimeout(ctx, versionLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version")
	cmd.Env, cmd.Dir = childEnv(), "/"
	if s.as != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as.credential()}
	}
	out, err := cmd.Output()
	if err != nil {
		c.Problem = "has a postgres that does not run: " + reason(err)
		return c
	}
	m := versionLine.FindStringSubmatch(string(out))
	if m == nil {
		c.Problem = fmt.Sprintf("has a postgres whose version cannot be read: %.60q", out)
		return c
	}
	c.Version = m[1]
	// The pattern lets only digits through; a number too large reads as 0.
	c.Major, _ = strconv.Atoi(m[2])
	if c.Major < minMajor {
		c.Problem = fmt.Sprintf("has version %d, and %d is the oldest that will do", c.Major, minMajor)
	}
	return c
}

// reason is the first line of what a program said when it failed.
func reason(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		line, _, _ := strings.Cut(strings.TrimSpace(string(exit.Stderr)), "\n")
		return line
	}
	return err.Error()
}

// binaries finds the programs for this cluster: any for a new one, the same
// major version for an existing one.
func (c *cluster) binaries(ctx context.Context, major int) (Found, error) {
	search := Search{Bin: c.opt.Bin, Major: major, Cache: c.opt.Cache, Offline: c.opt.Offline, Log: c.log, as: c.as}
	found, looked, err := Locate(ctx, search)
	if err == nil || major == 0 {
		return found, err
	}
	return Found{}, fmt.Errorf("%w: %s needs PostgreSQL %d; nothing was changed%s\n%s",
		ErrVersion, c.at.data, major, listCandidates(looked), fmt.Sprintf(adviceVersion, major, major))
}
