package rig

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Process is one process, which a test starts, kills and starts again. One that
// ends by itself fails the test.
type Process struct {
	Name   string
	Binary string
	Args   []string
	Env    []string
	// Log is the file its output goes to, over all its lives.
	Log string

	t     testing.TB
	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{}
	meant bool // its end is wanted
}

// NewProcess is a process that has not been started. Its log lies beside the
// binary.
func NewProcess(t testing.TB, name string, env []string, binary string, args ...string) *Process {
	return &Process{t: t, Name: name, Binary: binary, Args: args, Env: env, Log: filepath.Join(filepath.Dir(binary), name+".log")}
}

// Start starts it.
func (p *Process) Start() {
	p.t.Helper()
	out, err := os.OpenFile(p.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(p.Binary, p.Args...)
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.Dir = p.Env, out, out, filepath.Dir(p.Log)
	if err := cmd.Start(); err != nil {
		p.t.Fatalf("start %s: %v", p.Name, err)
	}
	ended := make(chan struct{})
	p.mu.Lock()
	p.cmd, p.ended, p.meant = cmd, ended, false
	p.mu.Unlock()
	go func() {
		err := cmd.Wait()
		p.mu.Lock()
		if !p.meant {
			p.t.Errorf("%s ended by itself: %v", p.Name, err)
		}
		p.mu.Unlock()
		close(ended)
	}()
}

// Pid is the process's number.
func (p *Process) Pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd.Process.Pid
}

// signal sends a signal that ends the process.
func (p *Process) signal(s syscall.Signal) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.meant = true
	_ = p.cmd.Process.Signal(s) // It may just have ended, which is noticed elsewhere.
	return p.ended
}

// Kill is kill -9.
func (p *Process) Kill() { <-p.signal(syscall.SIGKILL) }

// Stop ends the process as a service manager does, and it must end well. One
// that was never started is left alone.
func (p *Process) Stop() {
	if p.cmd == nil {
		return
	}
	select {
	case <-p.signal(syscall.SIGTERM):
		if code := p.cmd.ProcessState.ExitCode(); code != 0 {
			p.t.Errorf("%s ended with %d after SIGTERM", p.Name, code)
		}
	case <-time.After(time.Minute):
		p.t.Errorf("%s did not end within a minute of SIGTERM", p.Name)
		p.Kill()
	}
}

// Tell prints the end of what the process wrote.
func (p *Process) Tell() {
	raw, err := os.ReadFile(p.Log)
	if err != nil {
		p.t.Log(err)
		return
	}
	lines := bytes.Split(bytes.TrimSpace(raw), []byte("\n"))
	p.t.Logf("%s wrote:\n%s", p.Name, bytes.Join(lines[max(0, len(lines)-40):], []byte("\n")))
}

// Wrote returns the lines of the log that hold a text.
func (p *Process) Wrote(text string) (found []string) {
	raw, err := os.ReadFile(p.Log)
	if err != nil {
		p.t.Error(err)
	}
	for line := range strings.Lines(string(raw)) {
		if strings.Contains(line, text) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}
