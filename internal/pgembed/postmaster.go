package pgembed

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// postmaster is what postmaster.pid says: one line each for pid, directory,
// start time, port, socket directory, listen address, shared memory, status
// (src/include/utils/pidfile.h of PostgreSQL). It is a claim, not a fact.
type postmaster struct {
	pid    int
	socket string
	ready  bool
}

// postmaster reads the file; not ok means that it is missing or half written.
func (c *cluster) postmaster() (postmaster, bool) {
	b, err := os.ReadFile(filepath.Join(c.at.data, "postmaster.pid"))
	if err != nil {
		return postmaster{}, false
	}
	return parsePostmaster(string(b))
}

func parsePostmaster(text string) (postmaster, bool) {
	lines := strings.Split(text, "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 1 {
		return postmaster{}, false
	}
	p := postmaster{pid: pid}
	if len(lines) > 4 {
		p.socket = strings.TrimSpace(lines[4])
	}
	if len(lines) > 7 {
		p.ready = strings.TrimSpace(lines[7]) == "ready"
	}
	return p, true
}

// binDir reads where the server's program is from the command line that it
// noted at its start: the program, then its arguments in quotes.
func (c *cluster) binDir() string {
	b, err := os.ReadFile(filepath.Join(c.at.data, "postmaster.opts"))
	if err != nil {
		return ""
	}
	program, _, ok := strings.Cut(string(b), ` "`)
	if !ok || !filepath.IsAbs(program) {
		return ""
	}
	return filepath.Dir(program)
}

// leadsServer reports whether the process with that pid is the leader of a
// server on data. PostgreSQL's processes work in their data directory, which
// a stranger with a reused pid does not; a zombie works nowhere.
func leadsServer(pid int, data string) bool {
	if runtime.GOOS == "linux" {
		cwd, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "cwd"))
		return err == nil && cwd == data
	}
	out, err := exec.Command("ps", "-o", "stat=,args=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && !strings.HasPrefix(string(out), "Z") && strings.Contains(string(out), data)
}
