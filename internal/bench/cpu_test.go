package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"helphub/internal/rig"
)

// tick is the unit of the times in /proc: USER_HZ, which is 100 on every
// architecture that Linux runs on today.
const tick = 10 * time.Millisecond

// spent is how much processor time a process has used since it began; with
// children that of those it has waited for besides.
func spent(pid int, children bool) (time.Duration, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The name in brackets may hold anything; behind it the third field begins.
	_, rest, _ := strings.Cut(string(raw), ") ")
	fields := strings.Fields(rest)
	const utime, cstime = 14 - 3, 17 - 3 // proc_pid_stat(5)
	if len(fields) <= cstime {
		return 0, fmt.Errorf("read times of process %d: %q", pid, raw)
	}
	times := fields[utime : utime+2]
	if children {
		times = fields[utime : cstime+1]
	}
	var total time.Duration
	for _, text := range times {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read times of process %d: %w", pid, err)
		}
		total += time.Duration(n) * tick
	}
	return total, nil
}

// server is the PostgreSQL under measurement: all its processes, those that
// have ended too, since their leader has waited for them.
type server struct{ state string }

func (s server) spent(b *testing.B) (total time.Duration) {
	b.Helper()
	pids, err := rig.ServerProcesses(s.state)
	if err != nil {
		b.Fatal(err)
	}
	for _, pid := range pids {
		// One that ends right now is counted by its leader the next time.
		if t, err := spent(pid, true); err == nil {
			total += t
		}
	}
	return total
}

// resident is how much memory a process holds, in bytes.
func resident(b *testing.B, pid int) int {
	b.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if text, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.Atoi(strings.Fields(text)[0])
			if err != nil {
				b.Fatal(err)
			}
			return kb << 10
		}
	}
	b.Fatalf("process %d has no VmRSS", pid)
	return 0
}
