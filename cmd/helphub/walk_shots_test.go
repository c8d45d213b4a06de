package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// shotsVar names a folder for pictures: of every page, and of what a failed
// walk looked at last.
const shotsVar = "HELPHUB_SHOTS"

func saveShot(t *testing.T, dir, name string, png []byte) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // for people to look at
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil { //nolint:gosec // for people to look at
		t.Fatal(err)
	}
}

// shoot keeps a picture of what the tab shows, where HELPHUB_SHOTS says.
func (b *tab) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv(shotsVar)
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatalf("take picture: %v", err)
	}
	saveShot(b.t, dir, name, png)
}
