package bench

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"helphub/internal/rig"
)

// idle is how long the program is left alone before its memory is looked at.
const idle = 5 * time.Second

// BenchmarkStart prints how long the program takes to be ready with a database
// of its own, the first time and again, and what it weighs.
func BenchmarkStart(b *testing.B) {
	if runtime.GOOS != "linux" {
		b.Skip("memory is read from /proc, which only Linux has")
	}
	folder := rig.Folder(b)
	binary, address := rig.Build(b, folder, "./cmd/helphub"), rig.FreeAddress(b)
	env := rig.Environment("HELPHUB_DATA="+filepath.Join(folder, "data"), "HELPHUB_ADDR="+address,
		"HELPHUB_ADMIN_USER=celia", "HELPHUB_ADMIN_PASSWORD="+password)
	info, err := os.Stat(binary)
	if err != nil {
		b.Fatal(err)
	}
	p := rig.NewProcess(b, "ours", env, binary, "serve")
	start := func() time.Duration {
		began := time.Now()
		p.Start()
		if err := rig.Ready(b.Context(), "http://"+address+"/readyz"); err != nil {
			p.Tell()
			b.Fatal(err)
		}
		return time.Since(began)
	}
	var cold, warm time.Duration
	var memory int
	for b.Loop() {
		cold = start()
		p.Stop()
		warm = start()
		if err := rig.Pause(b.Context(), idle); err != nil {
			b.Fatal(err)
		}
		memory = resident(b, p.Pid())
		p.Stop()
	}
	b.Logf("ready with an empty folder in %.1f s (≤ 10), again in %.2f s (≤ 3)", cold.Seconds(), warm.Seconds())
	b.Logf("binary %.1f MB (≤ 45), idle memory %.1f MB (≤ 60)", float64(info.Size())/1e6, float64(memory)/1e6)
}
