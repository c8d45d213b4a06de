package main

import "testing"

// TestWalks is the proof that the program works for several people on several
// instances: each walk is something people do, done in a browser.
func TestWalks(t *testing.T) {
	browser(t) // says at once if there is none
	c := openCompany(t)
	for name, walk := range map[string]func(*testing.T, *company){
		"logging in and out": walkLogin,
		"two people":         walkTwoPeople,
		"conflict":           walkConflict, "closed while typing": walkClosedWhileTyping, "double click": walkDoubleClick,
		"writing": walkWriting, "presence": walkPresence,
		"grid": walkGrid, "keys": walkKeys, "tab key": walkTabKey,
		"without JavaScript": walkPlain,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); walk(t, c) })
	}
	t.Run("outages", func(t *testing.T) { t.Parallel(); walkOutages(t, c) })
	t.Run("equal", func(t *testing.T) { t.Parallel(); walkEqual(t) })
	t.Run("scripts", func(t *testing.T) { t.Parallel(); walkScripts(t) })
	t.Run("access", func(t *testing.T) { t.Parallel(); walkAccess(t, c) })
	t.Run("phone", func(t *testing.T) { t.Parallel(); walkPhone(t, c) })
	t.Run("pictures", func(t *testing.T) { t.Parallel(); walkShots(t) })
	t.Run("the first run", func(t *testing.T) { t.Parallel(); walkFirstRun(t) })
}
