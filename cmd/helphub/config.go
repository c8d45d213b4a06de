package main

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// settings are the flags and the environment variables of the same name, as
// they were typed. Nothing else reads the environment.
type settings struct {
	DatabaseURL    string `name:"database-url" env:"DATABASE_URL" placeholder:"URL" help:"PostgreSQL to use; empty for the embedded one."`
	Data           string `name:"data" env:"HELPHUB_DATA" placeholder:"DIR" help:"Folder of everything HelpHub keeps (./data; for root /var/lib/helphub where others cannot enter the current folder)."`
	Addr           string `name:"addr" env:"HELPHUB_ADDR" placeholder:"HOST:PORT" help:"Where to listen (127.0.0.1:8080)."`
	PublicURL      string `name:"public-url" env:"HELPHUB_PUBLIC_URL" placeholder:"URL" help:"How browsers reach us; https makes cookies secure."`
	TrustedProxies string `name:"trusted-proxies" env:"HELPHUB_TRUSTED_PROXIES" placeholder:"CIDR,…" help:"Proxies whose X-Forwarded-For is believed."`
	AdminUser      string `name:"admin-user" env:"HELPHUB_ADMIN_USER" placeholder:"NAME" help:"First administrator, for a set-up without a browser; the password is taken from HELPHUB_ADMIN_PASSWORD only."`
	Log            string `name:"log" env:"HELPHUB_LOG" placeholder:"text|json" help:"Form of the log (text)."`
	MetricsAddr    string `name:"metrics-addr" env:"HELPHUB_METRICS_ADDR" placeholder:"HOST:PORT" help:"Where to serve /metrics, apart from the web; empty for nowhere."`
	PGBin          string `name:"pg-bin" env:"HELPHUB_PG_BIN" placeholder:"DIR" help:"Programs of the embedded PostgreSQL; empty to look for them."`
}

// Config is what is in force.
type Config struct {
	// DatabaseURL is empty for the embedded database. It may hold a password:
	// print redacted(DatabaseURL).
	DatabaseURL string
	// Data is an absolute path; DataWhy says why it is not the default, if so.
	Data    string
	DataWhy string
	Addr    string
	// PublicURL is nil when browsers use whatever name they found us by.
	PublicURL      *url.URL
	TrustedProxies []netip.Prefix
	AdminUser      string
	AdminPassword  string
	LogFormat      string // text, json
	MetricsAddr    string // empty: no metrics
	PGBin          string
}

const (
	defaultData = "data"
	// systemData is where root keeps the data when the default's parents are
	// closed to the user the database server runs as.
	systemData  = "/var/lib/helphub"
	defaultAddr = "127.0.0.1:8080"
	// adminPasswordVar has no flag: an argument is visible to every user of
	// the machine.
	adminPasswordVar = "HELPHUB_ADMIN_PASSWORD"
)

// config checks everything at once and says what is wrong with each.
func (s settings) config() (Config, error) {
	c := Config{
		DatabaseURL: strings.TrimSpace(s.DatabaseURL), Addr: cmp.Or(s.Addr, defaultAddr),
		AdminUser: s.AdminUser, AdminPassword: os.Getenv(adminPasswordVar),
		LogFormat: cmp.Or(s.Log, "text"), MetricsAddr: s.MetricsAddr, PGBin: s.PGBin,
	}
	var wrong []error
	check := func(variable string, err error) {
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", variable, err))
		}
	}
	var err error
	c.Data, c.DataWhy, err = dataFolder(s.Data, os.Geteuid() == 0)
	check("HELPHUB_DATA", err)
	check("HELPHUB_ADDR", checkAddr(c.Addr))
	if c.MetricsAddr != "" {
		check("HELPHUB_METRICS_ADDR", checkAddr(c.MetricsAddr))
	}
	c.PublicURL, err = parsePublicURL(s.PublicURL)
	check("HELPHUB_PUBLIC_URL", err)
	c.TrustedProxies, err = parseProxies(s.TrustedProxies)
	check("HELPHUB_TRUSTED_PROXIES", err)
	if c.LogFormat != "text" && c.LogFormat != "json" {
		check("HELPHUB_LOG", fmt.Errorf("%q is neither text nor json", c.LogFormat))
	}
	if c.DatabaseURL != "" {
		check("DATABASE_URL", checkDSN(c.DatabaseURL))
	}
	return c, errors.Join(wrong...)
}

// dataFolder is where the data is kept. As root the server runs as another
// user, who must be able to enter every folder above.
func dataFolder(chosen string, root bool) (path, why string, err error) {
	path, err = filepath.Abs(cmp.Or(chosen, defaultData))
	if err != nil {
		return "", "", fmt.Errorf("find folder: %w", err)
	}
	if chosen != "" || !root {
		return path, "", nil
	}
	if closed := closedParent(path); closed != "" {
		return systemData, fmt.Sprintf("root's database server runs as another user, who cannot enter %s", closed), nil
	}
	return path, "", nil
}

// closedParent is the first folder on the way to path that other users cannot
// enter; empty when there is none.
func closedParent(path string) string {
	for dir := path; ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil && info.Mode().Perm()&0o001 == 0 {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

func checkAddr(addr string) error {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return fmt.Errorf("%q is not HOST:PORT, for example 127.0.0.1:8080 or :8080", addr)
	}
	if _, err := net.ResolveTCPAddr("tcp", addr); err != nil {
		return fmt.Errorf("%q is no address to listen on: %w", addr, err)
	}
	return nil
}

func parsePublicURL(typed string) (*url.URL, error) {
	if typed == "" {
		return nil, nil
	}
	u, err := url.Parse(typed)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("%q is not a URL like https://help.example.com", typed)
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("%q must name only scheme, host and port", typed)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// parseProxies takes networks and single addresses, separated by commas.
func parseProxies(typed string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for part := range strings.SplitSeq(typed, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if addr, err := netip.ParseAddr(part); err == nil {
			addr = addr.Unmap()
			all = append(all, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, fmt.Errorf("%q is neither an address nor a network like 10.0.0.0/8", part)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}
