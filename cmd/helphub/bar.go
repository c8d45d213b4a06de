package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// bar shows on a terminal how far a long command is; into a file it writes
// nothing.
type bar struct {
	w     io.Writer
	what  string
	shown int // per mille, so that a terminal is not written to for every row
}

func newBar(w io.Writer, what string) *bar {
	if f, ok := w.(*os.File); !ok || !terminal(f) {
		w = io.Discard
	}
	return &bar{w: w, what: what, shown: -1}
}

func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

const barWidth = 40

func (b *bar) show(done, total int) {
	if total == 0 {
		return
	}
	now := done * 1000 / total
	if now == b.shown {
		return
	}
	b.shown = now
	full := done * barWidth / total
	fmt.Fprintf(b.w, "\r%s%s %3d%%  %d of %d %s ", strings.Repeat("█", full), strings.Repeat("░", barWidth-full), now/10, done, total, b.what)
}

func (b *bar) done() {
	if b.shown >= 0 {
		fmt.Fprintln(b.w)
	}
}
