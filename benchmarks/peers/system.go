package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// system is a framework whose worker can be started.
type system struct {
	kind    string
	command func(threads int) []string
}

// The kinds that ratios are made of.
const (
	ours  = "Credence"
	eager = "PyTorch eager"
)

// folder has the workers that are no part of this program.
const folder = "benchmarks/peers"

// install returns the systems that might run, and a function that removes what it built for them.
func install(ctx context.Context, pythons []string, diagnostics io.Writer) (systems []system, cleanUp func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, fmt.Errorf("peers: finding the worker: %w", err)
	}
	tmp, err := os.MkdirTemp("", "peers")
	if err != nil {
		return nil, nil, fmt.Errorf("peers: %w", err)
	}
	systems = []system{{ours, always(self, "-serve", "credence")}}
	for _, python := range pythons {
		systems = append(systems,
			system{eager, script(python, "torch_steps.py")},
			system{"PyTorch compiled", script(python, "torch_steps.py", "--compile")},
			system{"JAX", script(python, "jax_steps.py")},
		)
	}
	systems = append(systems, system{"Gorgonia", always(self, "-serve", "gorgonia")})
	gomlx := filepath.Join(tmp, "gomlx")
	build := exec.CommandContext(ctx, "go", "build", "-C", filepath.Join(folder, "gomlx"), "-o", gomlx, ".")
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(diagnostics, "GoMLX is missing: %v: %s\n", err, lastLine(output))
	} else {
		systems = append(systems, system{"GoMLX", always(gomlx)})
	}
	return systems, func() { os.RemoveAll(tmp) }, nil
}

func always(command ...string) func(int) []string {
	return func(int) []string { return command }
}

func script(python, name string, args ...string) func(int) []string {
	return func(threads int) []string {
		return append([]string{python, filepath.Join(folder, name), "--threads", strconv.Itoa(threads)}, args...)
	}
}

// pinned is the command on the first cores, where there is a taskset.
func pinned(threads int, command []string) []string {
	taskset, err := exec.LookPath("taskset")
	if err != nil {
		return command
	}
	return append([]string{taskset, "--cpu-list", fmt.Sprintf("0-%d", threads-1)}, command...)
}

// environment limits the threads of the runtimes that read it.
func environment(threads int) []string {
	n := strconv.Itoa(threads)
	return append(os.Environ(), "GOMAXPROCS="+n, "OMP_NUM_THREADS="+n, "MKL_NUM_THREADS="+n)
}
