// Command peers times the works of package benchmarks in this framework and in those of its peers that
// are installed, in one run: PyTorch, JAX, plain Gorgonia, GoMLX. It prints a table of medians for each number of
// threads.
//
//	go run ./benchmarks/peers -python python3 -threads 1,2
//
// Each system is a process that repeats a work when asked to. The command asks one after the other,
// round by round, so that what disturbs the machine disturbs them all, and pins them to as many cores
// as they have threads. Run it from the root of the repository.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"

	"credence/benchmarks"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// settings are the command's flags.
type settings struct {
	serve   string
	pythons []string
	works   []string
	threads []int
	rounds  int
	output  string
}

func run(ctx context.Context, args []string, in io.Reader, out, diagnostics io.Writer) error {
	s, err := parse(args, diagnostics)
	if err != nil {
		return err
	}
	if s.serve != "" {
		return serve(s.serve, in, out)
	}
	systems, cleanUp, err := install(ctx, s.pythons, diagnostics)
	if err != nil {
		return err
	}
	defer cleanUp()
	var all []*result
	for _, threads := range s.threads {
		t, err := compare(ctx, systems, s, threads, diagnostics)
		if err != nil {
			return err
		}
		t.render(out)
		all = append(all, t)
	}
	if s.output == "" {
		return nil
	}
	return save(s.output, all)
}

func parse(args []string, diagnostics io.Writer) (settings, error) {
	var s settings
	f := flag.NewFlagSet("peers", flag.ContinueOnError)
	f.SetOutput(diagnostics)
	pythons := f.String("python", "python3", "interpreters with PyTorch or JAX, `separated by commas`")
	threads := f.String("threads", "1,2", "numbers of threads")
	works := f.String("works", "", "works, or beginnings of their names (default all, and memory)")
	f.IntVar(&s.rounds, "rounds", 15, "rounds of each work")
	f.StringVar(&s.output, "o", "", "file for the results as JSON")
	f.StringVar(&s.serve, "serve", "", "be the worker of a system: credence or gorgonia")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	s.pythons = strings.Split(*pythons, ",")
	for _, n := range strings.Split(*threads, ",") {
		threads, err := strconv.Atoi(n)
		if err != nil || threads < 1 {
			return s, fmt.Errorf("peers: -threads: %q is not a number of threads", n)
		}
		s.threads = append(s.threads, threads)
	}
	var err error
	s.works, err = choose(*works)
	return s, err
}

// memory is the name of the row of peak memory.
const memory = "memory"

// choose returns the works whose names begin with one of the prefixes: all of them for "".
func choose(prefixes string) ([]string, error) {
	var names []string
	for _, w := range benchmarks.Works() {
		names = append(names, w.Name)
	}
	names = append(names, memory)
	var chosen []string
	for _, prefix := range strings.Split(prefixes, ",") {
		before := len(chosen)
		for _, name := range names {
			if strings.HasPrefix(name, prefix) {
				chosen = append(chosen, name)
			}
		}
		if len(chosen) == before {
			return nil, fmt.Errorf("peers: -works: no work begins with %q; there are %s", prefix, strings.Join(names, ", "))
		}
	}
	return chosen, nil
}
