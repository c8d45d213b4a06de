package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"helphub/internal/pgembed"
)

// clusterAge is how long an unused cluster is kept: long enough for a week
// off, short enough for a temporary directory.
const clusterAge = 7 * 24 * time.Hour

// checkoutFile, in a cluster's directory, says whose it is; its time says
// when it was last used.
const checkoutFile = "checkout"

// startCluster attaches to the checkout's cluster, or starts it. The share in
// it is never given up: it ends with the process, and the server stays for
// the next one.
func startCluster(ctx context.Context) (dsn string, err error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	dir := clusterDir(root)
	unlock, err := lockBeside(dir)
	if err != nil {
		return "", err
	}
	defer unlock()
	inst, err := startIn(ctx, dir, root)
	if errors.Is(err, pgembed.ErrVersion) {
		// The machine's PostgreSQL was upgraded, and nothing here is worth keeping.
		if err := discard(ctx, dir); err != nil {
			return "", fmt.Errorf("remove test cluster of an older PostgreSQL: %w", err)
		}
		inst, err = startIn(ctx, dir, root)
	}
	if err != nil {
		return "", err
	}
	held = append(held, inst)
	go removeOldClusters(dir)
	return inst.DSN(), nil
}

// held is this process's share in its cluster. A lock nobody refers to is
// closed by the garbage collector, and another process would find the cluster
// unused in the middle of our tests.
var held []*pgembed.Instance

func startIn(ctx context.Context, dir, root string) (*pgembed.Instance, error) {
	if err := os.Mkdir(dir, 0o711); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("make directory of the test cluster: %w", err)
	}
	if !ours(dir) {
		return nil, fmt.Errorf("%s belongs to somebody else: remove it, or set TEST_DATABASE_URL", dir)
	}
	if err := mark(dir, root); err != nil {
		return nil, fmt.Errorf("mark test cluster: %w", err)
	}
	inst, err := pgembed.Start(ctx, options(dir))
	if err != nil {
		return nil, fmt.Errorf("start test cluster (if it is broken, remove %s): %w", dir, err)
	}
	return inst, nil
}

// mark says whose the cluster is. The file is never seen half written: an
// empty one would read as a checkout that is gone.
func mark(dir, root string) error {
	made := filepath.Join(dir, checkoutFile+strconv.Itoa(os.Getpid()))
	if err := os.WriteFile(made, []byte(root), 0o644); err != nil {
		return err
	}
	return os.Rename(made, filepath.Join(dir, checkoutFile))
}

// lockBeside keeps two processes from removing and making the same cluster.
func lockBeside(dir string) (unlock func(), err error) {
	f, err := os.OpenFile(lockFile(dir), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock test cluster: %w", err)
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, fmt.Errorf("lock test cluster: %w", err)
		}
	}
}

func options(dir string) pgembed.Options {
	return pgembed.Options{
		Data:   dir,
		Bin:    os.Getenv("HELPHUB_PG_BIN"),
		NoSync: true,
		Settings: map[string]string{
			"max_connections": "300",
			"autovacuum":      "off", // Databases live for seconds.
			"max_wal_size":    "2GB", // CREATE DATABASE asks for checkpoints enough.
			"wal_level":       "minimal",
			"max_wal_senders": "0",
		},
	}
}

// discard stops a cluster that nobody uses and removes it. It is moved aside
// first: half a cluster must not look like one.
func discard(ctx context.Context, dir string) error {
	if _, err := pgembed.StopServer(ctx, dir); err != nil {
		return err
	}
	aside := dir + asideSuffix + strconv.Itoa(os.Getpid())
	if err := os.Rename(dir, aside); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.RemoveAll(aside)
}

// clusterDir names the cluster of a checkout and user.
func clusterDir(root string) string {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%d %s", os.Getuid(), root)))
	return filepath.Join(os.TempDir(), clusterPrefix+hex.EncodeToString(sum[:6]))
}

// What a cluster's directory is called, and one that is being removed.
const (
	clusterPrefix = "helphub-test-"
	asideSuffix   = ".old-"
)

// lockFile does not begin as the clusters do, which are found by that.
func lockFile(dir string) string {
	return filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+".lock")
}

// moduleRoot is the directory of go.mod above the test's working directory.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find checkout: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("find checkout: no go.mod above the working directory")
		}
		dir = up
	}
}

// ours reports whether a directory is really one and belongs to us.
func ours(dir string) bool {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Getuid()
}

// removeOldClusters stops and removes the clusters of checkouts that are gone
// or long unused. It is a favour: what fails is left to the next process.
func removeOldClusters(current string) {
	dirs, err := filepath.Glob(filepath.Join(os.TempDir(), clusterPrefix+"*"))
	if err != nil {
		return
	}
	for _, dir := range dirs {
		if dir != current && ours(dir) && abandoned(dir) {
			removeAbandoned(dir)
		}
	}
}

func removeAbandoned(dir string) {
	unlock, err := lockBeside(dir)
	if err != nil {
		return
	}
	defer unlock()
	if !abandoned(dir) {
		return // Its checkout came back while we waited.
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	// It may just have come into use, and then it stays.
	_ = discard(ctx, dir)
}

func abandoned(dir string) bool {
	if strings.Contains(filepath.Base(dir), asideSuffix) {
		return true // Whoever moved it aside was killed while removing it.
	}
	mark := filepath.Join(dir, checkoutFile)
	info, err := os.Stat(mark)
	if err != nil {
		return false // Another process may just be making it.
	}
	if time.Since(info.ModTime()) > clusterAge {
		return true
	}
	root, err := os.ReadFile(mark)
	if err != nil || !filepath.IsAbs(string(root)) {
		return false
	}
	_, err = os.Stat(filepath.Join(string(root), "go.mod"))
	return errors.Is(err, os.ErrNotExist)
}
