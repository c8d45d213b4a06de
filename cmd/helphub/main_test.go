package main

import (
	"bufio"
	"flag"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// asProgram in the environment makes this test binary the program. So tests
// drive real processes without building anything twice, and what finds races in
// the tests finds them in the processes too.
const asProgram = "HELPHUB_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	// Most of a test here is waiting for processes and pages.
	flag.Parse()
	if n := flag.Lookup("test.parallel"); n.Value.String() == n.DefValue {
		if err := flag.Set("test.parallel", strconv.Itoa(max(4, runtime.GOMAXPROCS(0)))); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	closeBrowser()
	os.Exit(code)
}

// patience is how long a test waits for something before it says that it does
// not happen. No test says how fast a thing must be.
const patience = 3 * time.Minute

// process is the program as people start it.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines chan string   // its standard output
	ended chan struct{} // closed when it has ended
	mu    sync.Mutex
	log   strings.Builder // what it wrote, for whoever looks into a failure
}

// launch starts the program with an environment that holds nothing but where
// programs are and what is given. It is killed when the test ends.
func launch(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	return launchWith(t, nil, env, args...)
}

// launchWith is launch with something on the program's standard input.
func launchWith(t *testing.T, in *os.File, env []string, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.Command(self, args...), lines: make(chan string, 1000), ended: make(chan struct{})}
	p.cmd.Env = append([]string{asProgram + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir()}, env...)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if in != nil {
		p.cmd.Stdin = in
	}
	p.cmd.Stderr = p
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start program: %v", err)
	}
	go p.follow(out)
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			p.mu.Lock()
			defer p.mu.Unlock()
			t.Logf("helphub %s wrote:\n%s", strings.Join(args, " "), p.log.String())
		}
	})
	return p
}

// Write keeps what the program says on its standard error.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

func (p *process) follow(out io.Reader) {
	defer close(p.ended)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		_, _ = p.Write([]byte(lines.Text() + "\n")) // never fails
		select {
		case p.lines <- lines.Text():
		default: // nobody listens any more
		}
	}
	_ = p.cmd.Wait() // the state is in ProcessState
}

// says waits for a line that matches and returns it with its groups.
func (p *process) says(pattern string) []string {
	p.t.Helper()
	want := regexp.MustCompile(pattern)
	deadline := time.After(patience)
	for {
		select {
		case line := <-p.lines:
			if found := want.FindStringSubmatch(line); found != nil {
				return found
			}
		case <-p.ended:
			p.t.Fatalf("the program ended before it said %q", pattern)
		case <-deadline:
			p.t.Fatalf("the program never said %q", pattern)
		}
	}
}

// wait returns the exit code once the program has ended.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		p.t.Fatal("the program does not end")
		return -1
	}
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatalf("signal %v: %v", s, err)
	}
}

// kill ends the program as a power cut does, also when it is stopped.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.ended
}

// finish runs the program to its end, which must be good.
func finish(t *testing.T, env []string, args ...string) {
	t.Helper()
	if code := launch(t, env, args...).wait(); code != exitDone {
		t.Fatalf("helphub %s ended with %d", strings.Join(args, " "), code)
	}
}
