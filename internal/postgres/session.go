package postgres

import (
	"cmp"
	"context"
	"net"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Times after which a connection whose other end is gone counts as dead.
// Without them a server that lost its power holds a request until the
// kernel gives up, a quarter of an hour later.
const (
	connectTimeout   = 5 * time.Second
	keepAliveIdle    = 15 * time.Second
	keepAliveEvery   = 5 * time.Second
	keepAliveTries   = 3
	unackedDataLimit = 30 * time.Second
)

// sessionSettings sets what every connection of HelpHub has in common: its name, UTC,
// and keepalives in both directions. The server's keepalives free the locks
// of a client that vanished; they mean nothing on a Unix socket.
func sessionSettings(cfg *pgx.ConnConfig, name string) {
	if cfg.RuntimeParams == nil {
		cfg.RuntimeParams = map[string]string{}
	}
	p := cfg.RuntimeParams
	p["application_name"] = cmp.Or(name, p["application_name"], "helphub")
	p["timezone"] = "UTC"
	p["tcp_keepalives_idle"] = "60"
	p["tcp_keepalives_interval"] = "10"
	p["tcp_keepalives_count"] = "3"
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectTimeout
	}
	cfg.DialFunc = dial
}

func dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{
			Enable: true, Idle: keepAliveIdle, Interval: keepAliveEvery, Count: keepAliveTries,
		},
		Control: func(network, _ string, raw syscall.RawConn) error {
			if network == "unix" {
				return nil
			}
			return limitUnackedData(raw, unackedDataLimit)
		},
	}
	return d.DialContext(ctx, network, address)
}

// milliseconds writes a duration as PostgreSQL reads one without a unit.
func milliseconds(d time.Duration) string {
	return strconv.FormatInt(d.Milliseconds(), 10)
}
