// Command credence reproduces the experiments of the papers that the framework implements.
//
//	credence reproduce                 lists the experiments
//	credence reproduce NAME            runs one, and says whether it shows what it should
//	credence data                      lists the data sets; credence data fetch NAME downloads one
//	credence version                   prints the revision
//
// It exits with 0 if all checks pass, 1 if one fails or something goes wrong, 2 if it was called wrongly, and
// 130 if it was interrupted.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"credence/experiments"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, experiments.All(), os.Args[1:], os.Stdout, os.Stderr))
}
