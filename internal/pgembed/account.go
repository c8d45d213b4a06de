package pgembed

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// account is the system user that the server runs as.
type account struct {
	name     string
	uid, gid uint32
	// switched means that it is not us: we are root, which PostgreSQL refuses.
	switched bool
}

// serverAccount picks the user: ourselves, or for root the owner of the data,
// else postgres, else nobody.
func serverAccount(at place) (*account, error) {
	owner, exists, err := ownerOf(at.pg)
	if err != nil {
		return nil, err
	}
	us := uint32(os.Geteuid())
	switch {
	case us != 0 && exists && owner != us:
		return nil, fmt.Errorf("%w: %s belongs to %s, and this is %s; run HelpHub as that user, or name another directory",
			ErrNotOurs, at.pg, userName(owner), userName(us))
	case us != 0:
		return accountOf(user.LookupId(strconv.Itoa(int(us))))
	case exists && owner != 0:
		return accountOf(user.LookupId(strconv.Itoa(int(owner))))
	}
	if a, err := accountOf(user.Lookup("postgres")); err == nil {
		return a, nil
	}
	a, err := accountOf(user.Lookup("nobody"))
	if err != nil {
		return nil, fmt.Errorf("%w: PostgreSQL refuses to run as root, and this system has neither a user postgres nor nobody", ErrNotOurs)
	}
	return a, nil
}

func accountOf(u *user.User, err error) (*account, error) {
	if err != nil {
		return nil, fmt.Errorf("%w: PostgreSQL needs a user with a name (%w); add this user id to the system's users, or set DATABASE_URL", ErrNotOurs, err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read user id of %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read group id of %s: %w", u.Username, err)
	}
	return &account{name: u.Username, uid: uint32(uid), gid: uint32(gid), switched: uint32(uid) != uint32(os.Geteuid())}, nil
}

// credential is what makes a child run as the account; nil means as we do.
func (a *account) credential() *syscall.Credential {
	if !a.switched {
		return nil
	}
	return &syscall.Credential{Uid: a.uid, Gid: a.gid}
}

// canReach says which parent of dir keeps the server's user out, if one does.
func (a *account) canReach(dir string) error {
	if !a.switched {
		return nil
	}
	for at := filepath.Dir(dir); ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return fmt.Errorf("look at %s: %w", at, err)
		}
		if !a.mayEnter(info) {
			return fmt.Errorf("%w: HelpHub runs as root, PostgreSQL then runs as %s, and %s may not enter %s; "+
				"use a directory such as /var/lib/helphub, or run HelpHub as an ordinary user", ErrNotOurs, a.name, a.name, at)
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

func (a *account) mayEnter(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return true
	}
	mode := info.Mode().Perm()
	switch {
	case st.Uid == a.uid:
		return mode&0o100 != 0
	case st.Gid == a.gid:
		return mode&0o010 != 0
	}
	return mode&0o001 != 0
}

// makeRoot makes the state directory. Root's must let the server's user pass.
func makeRoot(dir string) error {
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return fmt.Errorf("make database directory: %w", err)
	}
	owner, _, err := ownerOf(dir)
	if err != nil {
		return err
	}
	if us := uint32(os.Geteuid()); owner != us && us != 0 {
		return fmt.Errorf("%w: %s belongs to %s, and this is %s; run HelpHub as that user, or name another directory",
			ErrNotOurs, dir, userName(owner), userName(us))
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("look at database directory: %w", err)
	}
	if info.Mode().Perm()&mode == mode {
		return nil
	}
	if err := os.Chmod(dir, info.Mode().Perm()|mode); err != nil {
		return fmt.Errorf("open database directory to the server: %w", err)
	}
	return nil
}

// makePrivate makes a directory for the account alone. One that is there
// already must be exactly that: in a shared temporary directory somebody else
// may have been first.
func makePrivate(dir string, as *account) error {
	err := os.Mkdir(dir, 0o700)
	if err == nil {
		if as.switched {
			err = os.Lchown(dir, int(as.uid), int(as.gid))
		}
		if err != nil {
			return fmt.Errorf("give %s to %s: %w", dir, as.name, err)
		}
		return nil
	}
	if !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("make directory for the server: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("look at %s: %w", dir, err)
	}
	owner, _, err := ownerOf(dir)
	if err != nil {
		return err
	}
	if owner == 0 && as.switched && info.IsDir() {
		// We were killed between making it and giving it away.
		if entries, err := os.ReadDir(dir); err == nil && len(entries) == 0 {
			return os.Lchown(dir, int(as.uid), int(as.gid))
		}
	}
	if !info.IsDir() || owner != as.uid || info.Mode().Perm() != 0o700 {
		return fmt.Errorf("%w: %s must be a directory of %s with mode 0700, and is %s of %s",
			ErrNotOurs, dir, as.name, info.Mode(), userName(owner))
	}
	return nil
}

// ownerOf does not follow a symbolic link.
func ownerOf(path string) (uid uint32, exists bool, err error) {
	info, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("look at %s: %w", path, err)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false, fmt.Errorf("look at %s: the system does not say who owns it", path)
	}
	return st.Uid, true, nil
}

func userName(uid uint32) string {
	id := strconv.Itoa(int(uid))
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return "user " + id
}

// accessFiles are the server's rules of access: over the socket only, as the
// system knows the person, and only us, the server's own user and root.
func accessFiles(as *account) (hba, ident string) {
	hba = "local all all peer map=helphub\n"
	names := []string{userName(uint32(os.Geteuid())), as.name, "root"}
	var b strings.Builder
	for i, name := range names {
		if i > 0 && (name == names[0] || i > 1 && name == names[1]) {
			continue
		}
		for _, as := range []string{role, superuser} {
			fmt.Fprintf(&b, "helphub %q %s\n", name, as)
		}
	}
	return hba, b.String()
}
