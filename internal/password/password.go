// Package password hashes, verifies and judges passwords, with argon2id. It
// does not know accounts, sessions or how often somebody may try: those are
// internal/admin and internal/throttle.
package password

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"
)

// params are the least that OWASP's password storage cheat sheet accepts for
// argon2id: 19 MiB, two passes, one lane. They are ours and not the library's,
// whose lanes depend on the machine that hashes. A hash made with others is
// verified with its own and reported as needing a new one.
var params = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// turns bounds how many hashes the process computes at once: each takes 19 MiB
// and a core, and anybody may ask for one by posting the login form. Between 2
// and 8, one per core: more would only share the cores and hold more memory.
var turns = make(chan struct{}, min(max(runtime.GOMAXPROCS(0), 2), 8))

// Hash returns the password's hash in PHC string format ($argon2id$v=19$…),
// with a salt of its own. It waits for its turn; the only errors are the
// context's, while waiting, and a random source that fails.
func Hash(ctx context.Context, pw string) (string, error) {
	leave, err := enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	hash, err := argon2id.CreateHash(composed(pw), params)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// Verify reports whether pw is the password of hash, and whether hash was made
// with other parameters than today's, so that it should be made anew now that
// the password is at hand; outdated is only told about the right password. An
// error means the context ended while waiting, or that hash is none of ours.
func Verify(ctx context.Context, pw, hash string) (ok, outdated bool, err error) {
	leave, err := enter(ctx)
	if err != nil {
		return false, false, err
	}
	defer leave()
	ok, made, err := argon2id.CheckHash(composed(pw), hash)
	if err != nil {
		return false, false, fmt.Errorf("read password hash: %w", err)
	}
	return ok, ok && *made != *params, nil
}

// Dummy takes the time of a Verify: for a login under a name nobody has, which
// would otherwise be answered sooner than a wrong password and so tell which
// names exist (D-52).
func Dummy(ctx context.Context, pw string) error {
	hash, err := nobody()
	if err != nil {
		return err
	}
	_, _, err = Verify(ctx, pw, hash)
	return err
}

// nobody is the hash of no password: made once, by today's parameters, so that
// verifying against it costs what verifying against a fresh hash costs.
var nobody = sync.OnceValues(func() (string, error) {
	hash, err := argon2id.CreateHash("", params)
	if err != nil {
		return "", fmt.Errorf("make dummy hash: %w", err)
	}
	return hash, nil
})

// enter waits for a turn and returns how to give it back.
func enter(ctx context.Context) (leave func(), err error) {
	select {
	case turns <- struct{}{}:
		return func() { <-turns }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash password: %w", ctx.Err())
	}
}

// composed writes letters with accents in one way: the same key presses give
// one or two code points, depending on the system they are pressed on (RFC
// 8265, 4.2).
func composed(pw string) string { return norm.NFC.String(pw) }
