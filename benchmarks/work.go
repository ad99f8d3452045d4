package benchmarks

import (
	"fmt"
	"slices"

	"credence/graph"
)

// Work is something to time.
type Work struct {
	Name     string
	Group    string // of works that are alike: gemm, conv, elementwise, normal, step, predict
	Elements int    // that elementwise works and draws compute in a repetition; 0 for others, whose measure is FLOPs

	build func() (*Task, error)
}

// Task is a work that is ready to be done.
type Task struct {
	FLOPs int // of the matrix products and convolutions of a repetition

	run func() ([]*graph.Array, error)
}

// Run does the work once, and allocates nothing. What it returns is valid until the next call.
func (t *Task) Run() ([]*graph.Array, error) { return t.run() }

// Start compiles the work's program on fresh parameters.
func (w Work) Start() (*Task, error) {
	task, err := w.build()
	if err != nil {
		return nil, fmt.Errorf("benchmarks: %s: %w", w.Name, err)
	}
	return task, nil
}

// Works returns all works, in the order in which tables show them.
func Works() []Work {
	return slices.Concat(gemms(), convolutions(), elementwise(), steps(), predictions())
}

// Find returns the work of that name.
func Find(name string) (Work, error) {
	works := Works()
	i := slices.IndexFunc(works, func(w Work) bool { return w.Name == name })
	if i < 0 {
		return Work{}, fmt.Errorf("benchmarks: there is no work %q", name)
	}
	return works[i], nil
}

// compile returns the task that runs a graph on the same feed, one step after the other.
func compile(g *graph.Graph, feed graph.Feed, outputs ...*graph.Node) (*Task, error) {
	prog, err := g.Compile(outputs...)
	if err != nil {
		return nil, err
	}
	var step uint64
	return &Task{prog.FLOPs(), func() ([]*graph.Array, error) {
		step++
		return prog.Run(step, feed)
	}}, nil
}
