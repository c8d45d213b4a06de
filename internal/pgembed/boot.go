package pgembed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// maxLog is the size above which the server's log is put aside at a start;
// one older log is kept.
const maxLog = 10 << 20

// boot makes the cluster if need be and starts its server. The caller holds
// the server's lock, so no process of an earlier one is left; the new one
// inherits it.
func (c *cluster) boot(ctx context.Context, alive *flock) (socket string, err error) {
	major, err := c.major()
	if err != nil {
		return "", err
	}
	if err := c.refuseStranger(); err != nil {
		return "", err
	}
	found, err := c.binaries(ctx, major)
	if err != nil {
		return "", err
	}
	if major == 0 {
		if err := c.initialise(ctx, found, alive); err != nil {
			return "", err
		}
	}
	if socket, err = c.socketDir(); err != nil {
		return "", err
	}
	if err := c.clearStale(socket); err != nil {
		return "", err
	}
	if err := c.writeAccess(); err != nil {
		return "", err
	}
	if err := c.launch(ctx, found, socket, alive); err != nil {
		return "", err
	}
	if err := c.furnish(ctx, socket); err != nil {
		return "", fmt.Errorf("prepare new server: %w", err)
	}
	return socket, nil
}

// refuseStranger finds a server that was started on our data by other hands
// (pg_ctl, say) and so does not hold our lock.
func (c *cluster) refuseStranger() error {
	p, ok := c.postmaster()
	if ok && p.pid != os.Getpid() && leadsServer(p.pid, c.at.data) {
		return fmt.Errorf("%w: a PostgreSQL that HelpHub did not start (process %d) runs on %s; stop it first, or set DATABASE_URL to use it",
			ErrNotOurs, p.pid, c.at.data)
	}
	return nil
}

// clearStale removes what a killed server left and a new one would stumble
// over when its pid is a zombie's or has been given to somebody else.
func (c *cluster) clearStale(socket string) error {
	for _, path := range []string{
		filepath.Join(c.at.data, "postmaster.pid"),
		filepath.Join(socket, socketName+".lock"),
		filepath.Join(socket, socketName),
	} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove what an earlier server left: %w", err)
		}
	}
	return nil
}

// writeAccess rewrites the rules of access, for who we are may have changed.
func (c *cluster) writeAccess() error {
	hba, ident := accessFiles(c.as)
	for path, text := range map[string]string{c.at.hba: hba, c.at.ident: ident} {
		part := path + ".part"
		if err := os.WriteFile(part, []byte(text), 0o644); err != nil {
			return fmt.Errorf("write rules of access: %w", err)
		}
		// The person's umask may be narrower than what the server's user needs.
		if err := os.Chmod(part, 0o644); err != nil {
			return fmt.Errorf("write rules of access: %w", err)
		}
		if err := os.Rename(part, path); err != nil {
			return fmt.Errorf("write rules of access: %w", err)
		}
	}
	return nil
}

// initialise makes the cluster in a directory aside and renames it, so that
// being killed in the middle leaves nothing that looks like one.
func (c *cluster) initialise(ctx context.Context, found Found, alive *flock) error {
	leftovers, err := filepath.Glob(filepath.Join(c.at.pg, "init-*"))
	if err != nil {
		return fmt.Errorf("look for half-made databases: %w", err)
	}
	for _, dir := range leftovers {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("remove half-made database: %w", err)
		}
	}
	c.log.InfoContext(ctx, "making the database", "directory", c.at.data, "postgresql", found.Version)
	part := filepath.Join(c.at.pg, fmt.Sprintf("init-%d", time.Now().UnixNano()))
	args := append([]string{
		"--pgdata", part, "--username", superuser, "--encoding", "UTF8", "--data-checksums",
		"--auth-local", "peer", "--auth-host", "reject", "--no-instructions",
	}, localeArgs(found.Major)...)
	if c.opt.NoSync {
		args = append(args, "--no-sync")
	}
	cmd, err := c.command(found, "initdb", args, alive)
	if err != nil {
		return err
	}
	defer closeOutput(cmd)
	offset := c.logSize()
	if err := runUntil(ctx, cmd); err != nil {
		return fmt.Errorf("make the database: initdb: %w\n%s", err, c.logTail(offset))
	}
	if err := os.Rename(part, c.at.data); err != nil {
		return fmt.Errorf("put the new database in place: %w", err)
	}
	return nil
}

