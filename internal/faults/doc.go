// Package faults starts HelpHub as people run it (two webs, two workers, one
// PostgreSQL, real processes all), lets a load of signed-in people work on it,
// kills what can be killed by a printed seed, and then holds the database
// against what was acknowledged: nothing lost, nothing twice, nothing half.
//
// It is a test and nothing else. `go test` runs a short version of it, `make
// faults` the whole one (HELPHUB_FAULTS=whole); HELPHUB_FAULTS_SEED repeats a
// run. How PostgreSQL survives alone is tested in internal/pgembed.
package faults
