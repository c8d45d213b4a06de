package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"
)

// network looks at the addresses, and at what they mean together.
func (d *doctor) network(ctx context.Context) {
	d.section("Network")
	d.door(ctx, "web", d.cfg.Addr, "HELPHUB_ADDR", "/healthz")
	if d.cfg.MetricsAddr != "" {
		d.door(ctx, "metrics", d.cfg.MetricsAddr, "HELPHUB_METRICS_ADDR", "/metrics")
		if !loopback(d.cfg.MetricsAddr) {
			d.remark("the metrics are open to whoever reaches %s", d.cfg.MetricsAddr)
		}
	}
	c := d.cfg
	secure := c.PublicURL != nil && c.PublicURL.Scheme == "https"
	switch {
	case secure && len(c.TrustedProxies) == 0:
		d.wrong("browsers come over https, so a proxy stands in front, and HELPHUB_TRUSTED_PROXIES does not name it:\n" +
			"every visitor would count as the proxy, in the audit and in the limits on wrong passwords")
	case c.PublicURL == nil && len(c.TrustedProxies) > 0:
		d.wrong("a proxy is trusted and HELPHUB_PUBLIC_URL is empty: cookies are not secure, and forms posted over https may be refused")
	case !secure && c.PublicURL != nil && !loopback(c.PublicURL.Host), c.PublicURL == nil && !loopback(c.Addr):
		d.remark("other machines reach HelpHub over plain http: passwords and cookies can be read on the way;\n" +
			"put a proxy with https in front and set HELPHUB_PUBLIC_URL and HELPHUB_TRUSTED_PROXIES")
	}
}

// doorLimit is how long whatever holds an address may take to answer.
const doorLimit = 2 * time.Second

// door says whether an address can be listened on; HelpHub itself may be the
// one that does.
func (d *doctor) door(ctx context.Context, name, addr, setting, path string) {
	l, err := listen(ctx, addr, setting)
	if err == nil {
		_ = l.Close() // It was only opened to see whether it can be.
		d.line(name, "%s is free", addr)
		return
	}
	if answers(ctx, addr, path) {
		d.line(name, "%s is in use, and answers as HelpHub does", addr)
		return
	}
	d.wrong("%v", err)
}

func answers(ctx context.Context, addr, path string) bool {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	ctx, cancel := context.WithTimeout(ctx, doorLimit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+path, nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20)) // Only that it answers counts.
	return answer.StatusCode == http.StatusOK
}

// loopback reports whether only this machine reaches a host, with or without
// a port.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
