package filestore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"helphub/internal/document"
	"helphub/internal/filestore"
)

// childMode says, in the environment, that this process is one that a test
// limits or kills, and what it has to do.
const childMode = "FILESTORE_TEST_CHILD"

const (
	onTmpfs   = "tmpfs"
	onLimit   = "limit"
	fromStdin = "stdin"
)

func TestMain(m *testing.M) {
	mode := os.Getenv(childMode)
	if mode == "" {
		os.Exit(m.Run())
	}
	if err := child(mode, os.Args[len(os.Args)-2], os.Args[len(os.Args)-1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// startChild prepares this program to run again as a child.
func startChild(t *testing.T, mode, dir string, key filestore.Key) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], dir, key.String())
	command.Env = append(os.Environ(), childMode+"="+mode)
	return command
}

func child(mode, dir, name string) error {
	key, err := filestore.ParseKey(name)
	if err != nil {
		return err
	}
	switch mode {
	case onTmpfs:
		if err := syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
			return fmt.Errorf("%w: %w", errCannot, err)
		}
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
			return fmt.Errorf("%w: %w", errCannot, err)
		}
	case onLimit:
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 20, Max: 1 << 20}); err != nil {
			return fmt.Errorf("%w: %w", errCannot, err)
		}
	}
	store, err := filestore.OpenDisk(dir)
	if err != nil {
		return err
	}
	if mode == fromStdin {
		_, _, err := store.Put(context.Background(), key, os.Stdin)
		return err
	}
	return fill(store, dir, key)
}

// errCannot says that the machine does not let us make a disk full.
var errCannot = errors.New("this machine does not allow it")

// fill puts more than there is room for and looks at what is left.
func fill(store *filestore.Disk, dir string, key filestore.Key) error {
	ctx := context.Background()
	if _, _, err := store.Put(ctx, key, bytes.NewReader(noise(1, 100_000))); err != nil {
		return fmt.Errorf("put what fits: %w", err)
	}
	_, _, err := store.Put(ctx, newKey(), bytes.NewReader(noise(1, 3<<20)))
	if !errors.Is(err, document.ErrFull) {
		return fmt.Errorf("put what does not fit: %w", err)
	}
	var left []string
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && path != dir {
			left = append(left, d.Name())
		}
		return err
	})
	if err != nil || len(left) != 2 {
		return fmt.Errorf("left %v: %w", left, err)
	}
	// There is room again for what fits.
	if _, _, err := store.Put(ctx, newKey(), bytes.NewReader(noise(2, 500_000))); err != nil {
		return fmt.Errorf("put after that: %w", err)
	}
	return nil
}

func TestD79AFullDiskRefusesClearlyAndLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{onTmpfs, onLimit} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			command := startChild(t, mode, dir, newKey())
			if mode == onTmpfs { // a disk that only the child sees
				command.SysProcAttr = &syscall.SysProcAttr{
					Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
					UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
					GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
				}
			}
			out, err := command.CombinedOutput()
			var exit *exec.ExitError
			switch {
			case err == nil:
			case strings.Contains(string(out), errCannot.Error()), !errors.As(err, &exit):
				t.Skipf("no disk to fill: %v %s", err, out)
			default:
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// Seen to fail when Put wrote to the final name at once: the half of a file was
// opened and listed.
func TestD79AKilledPutLeavesOnlyAPart(t *testing.T) {
	t.Parallel()
	store, dir := open(t)
	key := newKey()
	command := startChild(t, fromStdin, dir, key)
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := stdin.Write(noise(1, 1<<20)); err != nil {
		t.Fatal(err)
	}
	part := filepath.Join(dir, key.String()+".part")
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if info, err := os.Stat(part); err == nil && info.Size() > 500_000 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nothing was written")
		}
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err == nil {
		t.Fatal("the child ended well")
	}
	if _, _, err := store.Open(t.Context(), key); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("half a file is opened: %v", err)
	}
	if got := listed(t, store, uuid.Nil, time.Now().Add(time.Hour)); len(got) > 0 {
		t.Errorf("half a file is listed: %v", got)
	}
	if names := tree(t, dir); len(names) != 2 || names[1] != key.String()+".part" {
		t.Errorf("left %v", names)
	}
	if n, err := store.Sweep(t.Context(), time.Now().Add(2*filestore.PartAge)); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if names := tree(t, dir); len(names) > 0 {
		t.Errorf("still left %v", names)
	}
}
