package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// Package is what the go command says of one package (go list -json).
type Package struct {
	ImportPath   string
	Imports      []string
	TestImports  []string // of the package's own test files
	XTestImports []string // of the test files outside of it
}

// testForeign are the modules that tests on the ground may import as well.
var testForeign = []string{"github.com/google/go-cmp"}

// Check holds packages of a module against a plan and returns what does not
// fit, one sentence each: a package without a room, an import that goes up or
// sideways, a foreign import where none belongs, and tests of the ground that
// need more than the ground.
func Check(module string, plan map[string]Room, packages []Package) []string {
	c := checker{module: module, plan: plan}
	for _, p := range packages {
		name := c.own(p.ImportPath)
		room, ok := c.room(name)
		if !ok {
			c.say("%s has no room in the plan", name)
			continue
		}
		for _, imported := range p.Imports {
			c.check(name, room, imported)
		}
		if room.Floor == ground {
			for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
				c.checkGroundTest(name, imported)
			}
		}
	}
	return c.found
}

type checker struct {
	module string
	plan   map[string]Room
	found  []string
}

func (c *checker) say(format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf(format, args...))
}

// own is a path without the module's name; empty for the module's root and for
// packages of others.
func (c *checker) own(path string) string {
	name, _ := strings.CutPrefix(path, c.module+"/")
	if name == path {
		return ""
	}
	return name
}

func (c *checker) room(name string) (Room, bool) {
	if room, ok := c.plan[name]; ok {
		return room, true
	}
	for pattern, room := range c.plan {
		if below, ok := strings.CutSuffix(pattern, "..."); ok && strings.HasPrefix(name+"/", below) {
			return room, true
		}
	}
	return Room{}, false
}

func (c *checker) check(name string, room Room, imported string) {
	to := c.own(imported)
	if to == "" {
		if room.Foreign != nil && !standard(imported) && !within(imported, room.Foreign) {
			c.say("%s imports the foreign %s", name, imported)
		}
		return
	}
	target, ok := c.room(to)
	switch {
	case !ok || room.Floor == around:
		// An unknown package is told about once, as itself.
	case target.Floor > room.Floor:
		c.say("%s imports %s, which is above it", name, to)
	case target.Floor == room.Floor && !slices.Contains(room.Beside, to):
		c.say("%s imports %s, which is beside it", name, to)
	case room.Through != nil && target.Floor > walls && !slices.Contains(room.Through, to):
		c.say("%s imports %s, which is not its business", name, to)
	}
}

func (c *checker) checkGroundTest(name, imported string) {
	to := c.own(imported)
	if to == "" {
		room, _ := c.room(name)
		if !standard(imported) && !within(imported, room.Foreign) && !within(imported, testForeign) {
			c.say("the tests of %s import the foreign %s", name, imported)
		}
		return
	}
	if target, ok := c.room(to); ok && target.Floor != ground {
		c.say("the tests of %s import %s, which is not on the ground", name, to)
	}
}

// standard reports whether a path belongs to the standard library: the first
// part of every other path has a dot.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func within(path string, modules []string) bool {
	return slices.ContainsFunc(modules, func(m string) bool { return path == m || strings.HasPrefix(path, m+"/") })
}
