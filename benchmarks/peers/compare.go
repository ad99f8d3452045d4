package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"credence/benchmarks"
)

const (
	share = 100 * time.Millisecond // of a round for one worker, which repeats the work once at least
	slow  = 2 * time.Second        // a repetition that takes longer is made in every fifth round only
)

// compare measures the chosen works in all systems that start.
func compare(ctx context.Context, systems []system, s settings, threads int, diagnostics io.Writer) (*result, error) {
	t := &result{Threads: threads, Machine: machine()}
	var workers []*worker
	defer func() {
		for _, w := range workers {
			w.stop()
		}
	}()
	var started []system
	for _, sys := range systems {
		w, err := start(ctx, sys, threads)
		if err != nil {
			fmt.Fprintf(diagnostics, "%s is missing: %v\n", sys.kind, err)
			continue
		}
		workers, started = append(workers, w), append(started, sys)
		t.Columns = append(t.Columns, column{w.kind, w.title})
	}
	for _, name := range s.works {
		fmt.Fprintf(diagnostics, "threads: %d, %s\n", threads, name)
		var r row
		if name == memory {
			r = weigh(ctx, started, threads, diagnostics)
		} else {
			r = measure(workers, name, s.rounds, diagnostics)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t.Rows = append(t.Rows, r)
	}
	t.Rows = withFaster(t.Rows)
	return t, nil
}

// measure times a work round by round, and returns each worker's median in milliseconds.
func measure(workers []*worker, name string, rounds int, diagnostics io.Writer) row {
	times := make([][]time.Duration, len(workers))
	repetitions, every := make([]int, len(workers)), make([]int, len(workers))
	for i, w := range workers {
		first, err := w.time(name, 1)
		if err != nil {
			fmt.Fprintf(diagnostics, "%s: %v\n", w.title, err)
		} else if first != nil {
			repetitions[i], every[i] = int(min(max(share/first[0], 1), 100)), 1
			if first[0] > slow {
				every[i] = 5
			}
		}
	}
	for round := range rounds {
		for i, w := range workers {
			if repetitions[i] == 0 || round%every[i] != 0 {
				continue
			}
			more, err := w.time(name, repetitions[i])
			if err != nil {
				fmt.Fprintf(diagnostics, "%s: %v\n", w.title, err)
				repetitions[i], times[i] = 0, nil
			}
			times[i] = append(times[i], more...)
		}
	}
	r := row{Work: name, Unit: "ms", Values: make([]float64, len(workers))}
	if w, err := benchmarks.Find(name); err == nil {
		r.Elements = w.Elements
		if task, err := w.Start(); err == nil {
			r.FLOPs = task.FLOPs
		}
	}
	for i := range times {
		r.Values[i] = float64(median(times[i])) / float64(time.Millisecond)
	}
	return r
}

// median is 0 of no times.
func median(times []time.Duration) time.Duration {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return (times[(len(times)-1)/2] + times[len(times)/2]) / 2
}

// weigh returns the peak memory of processes that do nothing but train bbb1200.
func weigh(ctx context.Context, systems []system, threads int, diagnostics io.Writer) row {
	r := row{Work: "bbb1200, peak memory", Unit: "MB", Values: make([]float64, len(systems))}
	for i, s := range systems {
		mb, err := weighOne(ctx, s, threads)
		if err != nil {
			fmt.Fprintf(diagnostics, "%s: %v\n", s.kind, err)
		}
		r.Values[i] = mb
	}
	return r
}

func weighOne(ctx context.Context, s system, threads int) (float64, error) {
	w, err := start(ctx, s, threads)
	if err != nil {
		return 0, err
	}
	defer w.stop()
	if times, err := w.time("bbb1200", 10); times == nil || err != nil {
		return 0, err
	}
	return w.peakMemory()
}

// withFaster adds, after works that can be done in two ways, a row of each system's faster one.
func withFaster(rows []row) []row {
	var all []row
	for i, r := range rows {
		all = append(all, r)
		base, _, oneOfTwo := strings.Cut(r.Work, "/")
		if i == 0 || !oneOfTwo || !strings.HasPrefix(rows[i-1].Work, base+"/") {
			continue
		}
		faster := row{Work: base + ", faster of the two", Unit: r.Unit, Values: slices.Clone(r.Values)}
		for j, other := range rows[i-1].Values {
			if v := faster.Values[j]; v == 0 || other > 0 && other < v {
				faster.Values[j] = other
			}
		}
		all = append(all, faster)
	}
	return all
}
