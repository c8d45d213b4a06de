package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// heapRoom is how much garbage may gather before it is collected, in bytes. A
// page makes some hundred kilobytes of it and the program holds less than ten
// megabytes; by Go's own rule, as much garbage as there is data, a fifth of its
// time would go into collecting. The room counts as idle memory.
const heapRoom = 24 << 20

// keepHeapRoom leaves that room after every collection, and Go's own rule in
// force where there is more data than that, or where GOGC says what is wanted.
func keepHeapRoom() {
	if os.Getenv("GOGC") == "" {
		makeHeapRoom(nil)
	}
}

// bell is garbage at once, so its finalizer tells of the next collection.
type bell struct{ _ *int }

func makeHeapRoom(*bell) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(max(100, int(heapRoom*100/max(live[0].Value.Uint64(), 1<<20)))) //nolint:gosec // 2400 at most
	runtime.SetFinalizer(&bell{}, makeHeapRoom)
}
