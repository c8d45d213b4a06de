package main

import "testing"

// TestWalks is the proof that the program works for several people on several
// instances: each walk is something people do, done in a browser. The first has
// the machine for itself, because it says how long news take; then those that
// wait the most begin.
func TestWalks(t *testing.T) {
	browser(t) // says at once if there is none
	c := openCompany(t)
	t.Run("two people on two instances", func(t *testing.T) { walkTwoPeople(t, c) })
	for _, w := range []struct {
		name string
		walk func(*testing.T, *company)
	}{
		{"whatever breaks heals", walkOutages},
		{"who is here", walkPresence},
		{"every page is accessible", walkAccess},
		{"scripts are words", func(t *testing.T, _ *company) { walkScripts(t) }},
		{"the screen equals a reload", func(t *testing.T, _ *company) { walkEqual(t) }},
		{"the first run", func(t *testing.T, _ *company) { walkFirstRun(t) }},
		{"every page fits a telephone", walkPhone},
		{"logging in and out", walkLogin},
		{"two change the same", walkConflict},
		{"closed while somebody types", walkClosedWhileTyping},
		{"two clicks are one", walkDoubleClick},
		{"words before they are sent", walkWriting},
		{"the list stays where it is", walkGrid},
		{"keys", walkKeys},
		{"Tab and Enter only", walkTabKey},
		{"without JavaScript", walkPlain},
		{"pictures", func(t *testing.T, _ *company) { walkShots(t) }},
	} {
		t.Run(w.name, func(t *testing.T) { t.Parallel(); w.walk(t, c) })
	}
}
