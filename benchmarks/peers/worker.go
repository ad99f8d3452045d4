package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// worker is a running process of a system.
type worker struct {
	system
	line
	title   string // the system's name and version
	process *exec.Cmd
	in      io.Closer
}

// start starts a system's worker on the first cores.
func start(ctx context.Context, s system, threads int) (*worker, error) {
	command := pinned(threads, s.command(threads))
	p := exec.CommandContext(ctx, command[0], command[1:]...)
	p.Env = environment(threads)
	var complaints bytes.Buffer
	p.Stderr = &complaints
	in, err := p.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.Start(); err != nil {
		return nil, err
	}
	w := &worker{system: s, line: newLine(in, out), process: p, in: in}
	version, err := w.read()
	if err != nil {
		w.stop()
		return nil, fmt.Errorf("%w: %s", err, lastLine(complaints.Bytes()))
	}
	w.title = s.kind + " " + version
	return w, nil
}

// stop ends the process: a worker ends with its input.
func (w *worker) stop() {
	_ = w.in.Close()
	_ = w.process.Wait() // how it ends says nothing about its times
}

// peakMemory returns the most memory that the process has had, in MB.
func (w *worker) peakMemory() (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.process.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("peers: reading the memory of %s: %w", w.title, err)
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kB, _, found := strings.Cut(after, "kB")
	if !found {
		return 0, fmt.Errorf("peers: the system does not tell the peak memory of %s", w.title)
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(kB), 64)
	return n * 1024 / 1e6, err
}

// line is the connection to a worker. A request is a line "work n"; its answer is one with the times
// of n repetitions in nanoseconds, "none" if the worker does no such work, or "error" and what it was.
type line struct {
	to   io.Writer
	from *bufio.Scanner
}

func newLine(to io.Writer, from io.Reader) line {
	s := bufio.NewScanner(from)
	s.Buffer(nil, 1<<20)
	return line{to, s}
}

// time returns how long each of n repetitions took, nil if the worker does no such work.
func (l line) time(work string, n int) ([]time.Duration, error) {
	if _, err := fmt.Fprintln(l.to, work, n); err != nil {
		return nil, fmt.Errorf("peers: asking for %s: %w", work, err)
	}
	answer, err := l.read()
	if err != nil {
		return nil, err
	}
	times, err := parseAnswer(answer)
	if err == nil && times != nil && len(times) != n {
		err = fmt.Errorf("%d times, want %d", len(times), n)
	}
	if err != nil {
		return nil, fmt.Errorf("peers: %s: %w", work, err)
	}
	return times, nil
}

func (l line) read() (string, error) {
	if l.from.Scan() {
		return l.from.Text(), nil
	}
	if err := l.from.Err(); err != nil {
		return "", fmt.Errorf("peers: reading from the worker: %w", err)
	}
	return "", errors.New("the worker ended")
}

func parseAnswer(answer string) ([]time.Duration, error) {
	if answer == "none" {
		return nil, nil
	}
	if problem, failed := strings.CutPrefix(answer, "error "); failed {
		return nil, errors.New(problem)
	}
	var times []time.Duration
	for _, field := range strings.Fields(answer) {
		ns, err := strconv.ParseInt(field, 10, 64)
		if err != nil || ns <= 0 {
			return nil, fmt.Errorf("the worker answered %q", answer)
		}
		times = append(times, time.Duration(ns))
	}
	if times == nil {
		return nil, errors.New("the worker answered nothing")
	}
	return times, nil
}

// lastLine is where programs say what went wrong.
func lastLine(output []byte) string {
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	return lines[len(lines)-1]
}
