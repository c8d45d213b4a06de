// Package bench measures what the pages and writes of HelpHub cost, in
// milliseconds of processor time of the program and of PostgreSQL together,
// beside the thinnest program that could do the same (internal/bench/floor), on
// the same database in the same run. Machines are noisy: only the ratio of the
// two means something, so nothing here fails for being slow.
//
// `make bench` runs it on 100,000 tickets; HELPHUB_BENCH_TICKETS chooses
// another number. How streams behave is measured in internal/live.
package bench
