package inspect_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"

	"helphub/internal/document"
	"helphub/internal/inspect"
)

// childDir names, in the environment, the spool of a process that may not write
// large files.
const childDir = "INSPECT_TEST_CHILD"

func TestMain(m *testing.M) {
	dir := os.Getenv(childDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	if err := fillSpool(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// fillSpool sends what fits, and what does not: a text when it is spooled, and a
// picture when it is drawn anew, which makes more of it.
func fillSpool(dir string) error {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 30_000, Max: 30_000}); err != nil {
		return err
	}
	in, err := inspect.New(dir)
	if err != nil {
		return err
	}
	send := func(name string, content []byte) error {
		checked, err := in.Take(context.Background(), document.DefaultRules(), name, bytes.NewReader(content))
		if err == nil {
			return checked.Close()
		}
		return err
	}
	if err := send("a.txt", bytes.Repeat([]byte("a"), 29_000)); err != nil {
		return fmt.Errorf("what fits: %w", err)
	}
	for name, content := range map[string][]byte{
		"b.txt":  bytes.Repeat([]byte("a"), 31_000),
		"b.webp": riff(webpChunk("VP8L", lossless(3000, 3000, 1, 2, 3, 200))),
	} {
		if err := send(name, content); !errors.Is(err, document.ErrFull) || !errors.Is(err, syscall.EFBIG) {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		return fmt.Errorf("left %v: %w", left, err)
	}
	return nil
}

func TestD79AFullDiskIsNotTheFilesFault(t *testing.T) {
	t.Parallel()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), childDir+"="+t.TempDir())
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