// launch starts the server and waits until it says that it is ready.
func (c *cluster) launch(ctx context.Context, found Found, socket string, alive *flock) error {
	cmd, err := c.command(found, "postgres", c.serverArgs(socket), alive)
	if err != nil {
		return err
	}
	defer closeOutput(cmd)
	offset := c.logSize()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // Reaps the server too, whenever it ends.

	begun, told := time.Now(), false
	for {
		select {
		case err := <-ended:
			return fmt.Errorf("start PostgreSQL (%s): it ended at once: %w\n%s", found.Dir, err, c.logTail(offset))
		case <-ctx.Done():
			// Immediate shutdown is safe, and a polite one can hang during recovery.
			if err := cmd.Process.Signal(syscall.SIGQUIT); err == nil {
				<-ended
			}
			return fmt.Errorf("start PostgreSQL: %w", context.Cause(ctx))
		case <-time.After(2 * time.Millisecond):
		}
		if p, ok := c.postmaster(); ok && p.pid == cmd.Process.Pid && p.ready {
			return nil
		}
		if !told && time.Since(begun) > 3*time.Second {
			told = true
			c.log.InfoContext(ctx, "the database is recovering from a crash or is slow to start", "log", c.at.log)
		}
	}
}

// serverArgs are the settings in force. full_page_writes and fsync stay on
// but for tests; jit costs more than it gives on short queries.
func (c *cluster) serverArgs(socket string) []string {
	set := map[string]string{
		"listen_addresses":        "",
		"port":                    "5432",
		"unix_socket_directories": socket,
		"unix_socket_permissions": "0700",
		"hba_file":                c.at.hba,
		"ident_file":              c.at.ident,
		"max_connections":         "60",
		"shared_buffers":          "128MB",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"log_destination":         "stderr",
		"logging_collector":       "off",
		"log_line_prefix":         "%m [%p] ",
		"jit":                     "off",
		"fsync":                   "on",
	}
	if c.opt.NoSync {
		set["fsync"], set["synchronous_commit"], set["full_page_writes"] = "off", "off", "off"
	}
	maps.Copy(set, c.opt.Settings)
	args := []string{"-D", c.at.data}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		args = append(args, "-c", name+"="+set[name])
	}
	return args
}

// command prepares a program of PostgreSQL: as the server's user, in a
// session of its own (Ctrl-C is for us, not for it), with nothing of our
// environment or of our standard files, which it would keep open for as long
// as it lives, and with the lock by which it is known to live.
func (c *cluster) command(found Found, name string, args []string, alive *flock) (*exec.Cmd, error) {
	if info, err := os.Stat(c.at.log); err == nil && info.Size() > maxLog {
		if err := os.Rename(c.at.log, c.at.log+".1"); err != nil {
			return nil, fmt.Errorf("put old log aside: %w", err)
		}
	}
	out, err := os.OpenFile(c.at.log, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the server's log: %w", err)
	}
	cmd := exec.Command(filepath.Join(found.Dir, name), args...)
	cmd.Dir = c.at.pg
	cmd.Env = childEnv()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.ExtraFiles = []*os.File{alive.File}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: c.as.credential()}
	return cmd, nil
}

func closeOutput(cmd *exec.Cmd) {
	if f, ok := cmd.Stdout.(io.Closer); ok {
		f.Close()
	}
}

// runUntil runs a program that must not outlive ctx.
func runUntil(ctx context.Context, cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		// Its children share its session, so they go together.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // It may have just ended.
		<-ended
		return context.Cause(ctx)
	}
}

// childEnv is all that the server knows of our environment: nothing. A path
// is needed to find sh; the locale is the cluster's affair.
func childEnv() []string {
	return []string{"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C", "TZ=UTC"}
}

func (c *cluster) logSize() int64 {
	info, err := os.Stat(c.at.log)
	if err != nil {
		return 0
	}
	return info.Size()
}

// localeArgs asks for plain Unicode: upper and lower case of every language,
// order by code point. Lists are sorted by an explicit collation, so that no
// index depends on the version of the system's locales.
func localeArgs(major int) []string {
	if major >= 17 {
		return []string{"--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"}
	}
	if runtime.GOOS == "darwin" {
		return []string{"--locale", "C", "--lc-ctype", "UTF-8"}
	}
	return []string{"--locale", "C.UTF-8"}
}
