package handlers

import (
	"net/http"
	"time"

	"github.com/didip/tollbooth/v7"
	"github.com/didip/tollbooth/v7/limiter"

	"helphub/internal/throttle"
)

// brakes are this instance's defence against a flood. They count a signed-in
// person by their session and a stranger by their address (an IPv6 network
// counts as one), never one by the other: an office of four hundred behind one
// address must be able to work (D-01).
type brakes struct {
	person, stranger *limiter.Limiter
}

// Requests a second and in a burst. A page asks for three parts at a change;
// somebody with ten tabs during an import stays far below.
const (
	personRate, personBurst     = 50, 400
	strangerRate, strangerBurst = 20, 200
	brakeMemory                 = 10 * time.Minute
)

func newBrakes() brakes {
	options := &limiter.ExpirableOptions{DefaultExpirationTTL: brakeMemory}
	return brakes{
		person:   tollbooth.NewLimiter(personRate, options).SetBurst(personBurst),
		stranger: tollbooth.NewLimiter(strangerRate, options).SetBurst(strangerBurst),
	}
}

func (b brakes) forget() {
	b.person.DeleteExpiredTokenBuckets()
	b.stranger.DeleteExpiredTokenBuckets()
}

func (a *App) braked(next http.Handler) http.Handler {
	return a.do(func(w http.ResponseWriter, r *http.Request) error {
		lim, key := a.brakes.stranger, throttle.AddressKey(clientIP(r))
		if s := visitorOf(r).Actor.Session; s != zeroID {
			lim, key = a.brakes.person, s.String()
		}
		if tollbooth.LimitByKeys(lim, []string{key}) != nil {
			return errTooFast.Detailed(time.Second)
		}
		next.ServeHTTP(w, r)
		return nil
	})
}
