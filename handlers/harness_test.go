package handlers

import (
	"net/http"
	"testing"

	"helphub/internal/sample"
)

func TestTheHarnessSignsPeopleInAndSendsTokens(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if to := s.stranger(t).get("/tickets").leads(); to != "/login?next=%2Ftickets" {
		t.Errorf("a stranger is led to %s", to)
	}
	ana := s.as(t, sample.Ana)
	if to := ana.get("/").leads(); to != "/tickets" {
		t.Errorf("Ana is led to %s", to)
	}
	ana.send(http.MethodPost, "/logout", nil).is(http.StatusForbidden)
	if to := ana.post("/logout", nil).leads(); to != "/login" {
		t.Errorf("after the logout Ana is led to %s", to)
	}
	if to := ana.on(s.another(t)).get("/").leads(); to != "/login" {
		t.Errorf("on another instance Ana is led to %s", to)
	}
}
