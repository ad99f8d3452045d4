package experiments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"credence/data"
	"credence/metrics"
	"credence/models/bnn"
	"credence/optim"
	"credence/prob"
	"credence/report"
	"credence/train"
	"credence/weights"
)

// killable is an experiment as others are, but small: two networks trained with checkpoints, what each gives as a
// part, a picture, a table and a model. It saves after every epoch, so that a kill often comes in the middle of that.
var killable = fake(func(ctx context.Context, r *Run) error {
	few, held, err := wedges(600).Split(400)
	if err != nil {
		return err
	}
	r.Setting("seeds", 2)
	var rates []float64
	var nll report.Line
	for seed := r.Seed; seed < r.Seed+2; seed++ {
		net := bnn.NewClassifier(bnn.Config{Widths: []int{2, 64, 3}, Prior: prob.Gaussian{Sigma: 0.2}, Seed: seed})
		history, err := net.Fit(ctx, few, train.Settings{
			Epochs: 20, BatchSize: 50, LR: optim.Constant(2e-3), Seed: seed,
			Checkpoint: filepath.Join(r.CheckpointDir(), fmt.Sprint("seed", seed)), Interval: time.Nanosecond,
			Observe: func(s train.Step) { r.Progress(s.Step, s.Steps, s.String()) },
		})
		if err != nil {
			return err
		}
		rate, err := part(r, fmt.Sprint("seed", seed), func() (float64, error) {
			p, err := net.Predict(held, 4)
			if err != nil {
				return 0, err
			}
			return metrics.ErrorRate(p.Mean, 3, held.Labels())
		})
		if err != nil {
			return err
		}
		rates = append(rates, 100*rate)
		nll = report.Line{}
		for _, e := range history {
			nll.X, nll.Y = append(nll.X, float64(e.Epoch)), append(nll.Y, e.NLL)
		}
		r.Model(func(path string) error { return weights.Save(path, net.Params(), nil) })
	}
	c := ofSeeds("error, %", rates)
	c.High = new(60.0)
	r.Check(c)
	r.Table("epochs", "NLL of the second network", []string{"NLL"}, [][]any{{nll.Y[0]}, {nll.Y[len(nll.Y)-1]}})
	r.Picture("training", "NLL falls", report.Curves{Lines: []report.Line{nll}})
	return nil
})

// wedges are points of the plane, in three classes by their direction.
func wedges(n int) *data.Table {
	rng := rand.New(rand.NewPCG(3, 4))
	x, classOf := make([][]float64, n), make([]int, n)
	for i := range x {
		x[i] = []float64{rng.NormFloat64(), rng.NormFloat64()}
		classOf[i] = int(3 * (math.Atan2(x[i][1], x[i][0])/(2*math.Pi) + 0.4999))
	}
	t, err := data.NewLabeledTable(x, classOf, 3)
	if err != nil {
		panic(err)
	}
	return t
}

// A run that is killed with -9 at any time, and started again with the same command until it ends, leaves the same
// files as one that nobody disturbed: the same bits of the results, the pictures and the model, and nothing else.
func TestKilledRunGoesOnToTheSameBits(t *testing.T) {
	if out := os.Getenv("CREDENCE_RUN_UNTIL_KILLED"); out != "" {
		require.NoError(t, Do(t.Context(), killable, Options{Scale: Quick, Seed: 7, Out: out}, io.Discard))
		return
	}
	if testing.Short() {
		t.Skip("starts and kills processes for some seconds")
	}
	whole := filepath.Join(t.TempDir(), "out")
	start := time.Now()
	require.NoError(t, runner(t, whole).Run())
	took := time.Since(start)
	rng := rand.New(rand.NewPCG(1, 2))
	kills := 0
	for range 4 {
		killed := filepath.Join(t.TempDir(), "out")
		kills += runUntilKilled(t, rng, killed, took)
		require.Equal(t, fileNames(t, whole), fileNames(t, killed), "nothing unfinished is left")
		for _, name := range fileNames(t, whole) {
			require.Equal(t, contentOf(t, whole, name), contentOf(t, killed, name), name)
		}
	}
	require.Greater(t, kills, 5, "hardly disturbed")
}

// runUntilKilled starts the run again and again until it comes to its end, and returns how often it was killed.
func runUntilKilled(t *testing.T, rng *rand.Rand, out string, took time.Duration) int {
	t.Helper()
	for kills := 0; ; kills++ {
		run := runner(t, out)
		require.NoError(t, run.Start())
		ended := make(chan error, 1)
		go func() { ended <- run.Wait() }()
		select {
		case err := <-ended:
			require.NoError(t, err, "a run that nobody killed fails after %d kills", kills)
			return kills
		case <-momentToKill(t, rng, out, took, kills%2 == 0):
			require.NoError(t, run.Process.Kill())
			if <-ended == nil { // the kill came too late
				return kills
			}
		}
	}
}

// runner is the run as a process of its own.
func runner(t *testing.T, out string) *exec.Cmd {
	t.Helper()
	run := exec.Command(os.Args[0], "-test.run=^TestKilledRunGoesOnToTheSameBits$")
	run.Env = append(os.Environ(), "CREDENCE_RUN_UNTIL_KILLED="+out)
	return run
}

// momentToKill is when to kill: while a file is being written, if so wanted, or after any part of the time that a run takes.
func momentToKill(t *testing.T, rng *rand.Rand, out string, took time.Duration, writing bool) <-chan time.Time {
	after := time.Duration(rng.Int64N(int64(took)))
	if !writing {
		return time.After(after)
	}
	at := make(chan time.Time, 1)
	go func() {
		time.Sleep(after / 2)
		for range 10_000 {
			if t.Context().Err() != nil || isWriting(out) {
				break
			}
			time.Sleep(50 * time.Microsecond)
		}
		at <- time.Now()
	}()
	return at
}

// isWriting reports whether there is a temporary file that is not yet in its place.
func isWriting(out string) bool {
	found := errors.New("found")
	return filepath.WalkDir(out, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasPrefix(d.Name(), ".") {
			return found
		}
		return nil
	}) == found
}

// changing is what no two runs share: how long they took, and where their results lie.
var changing = regexp.MustCompile(`"wall_seconds": .*|(?s:wall time.{0,80})|--out \S+`)

func contentOf(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	if strings.HasSuffix(name, ".json") || strings.HasSuffix(name, ".html") {
		return changing.ReplaceAllString(string(b), "")
	}
	return string(b)
}
