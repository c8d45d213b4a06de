package pgembed

import (
	"archive/tar"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// The downloadable PostgreSQL: npm packages of unchanged binaries, fetched
// with the person's own npm and so from their own registry. The sums are
// those of the packages that were tried; another content is refused.
const (
	bundleVersion = "18.4.0-beta.17"
	bundleMajor   = 18
)

var bundleSums = map[string]string{
	"linux-x64":    "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
	"linux-arm64":  "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
	"darwin-x64":   "4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
	"darwin-arm64": "Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
}

const (
	// bundleTime bounds the download of some 24 MB.
	bundleTime = 10 * time.Minute
	// bundleSize bounds what it unpacks to; it is about 100 MB.
	bundleSize = 500 << 20
)

// platform is this machine as npm names it.
func platform() string {
	return runtime.GOOS + "-" + strings.Replace(runtime.GOARCH, "amd64", "x64", 1)
}

// DefaultCache is where downloads are kept: the person's cache directory, or
// for root one that the server's user can reach. "" means that there is none.
func DefaultCache() string {
	if os.Geteuid() == 0 {
		return "/var/cache/helphub"
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "helphub")
}

// bundleDir is where this machine's download is unpacked, "" if it cannot be.
func bundleDir(cache string) string {
	cache = cmp.Or(cache, DefaultCache())
	if cache == "" {
		return ""
	}
	return filepath.Join(cache, "postgresql-"+bundleVersion+"-"+platform())
}

// download fetches and unpacks the bundle, if this machine can.
func (s Search) download(ctx context.Context) Candidate {
	source := "@embedded-postgres/" + platform() + " from npm"
	c := Candidate{Found: Found{Dir: "download"}, Source: source}
	dir := bundleDir(s.Cache)
	if dir == "" {
		c.Problem = "has no directory to be kept in"
		return c
	}
	if err := fetchBundle(ctx, dir, cmp.Or(s.Log, slog.New(slog.DiscardHandler))); err != nil {
		c.Problem = "failed: " + err.Error()
		return c
	}
	return s.examine(ctx, filepath.Join(dir, "bin"), source)
}

func fetchBundle(ctx context.Context, dir string, log *slog.Logger) error {
	sum, ok := bundleSums[platform()]
	if !ok {
		return fmt.Errorf("there is none for %s", platform())
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return errors.New("npm is not installed")
	}
	if err := makeCache(filepath.Dir(dir)); err != nil {
		return err
	}
	// Another process may be at it; then its work serves us too.
	lock, err := lockExclusive(ctx, dir+".lock")
	if err != nil {
		return fmt.Errorf("wait for another download: %w", err)
	}
	defer lock.Close()
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	work, err := os.MkdirTemp(filepath.Dir(dir), "part-")
	if err != nil {
		return fmt.Errorf("make cache: %w", err)
	}
	defer os.RemoveAll(work)

	log.InfoContext(ctx, "downloading PostgreSQL, once", "version", bundleVersion, "megabytes", 24)
	ctx, cancel := context.WithTimeout(ctx, bundleTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, npm, "pack", "--silent", "--ignore-scripts",
		"@embedded-postgres/"+platform()+"@"+bundleVersion)
	cmd.Dir = work
	if _, err := cmd.Output(); err != nil {
		return fmt.Errorf("npm pack: %s", reason(err))
	}
	archives, err := filepath.Glob(filepath.Join(work, "*.tgz"))
	if err != nil || len(archives) != 1 {
		return fmt.Errorf("npm pack: it made %d archives, not one", len(archives))
	}
	return unpackBundle(archives[0], sum, dir)
}

// makeCache makes the cache, which the server's user must be able to enter.
func makeCache(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make cache: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return fmt.Errorf("open cache to the server's user: %w", err)
	}
	return nil
}

// unpackBundle checks the archive and puts its native/ in place as dir, whole
// or not at all.
func unpackBundle(archive, sum, dir string) error {
	f, err := os.Open(archive)
	if err != nil {
		return fmt.Errorf("open archive: %w", err)
	}
	defer f.Close()
	h := sha512.New()
	if _, err := io.Copy(h, f); err != nil {
		return fmt.Errorf("read archive: %w", err)
	}
	if got := base64.StdEncoding.EncodeToString(h.Sum(nil)); got != sum {
		return fmt.Errorf("the archive is not the one that was tried: its sha512 is %s", got)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read archive: %w", err)
	}
	part, err := os.MkdirTemp(filepath.Dir(dir), "part-")
	if err != nil {
		return fmt.Errorf("make cache: %w", err)
	}
	defer os.RemoveAll(part)
	if err := untar(f, part); err != nil {
		return fmt.Errorf("unpack archive: %w", err)
	}
	if err := linkLibraries(filepath.Join(part, "package")); err != nil {
		return err
	}
	if err := openToAll(part); err != nil {
		return fmt.Errorf("open PostgreSQL to the server's user: %w", err)
	}
	native := filepath.Join(part, "package", "native")
	if err := os.Rename(native, dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("put PostgreSQL in place: %w", err)
	}
	return nil
}

// untar writes the archive's plain files below dir. os.Root keeps a name from
// leading elsewhere.
func untar(r io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	gz, err := gzip.NewReader(r)
	if err != nil {
		return err
	}
	archive := tar.NewReader(io.LimitReader(gz, bundleSize))
	for {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if entry.Typeflag != tar.TypeReg {
			continue
		}
		if err := writeEntry(root, entry, archive); err != nil {
			return err
		}
	}
}

func writeEntry(root *os.Root, entry *tar.Header, from io.Reader) error {
	name := filepath.FromSlash(entry.Name)
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if entry.Mode&0o100 != 0 {
		mode = 0o755
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, from); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// openToAll lets every user in, whatever the person's umask: as root, another
// user will run what is in there.
func openToAll(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if d.IsDir() || info.Mode()&0o100 != 0 {
			mode = 0o755
		}
		return os.Chmod(path, mode)
	})
}

// linkLibraries makes the symbolic links that an npm package cannot hold;
// the package lists them in a file.
func linkLibraries(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("link libraries: %w", err)
	}
	defer root.Close()
	b, err := root.ReadFile(filepath.Join("native", "pg-symlinks.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read list of links: %w", err)
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(b, &links); err != nil {
		return fmt.Errorf("read list of links: %w", err)
	}
	for _, l := range links {
		to, err := filepath.Rel(filepath.Dir(l.Target), l.Source)
		if err != nil || !filepath.IsLocal(l.Target) || !filepath.IsLocal(l.Source) {
			return fmt.Errorf("link libraries: %q to %q leads out of the package", l.Target, l.Source)
		}
		if err := root.Symlink(to, l.Target); err != nil {
			return fmt.Errorf("link libraries: %w", err)
		}
	}
	return nil
}
