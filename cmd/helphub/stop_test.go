package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"helphub/internal/dbtest"
)

// Seen to fail without parting: requests on kept connections met their end.
func TestNoRequestFailsWhenTheProgramIsStoppedUnderLoad(t *testing.T) {
	t.Parallel()
	env := append(own(place(t)), "DATABASE_URL="+dbtest.DSN(t))
	p := launch(t, env, "serve")
	base := p.at()
	var answered, after atomic.Int64
	var stopping atomic.Bool
	var load sync.WaitGroup
	for range 12 {
		load.Go(func() {
			client := stranger(t)
			for {
				// A form is not repeated by the client when its connection ends.
				answer, err := client.Post(base+"/login", "application/x-www-form-urlencoded", strings.NewReader("username=ana")) //nolint:noctx // ends with the program
				if errors.Is(err, syscall.ECONNREFUSED) {
					return // the door is closed, and nothing was sent
				}
				if err != nil {
					t.Errorf("after %d answers: %v", answered.Load(), err)
					return
				}
				_, err = io.Copy(io.Discard, answer.Body)
				_ = answer.Body.Close()
				if err != nil || answer.StatusCode >= http.StatusInternalServerError {
					t.Errorf("answer %d: %v", answer.StatusCode, err)
					return
				}
				answered.Add(1)
				if stopping.Load() {
					after.Add(1)
				}
			}
		})
	}
	until(t, "a load", func() bool { return answered.Load() > 500 })
	stopping.Store(true)
	p.stop()
	load.Wait()
	t.Logf("%d requests answered, %d of them after SIGTERM", answered.Load(), after.Load())
}

func TestASecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	p := launch(t, append(own(place(t)), "DATABASE_URL="+dbtest.DSN(t)), "serve", "--no-worker")
	base := p.at()
	c, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	// A request that is not finished holds the end up.
	fmt.Fprint(c, "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nusername=")
	if status, _ := ready(base); status != http.StatusOK {
		t.Fatalf("ready answers %d", status)
	}
	p.signal(syscall.SIGTERM)
	until(t, "a closed door", func() bool { status, _ := ready(base); return status == 0 })
	select {
	case <-p.ended:
		t.Fatal("the program did not wait for the request")
	default:
	}
	p.signal(syscall.SIGTERM)
	p.wait()
	if state, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !state.Signaled() {
		t.Errorf("the program ended with %v", p.cmd.ProcessState)
	}
}
