package experiments

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
	"credence/graph"
)

// lineUCI writes a set of points about a plane, with two splits and a grid of two points.
func lineUCI(t *testing.T) data.Folder {
	t.Helper()
	const n = 200
	files := map[string]string{
		"data/index_features.txt": "0\n1\n", "data/index_target.txt": "2\n", "data/n_splits.txt": "2\n",
		"data/n_hidden.txt": "8\n", "data/n_epochs.txt": "10\n", "data/dropout_rates.txt": "0.01\n", "data/tau_values.txt": "0.01\n0.1\n",
	}
	write := func(name, format string, args ...any) { files[name] += fmt.Sprintf(format, args...) }
	for i := range n {
		a, b := math.Sin(float64(i)), math.Cos(float64(3*i))
		write("data/data.txt", "%v %v %v\n", 7*a, 100+b, 50+20*a-10*b+math.Sin(float64(11*i)))
		for k := range 2 {
			part := "train"
			if i%10 == k {
				part = "test"
			}
			write(fmt.Sprintf("data/index_%s_%d.txt", part, k), "%d\n", i)
		}
	}
	for _, what := range []string{"MC_rmse", "ll", "rmse", "tau"} {
		write("results/test_"+what+"_100_xepochs_1_hidden_layers.txt", "33.5\n34\n")
	}
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, "uci", "line", filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	}
	return data.Folder(root)
}

var tinyUCI = uciPlan{Sets: []uciSet{{Name: "line", Folder: "line", MaxRMSE: 8}}, Splits: 2, Multiplier: 15, Passes: 200}

func TestMCDropoutUCIReportsAllItIsAskedFor(t *testing.T) {
	folder := lineUCI(t)
	for _, paired := range []bool{false, true} {
		p := tinyUCI
		p.Paired = paired
		e := mcDropoutUCI
		e.Run = p.run
		out := t.TempDir()
		err := Do(t.Context(), e, Options{Scale: Quick, Seed: 1, Out: out, Data: folder}, io.Discard)
		result := readResult(t, out)
		tables := result["tables"].([]any)
		sets, splits := tables[0].(map[string]any), tables[1].(map[string]any)
		require.Len(t, sets["rows"], 1)
		require.Len(t, splits["rows"], 2)
		checks := result["checks"].([]any)
		if !paired {
			require.NoError(t, err)
			require.Len(t, checks, 2)
			require.NotContains(t, fmt.Sprint(checks, sets), "authors")
			continue
		}
		var failed *ChecksError
		require.ErrorAs(t, err, &failed, "their results are made up")
		require.Equal(t, "line: test RMSE less the authors'", failed.Failed[0].Name)
		require.Equal(t, 2, failed.Total)
		apart, alone := checks[0].(map[string]any), checks[1].(map[string]any)
		require.InDelta(t, alone["value"].(float64)-33.75, apart["value"], 1e-9)
		require.InDelta(t, -2*apart["stderr"].(float64), apart["low"], 1e-9)
		require.InDelta(t, 2*apart["stderr"].(float64), apart["high"], 1e-9)
		require.Equal(t, 33.75, alone["paper"])
	}
}

// A run that is stopped goes on to the results of one that was not, on any number of cores.
func TestMCDropoutUCIGoesOnAfterAnInterruption(t *testing.T) {
	folder := lineUCI(t)
	run := func(ctx context.Context, out string, stop func()) (map[string]any, error) {
		e := mcDropoutUCI
		e.Run = func(ctx context.Context, r *Run) error {
			if stop != nil {
				results, err := tinyUCI.results(ctx, r, func(string) { stop() })
				require.Nil(t, results)
				return err
			}
			return tinyUCI.run(ctx, r)
		}
		if err := Do(ctx, e, Options{Scale: Quick, Seed: 1, Out: out, Data: folder}, io.Discard); err != nil {
			return nil, err
		}
		return readResult(t, out), nil
	}
	whole, err := run(t.Context(), t.TempDir(), nil)
	require.NoError(t, err)

	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	out := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	_, err = run(ctx, out, cancel)
	require.ErrorIs(t, err, context.Canceled)
	parts, err := filepath.Glob(filepath.Join(out, "checkpoints", "*", "parts", "*.json"))
	require.NoError(t, err)
	require.Len(t, parts, 1)
	require.True(t, strings.HasSuffix(parts[0], "line-split0-rate0-tau0.json"))
	resumed, err := run(t.Context(), out, nil)
	require.NoError(t, err)
	require.Equal(t, whole["checks"], resumed["checks"])
	require.Equal(t, whole["tables"], resumed["tables"])
}

