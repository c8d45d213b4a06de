package filestore

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/google/uuid"

	"helphub/internal/document"
)

// What only the account of the program may touch.
const (
	folderMode fs.FileMode = 0o700
	fileMode   fs.FileMode = 0o600
)

// partSuffix ends the name of a file that is still being written.
const partSuffix = ".part"

// Disk is a store in a folder: one folder per owner, one file per key. It
// reaches everything through an os.Root, so that no link, whoever planted it,
// leads out of the folder; links inside are not followed either.
type Disk struct {
	root *os.Root
}

// OpenDisk opens the store in dir, which it makes if need be. The folder is
// closed to everybody else, also when it was there and open. The caller closes.
func OpenDisk(dir string) (*Disk, error) {
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return nil, fmt.Errorf("make file store: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open file store: %w", err)
	}
	if err := root.Chmod(".", folderMode); err != nil {
		return nil, errors.Join(fmt.Errorf("close file store to others: %w", err), root.Close())
	}
	return &Disk{root: root}, nil
}

// Close lets go of the folder. Files that are open stay readable.
func (d *Disk) Close() error { return d.root.Close() }

// Put keeps what r gives under key; see Store. The bytes are written beside
// their place, brought to the disk, and only then get their name.
func (d *Disk) Put(ctx context.Context, key Key, r io.Reader) (int64, Sum, error) {
	if err := key.check(); err != nil {
		return 0, Sum{}, err
	}
	size, sum, err := d.put(key, cancelled{ctx, r})
	if err != nil {
		return 0, Sum{}, fmt.Errorf("put %s: %w", key, document.Full(err))
	}
	return size, sum, nil
}

func (d *Disk) put(key Key, r io.Reader) (size int64, sum Sum, err error) {
	part, err := d.create(key)
	if err != nil {
		return 0, Sum{}, err
	}
	written := key.String() + partSuffix
	defer func() {
		if err != nil {
			err = errors.Join(err, d.discard(key.Owner, written, part))
		}
	}()
	// Whoever holds the part is the only writer, so nobody takes the name now.
	switch _, err := d.root.Lstat(key.String()); {
	case err == nil:
		return 0, Sum{}, fs.ErrExist
	case !gone(err):
		return 0, Sum{}, err
	}
	hash := sha256.New()
	size, err = io.Copy(io.MultiWriter(part, hash), r)
	if err != nil {
		return 0, Sum{}, err
	}
	if err := part.Sync(); err != nil {
		return 0, Sum{}, fmt.Errorf("bring to disk: %w", err)
	}
	if err := part.Close(); err != nil {
		return 0, Sum{}, fmt.Errorf("close: %w", err)
	}
	if err := d.root.Rename(written, key.String()); err != nil {
		return 0, Sum{}, err
	}
	written = key.String()
	if err := d.sync(key.Owner.String()); err != nil {
		return 0, Sum{}, err
	}
	return size, Sum(hash.Sum(nil)), nil
}

// create opens the file that a key is written to, and makes the owner's folder.
// A Delete may remove the empty folder in between; then it is made again.
func (d *Disk) create(key Key) (*os.File, error) {
	const tries = 8
	for try := 1; ; try++ {
		if err := d.makeFolder(key.Owner); err != nil {
			return nil, err
		}
		part, err := d.root.OpenFile(key.String()+partSuffix, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
		if err == nil || !gone(err) || try == tries {
			return part, err
		}
	}
}

// makeFolder makes an owner's folder unless it is there, and refuses one that
// is a link to somewhere else.
func (d *Disk) makeFolder(owner uuid.UUID) error {
	err := d.root.Mkdir(owner.String(), folderMode)
	switch {
	case err == nil:
		return d.sync(".")
	case errors.Is(err, fs.ErrExist):
		return d.isFolder(owner.String())
	}
	return err
}

func (d *Disk) isFolder(name string) error {
	info, err := d.root.Lstat(name)
	if err == nil && !info.IsDir() {
		return fmt.Errorf("%s is no folder: %w", name, syscall.ENOTDIR)
	}
	return err
}

// discard removes what a failed Put has written, and the folder if that was
// all that was in it.
func (d *Disk) discard(owner uuid.UUID, written string, part *os.File) error {
	if err := part.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return fmt.Errorf("close what failed: %w", err)
	}
	if err := d.root.Remove(written); err != nil && !gone(err) {
		return fmt.Errorf("remove what failed: %w", err)
	}
	return d.tidy(owner.String())
}

// Open returns the bytes of a key; see Store.
func (d *Disk) Open(_ context.Context, key Key) (io.ReadSeekCloser, int64, error) {
	file, size, err := d.open(key)
	if err != nil {
		return nil, 0, fmt.Errorf("open %s: %w", key, err)
	}
	return file, size, nil
}

func (d *Disk) open(key Key) (*os.File, int64, error) {
	if err := key.check(); err != nil {
		return nil, 0, err
	}
	if err := d.isFolder(key.Owner.String()); err != nil {
		return nil, 0, err
	}
	// Asked before it is opened: opening a pipe would wait for its other end.
	named, err := d.root.Lstat(key.String())
	if err != nil {
		return nil, 0, err
	}
	if !named.Mode().IsRegular() {
		return nil, 0, errors.New("is no ordinary file")
	}
	file, err := d.root.Open(key.String())
	if err != nil {
		return nil, 0, err
	}
	opened, err := file.Stat()
	if err == nil && !os.SameFile(named, opened) {
		err = errors.New("was exchanged while it was opened")
	}
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, opened.Size(), nil
}

// Delete removes the bytes of a key, and the owner's folder with the last of
// them; see Store.
func (d *Disk) Delete(_ context.Context, key Key) error {
	if err := key.check(); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	if err := d.remove(key.Owner.String(), key.File.String()); err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	return nil
}

// remove deletes one file of a folder for good.
func (d *Disk) remove(folder, name string) error {
	if err := d.isFolder(folder); err != nil {
		if gone(err) {
			return nil
		}
		return err
	}
	if err := d.root.Remove(folder + "/" + name); err != nil && !gone(err) {
		return err
	}
	if err := d.sync(folder); err != nil && !gone(err) {
		return err
	}
	return d.tidy(folder)
}

// tidy removes an owner's folder if it is empty.
func (d *Disk) tidy(folder string) error {
	err := d.root.Remove(folder)
	switch {
	case err == nil:
		return d.sync(".")
	case gone(err), errors.Is(err, syscall.ENOTEMPTY), errors.Is(err, fs.ErrExist):
		return nil
	}
	return fmt.Errorf("remove empty folder: %w", err)
}

// sync brings a folder's names to the disk: without it a file whose bytes are
// safe may have no name after a power cut.
func (d *Disk) sync(folder string) error {
	f, err := d.root.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
