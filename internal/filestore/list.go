package filestore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
)

// PartAge is how old an unfinished file must be before Sweep takes it for one
// whose writer is gone. No upload lasts that long: the server cuts slow ones
// off within a minute.
const PartAge = time.Hour

// batch is how many names of a folder are read at a time.
const batch = 256

// List yields what was put before a moment; see Store. Unfinished files and
// whatever else lies in the folder are not the store's, and left out.
func (d *Disk) List(ctx context.Context, owner uuid.UUID, before time.Time) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		err := d.walk(ctx, owner, func(folder string, info fs.FileInfo) error {
			key, err := ParseKey(folder + "/" + info.Name())
			if err != nil || !info.Mode().IsRegular() || !info.ModTime().Before(before) {
				return nil //nolint:nilerr // a name that is no key is not ours
			}
			if !yield(Item{Key: key, Size: info.Size(), At: info.ModTime()}, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(Item{}, fmt.Errorf("list files: %w", err))
		}
	}
}

// Sweep removes files that were begun more than PartAge before now and never
// finished: what a killed process left. It returns how many it was.
func (d *Disk) Sweep(ctx context.Context, now time.Time) (int, error) {
	removed := 0
	err := d.walk(ctx, uuid.Nil, func(folder string, info fs.FileInfo) error {
		id, part := strings.CutSuffix(info.Name(), partSuffix)
		if _, err := parseID(id); err != nil || !part || !info.Mode().IsRegular() || info.ModTime().After(now.Add(-PartAge)) {
			return nil //nolint:nilerr // a name that is no key is not ours
		}
		if err := d.remove(folder, info.Name()); err != nil {
			return err
		}
		removed++
		return nil
	})
	if err != nil {
		return removed, fmt.Errorf("sweep unfinished files: %w", err)
	}
	return removed, nil
}

// errEnough ends a walk that nobody wants more of.
var errEnough = errors.New("enough")

// walk shows every name in the folders of all owners, or of one, a batch at a
// time. What vanishes meanwhile is passed over.
func (d *Disk) walk(ctx context.Context, owner uuid.UUID, show func(folder string, info fs.FileInfo) error) error {
	if owner != uuid.Nil {
		return d.walkFolder(ctx, owner.String(), show)
	}
	return d.each(ctx, ".", func(info fs.FileInfo) error {
		if _, err := parseID(info.Name()); err != nil || !info.IsDir() {
			return nil //nolint:nilerr // a name that is no owner is not ours
		}
		return d.walkFolder(ctx, info.Name(), show)
	})
}

func (d *Disk) walkFolder(ctx context.Context, folder string, show func(string, fs.FileInfo) error) error {
	if err := d.isFolder(folder); err != nil {
		if gone(err) {
			return nil
		}
		return err
	}
	return d.each(ctx, folder, func(info fs.FileInfo) error { return show(folder, info) })
}

// each shows the entries of one folder.
func (d *Disk) each(ctx context.Context, folder string, show func(fs.FileInfo) error) error {
	dir, err := d.root.Open(folder)
	if err != nil {
		if gone(err) {
			return nil
		}
		return err
	}
	defer dir.Close()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		entries, err := dir.ReadDir(batch)
		if err := d.showAll(folder, entries, show); err != nil {
			return err
		}
		switch {
		case errors.Is(err, io.EOF), gone(err): // gone: what was shown last was removed, and the folder with it
			return nil
		case err != nil:
			return err
		}
	}
}

func (d *Disk) showAll(folder string, entries []os.DirEntry, show func(fs.FileInfo) error) error {
	for _, entry := range entries {
		info, err := d.root.Lstat(folder + "/" + entry.Name())
		if gone(err) {
			continue
		}
		if err != nil {
			return err
		}
		if err := show(info); err != nil {
			return err
		}
	}
	return nil
}
