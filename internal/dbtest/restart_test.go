package dbtest

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"helphub/internal/pgembed"
	"helphub/internal/postgres"
)

// PostgreSQL restarts under a running program: pools answer "unavailable"
// meanwhile and recover by themselves, and so does the listener.
func TestPoolsAndListenerSurviveARestartOfTheServer(t *testing.T) {
	t.Parallel()
	data := filepath.Join(privateTemp(t), clusterPrefix+"restart")
	inst, err := pgembed.Start(t.Context(), options(data))
	if err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(t.Context(), postgres.Config{DSN: inst.DSN(), MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	told := make(chan string, 10)
	listener, err := postgres.Listen(t.Context(), inst.DSN(), "live", postgres.Hooks{
		OnConnect:    func() { told <- "connected" },
		OnDisconnect: func(error) { told <- "disconnected" },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	expect := func(want string) {
		t.Helper()
		if got := <-told; got != want {
			t.Fatalf("the listener told %q, want %q", got, want)
		}
	}
	expect("connected")

	if err := inst.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect("disconnected")
	for range 3 {
		if _, err := db.Read.Exec(t.Context(), "SELECT 1"); !postgres.IsUnavailable(err) {
			t.Errorf("with the server away: %v is not unavailable", err)
		}
	}
	if inst, err = pgembed.Start(t.Context(), options(data)); err != nil {
		t.Fatal(err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := inst.Stop(ctx); err != nil {
			t.Error(err)
		}
	}()
	if _, err := db.Read.Exec(t.Context(), "SELECT 1"); err != nil {
		t.Errorf("with the server back: %v", err)
	}
	expect("connected")
}
