package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseAnswer(t *testing.T) {
	for _, test := range []struct {
		name, answer, err string
		want              []time.Duration
	}{
		{"times", "1500 20", "", []time.Duration{1500, 20}},
		{"no such work", "none", "", nil},
		{"a failure", "error out of memory", "out of memory", nil},
		{"nothing", "", "the worker answered nothing", nil},
		{"another thing", "12 cats", `the worker answered "12 cats"`, nil},
		{"no time at all", "12 0", `the worker answered "12 0"`, nil},
		{"a fraction", "1.5", `the worker answered "1.5"`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := parseAnswer(test.answer)
			if test.err != "" {
				require.EqualError(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

// connect returns a connection to a worker in this process.
func connect(t *testing.T, start starter) line {
	t.Helper()
	requests, toWorker := io.Pipe()
	fromWorker, answers := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- answer(requests, answers, "1.0", start) }()
	t.Cleanup(func() {
		require.NoError(t, toWorker.Close())
		require.NoError(t, <-ended)
	})
	l := newLine(toWorker, fromWorker)
	version, err := l.read()
	require.NoError(t, err)
	require.Equal(t, "1.0", version)
	return l
}

func TestWorkerAnswers(t *testing.T) {
	var started, done int
	l := connect(t, func(work string) (func() error, error) {
		switch work {
		case "sleep":
			started++
			return func() error { done++; time.Sleep(time.Millisecond); return nil }, nil
		case "broken":
			return nil, errors.New("it has\nno wheels")
		case "failing":
			return func() error { return errors.New("puncture") }, nil
		}
		return nil, nil
	})
	for range 2 {
		times, err := l.time("sleep", 3)
		require.NoError(t, err)
		require.Len(t, times, 3)
		for _, d := range times {
			require.GreaterOrEqual(t, d, time.Millisecond)
		}
	}
	require.Equal(t, 1, started, "a work stays ready")
	require.Equal(t, 5+3+1+3, done, "with the warm-up")

	times, err := l.time("unknown", 3)
	require.NoError(t, err)
	require.Nil(t, times)
	_, err = l.time("broken", 3)
	require.EqualError(t, err, "peers: broken: it has no wheels")
	_, err = l.time("failing", 3)
	require.EqualError(t, err, "peers: failing: puncture")
}

func TestWorkersOfThisProgram(t *testing.T) {
	for _, name := range []string{"credence", "gorgonia"} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, serve(name, strings.NewReader("gemm_33x1000x10 2\nnothing 1\n"), &out))
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			require.Len(t, lines, 3)
			times, err := parseAnswer(lines[1])
			require.NoError(t, err)
			require.Len(t, times, 2)
			require.Equal(t, "none", lines[2])
		})
	}
	require.ErrorContains(t, serve("torch", nil, nil), `no worker "torch"`)
	require.ErrorContains(t, serve("credence", strings.NewReader("exp\n"), io.Discard), `the request "exp"`)
}

func TestTapeStepsRun(t *testing.T) {
	if testing.Short() {
		t.Skip("a step takes a tenth of a second and more")
	}
	for _, work := range []string{"mlp400", "bbb400"} {
		do, err := startTape(work)
		require.NoError(t, err)
		for range 2 {
			require.NoError(t, do())
		}
	}
}

func TestMissingSystemsAreSkipped(t *testing.T) {
	missing := []system{{"JAX", always(filepath.Join(t.TempDir(), "python"))}, {"GoMLX", always("false")}}
	var diagnostics bytes.Buffer
	r, err := compare(context.Background(), missing, settings{works: []string{"exp", memory}, rounds: 1}, 1, &diagnostics)
	require.NoError(t, err)
	require.Empty(t, r.Columns)
	require.Contains(t, diagnostics.String(), "JAX is missing")
	require.Contains(t, diagnostics.String(), "GoMLX is missing: the worker ended")
}

func TestMedian(t *testing.T) {
	require.Equal(t, time.Duration(3), median([]time.Duration{9, 1, 3}))
	require.Equal(t, time.Duration(2), median([]time.Duration{9, 1, 3, 1}))
	require.Zero(t, median(nil))
}

func TestRender(t *testing.T) {
	r := &result{
		Machine: "abacus, 2 cores", Threads: 1,
		Columns: []column{{ours, "Credence 1"}, {eager, "PyTorch eager 1"}, {eager, "PyTorch eager 2"}, {"JAX", "JAX 3"}},
		Rows: withFaster([]row{
			{Work: "exp", Unit: "ms", Values: []float64{0.5, 2, 1, 0}, Elements: 1e6},
			{Work: "predict/weights", Unit: "ms", Values: []float64{400, 1000, 2000, 0}},
			{Work: "predict/activations", Unit: "ms", Values: []float64{40, 100, 0, 80}, FLOPs: 8e7},
		}),
	}
	var out bytes.Buffer
	r.render(&out)
	require.Equal(t, `abacus, 2 cores, threads: 1

| work | Credence 1 | PyTorch eager 1 | PyTorch eager 2 | JAX 3 | we do | we / PyTorch eager | we / best peer |
| --- | --- | --- | --- | --- | --- | --- | --- |
| exp, ms | 0.5 | 2 | 1 | – | 2 elements/ns | 0.50 | 0.50 |
| predict/weights, ms | 400 | 1000 | 2000 | – |  | 0.40 | 0.40 |
| predict/activations, ms | 40 | 100 | – | 80 | 2 GFLOP/s | 0.40 | 0.50 |
| predict, faster of the two, ms | 40 | 100 | 2000 | 80 |  | 0.40 | 0.50 |

`, out.String())

	path := filepath.Join(t.TempDir(), "peers.json")
	require.NoError(t, save(path, []*result{r}))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(text), `"work": "predict, faster of the two"`)
}

func TestFlags(t *testing.T) {
	s, err := parse([]string{"-works", "gemm_100,memory", "-threads", "2", "-python", "a,b"}, io.Discard)
	require.NoError(t, err)
	require.Equal(t, []string{"gemm_100x784x400", "gemm_100x400x400", memory}, s.works)
	require.Equal(t, []int{2}, s.threads)
	require.Equal(t, []string{"a", "b"}, s.pythons)

	_, err = parse([]string{"-works", "gem_100"}, io.Discard)
	require.ErrorContains(t, err, `no work begins with "gem_100"; there are gemm_100x784x400`)
	_, err = parse([]string{"-threads", "1,two"}, io.Discard)
	require.ErrorContains(t, err, `"two" is not a number of threads`)
}
