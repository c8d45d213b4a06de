// Command helphub is the whole program: it wires the house together and opens
// and closes its doors. It decides no rule and holds no query; what a command
// does is one floor down.
package main

import (
	"context"
	"os"
	_ "time/tzdata" // the company's zone must be known on machines without zone files
)

func main() {
	keepHeapRoom()
	os.Exit(run(context.Background(), os.Args[1:], console{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}
