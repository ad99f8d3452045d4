package main

import (
	"bufio"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"credence/benchmarks"
	"credence/graph"
)

// starter makes a work ready and returns what repeats it, nil if there is no such work.
type starter func(work string) (func() error, error)

// serve is the worker of a system written in Go: it answers requests until its input ends.
func serve(name string, in io.Reader, out io.Writer) error {
	switch name {
	case "credence":
		return answer(in, out, fmt.Sprintf("%s %s", graph.Kernels(), runtime.Version()), startOurs)
	case "gorgonia":
		return answer(in, out, version("gorgonia.org/gorgonia"), startTape)
	}
	return fmt.Errorf("peers: -serve: there is no worker %q, only credence and gorgonia", name)
}

// version returns that of a module which this program is built with, as far as it knows.
func version(module string) string {
	info, known := debug.ReadBuildInfo()
	if !known {
		return ""
	}
	for _, m := range info.Deps {
		if m.Path == module {
			return strings.TrimPrefix(m.Version, "v")
		}
	}
	return ""
}

// startOurs is this framework.
func startOurs(name string) (func() error, error) {
	w, err := benchmarks.Find(name)
	if err != nil {
		return nil, nil
	}
	task, err := w.Start()
	return func() error {
		_, err := task.Run()
		return err
	}, err
}

// answer says the version, then answers requests as line describes them.
func answer(in io.Reader, out io.Writer, version string, start starter) error {
	fmt.Fprintln(out, version)
	var s server
	requests := bufio.NewScanner(in)
	for requests.Scan() {
		var work string
		var n int
		if _, err := fmt.Sscan(requests.Text(), &work, &n); err != nil {
			return fmt.Errorf("peers: the request %q: %w", requests.Text(), err)
		}
		times, err := s.repeat(start, work, n)
		switch {
		case err != nil:
			fmt.Fprintln(out, "error", strings.ReplaceAll(err.Error(), "\n", " "))
		case times == nil:
			fmt.Fprintln(out, "none")
		default:
			fmt.Fprintln(out, strings.Trim(fmt.Sprint(times), "[]"))
		}
	}
	return requests.Err()
}

// server keeps the work of the last request.
type server struct {
	work string
	do   func() error
}

// repeat returns the times of n repetitions, after a warm-up that is longer when the work is another
// than before.
func (s *server) repeat(start starter, work string, n int) ([]int64, error) {
	warm := 1
	if s.work != work {
		*s = server{}
		runtime.GC()
		do, err := start(work)
		if do == nil || err != nil {
			return nil, err
		}
		*s, warm = server{work, do}, 5
	}
	times := make([]int64, n)
	for i := -warm; i < n; i++ {
		begin := time.Now()
		if err := s.do(); err != nil {
			return nil, err
		}
		if i >= 0 {
			times[i] = time.Since(begin).Nanoseconds()
		}
	}
	return times, nil
}