// Without dropout all passes are the one network, whose density is a normal's of precision tau.
func TestUCIScoresAreTheFormulas(t *testing.T) {
	u, err := lineUCI(t).UCI("line")
	require.NoError(t, err)
	training, held, scale, err := standardise(u.Table, u.Splits[0].Train, u.Splits[0].Test)
	require.NoError(t, err)
	require.InDelta(t, 1, spread(t, training), 1e-9)
	raw, err := u.Table.Subset(u.Splits[0].Train)
	require.NoError(t, err)
	require.InDelta(t, spread(t, raw), scale, 1e-9)

	const tau = 0.02
	n := newUCINetwork(uciPoint{Rate: 0, Tau: tau}, 2, 8, 3)
	s, err := n.scores(t.Context(), held, scale, 50)
	require.NoError(t, err)
	require.InDelta(t, s.Plain, s.RMSE, 1e-4)
	require.Equal(t, s.Plain, s.Single)
	require.InDelta(t, -tau*s.Plain*s.Plain/2+0.5*math.Log(tau/(2*math.Pi)), s.LogLik, 1e-4)

	// With it the passes differ: their mean is nearer than one of them, and their density is an average.
	n.Rate = 0.5
	noisy, err := n.scores(t.Context(), held, scale, 1000)
	require.NoError(t, err)
	require.Less(t, noisy.RMSE, noisy.Single)
	require.InDelta(t, s.Plain, noisy.Plain, 0)
	mean, draws := byHand(t, n, held, scale, 1000)
	require.InEpsilon(t, mean, noisy.RMSE, 0.01)
	require.InEpsilon(t, draws, noisy.LogLik, 0.01)
}

// spread returns the standard deviation of a table's targets.
func spread(t *testing.T, table *data.Table) float64 {
	t.Helper()
	var sum, squares float64
	for i := range table.Len() {
		_, y := table.At(i)
		sum, squares = sum+y[0], squares+y[0]*y[0]
	}
	n := float64(table.Len())
	return math.Sqrt(squares/n - sum*sum/n/n)
}

// byHand draws passes one by one, from other noise, and returns the scores by their definitions.
func byHand(t *testing.T, n *uciNetwork, set *data.Table, scale float64, passes int) (rmse, logLik float64) {
	t.Helper()
	g := graph.New(n.params, graph.Predict)
	x, y := g.Input("x", set.Len(), 2), g.Input("y", set.Len(), 1)
	prog, err := g.Compile(n.forward(x, n.Rate).Sub(y))
	require.NoError(t, err)
	mean, density := make([]float64, set.Len()), make([]float64, set.Len())
	for step := range passes {
		out, err := prog.Run(uint64(step), uciFeed(set, x, y))
		require.NoError(t, err)
		for i, v := range out[0].Float64s() {
			mean[i] += v * scale / float64(passes)
			density[i] += math.Exp(-n.Tau*v*v*scale*scale/2) * math.Sqrt(n.Tau/(2*math.Pi)) / float64(passes)
		}
	}
	for i := range mean {
		logLik += math.Log(density[i]) / float64(len(mean))
	}
	return rootMeanSquare(mean), logLik
}

// What train.Fit minimises is the authors' loss: it divides the complexity by the number of rows.
func TestUCILossIsTheAuthors(t *testing.T) {
	u, err := lineUCI(t).UCI("line")
	require.NoError(t, err)
	for _, rate := range []float64{0, 0.1} {
		n := newUCINetwork(uciPoint{Rate: rate, Tau: 0.25}, 2, 8, 3)
		g := graph.New(n.params, graph.Train)
		x, y := g.Input("x", u.Table.Len(), 2), g.Input("y", u.Table.Len(), 1)
		logLik, complexity := n.Terms(x, y)
		prog, err := g.Compile(logLik, complexity, n.forward(x, 0).Sub(y).Reshape(-1))
		require.NoError(t, err)
		out, err := prog.Run(0, uciFeed(u.Table, x, y))
		require.NoError(t, err)
		weights := 0.0
		for _, p := range []*graph.Param{n.hidden.W, n.out.W} {
			for _, w := range p.Value().Float64s() {
				weights += w * w
			}
		}
		require.InEpsilon(t, 1e-4*(1-rate)/(2*0.25)*weights, out[1].Item(), 1e-5)
		same := true
		for i, off := range out[2].Float64s() {
			same = same && math.Abs(out[0].At(i)+off*off) <= 1e-5*off*off
		}
		require.Equal(t, rate == 0, same, "squared errors, of a network with dropout")
	}
}
