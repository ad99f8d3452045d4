package resnet_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"credence/graph"
	"credence/infer"
	"credence/models/resnet"
	"credence/optim"
	"credence/train"
)

// adaptive returns a small network that halts about as often as not.
func adaptive(p graph.Precision, rule resnet.Rule) *resnet.Adaptive {
	return resnet.NewAdaptive(resnet.AdaptiveConfig{Config: small(p), Rule: rule, Tau: 0.3, Bias: -0.1})
}

// gradient returns the objective's gradient along a direction in all weights, the same for all networks of a shape.
func gradient(a *resnet.Adaptive, objective *graph.Node) *graph.Node {
	g, rng := objective.Graph(), rand.New(rand.NewPCG(3, 4))
	var at []*graph.Node
	for _, p := range a.Params().All(graph.Trainable) {
		at = append(at, g.Param(p))
	}
	sum := g.Const(0)
	for i, d := range graph.Grad(objective.Sum(), at...) {
		along := make([]float64, graph.Shape(at[i].Shape()).Size())
		for k := range along {
			along[k] = rng.NormFloat64()
		}
		sum = sum.Add(d.Mul(g.ConstArray(along, at[i].Shape()...)).Sum())
	}
	return sum
}

// exact returns J of the batch and its gradient along that direction.
func exact(t *testing.T, a *resnet.Adaptive, n int) (objective, slope float64) {
	t.Helper()
	g := graph.New(a.Params(), graph.Predict)
	x, y := batch(g, squares(t, n, 1), n)
	j, mass := a.Enumerate(x, y)
	v := run(t, 0, j.Sum(), gradient(a, j), mass)
	for _, m := range v[2] {
		require.InDelta(t, 1, m, 1e-12)
	}
	return v[0][0], v[1][0]
}

// draws returns the objective and its gradient at many draws.
func draws(t *testing.T, a *resnet.Adaptive, n, number int) (objectives, slopes []float64) {
	t.Helper()
	g := graph.New(a.Params(), graph.Predict)
	x, y := batch(g, squares(t, n, 1), n)
	j := a.Objective(x, y)
	program, err := g.Compile(j.Sum(), gradient(a, j))
	require.NoError(t, err)
	for step := range number {
		out, err := program.Run(uint64(step), nil)
		require.NoError(t, err)
		objectives, slopes = append(objectives, out[0].Item()), append(slopes, out[1].Item())
	}
	return objectives, slopes
}

// off is how many standard errors the mean of draws is away.
func off(values []float64, want float64) float64 {
	mean, deviation := stat.MeanStdDev(values, nil)
	return math.Abs(mean-want) / (deviation / math.Sqrt(float64(len(values))))
}

// The score function's objective and gradient are those of the sum over all values in expectation, with a baseline too. Those of
// the relaxation are not: the bias of its gradient shrinks with the temperature.
func TestEstimatorsAgainstEnumeration(t *testing.T) {
	if testing.Short() {
		t.Skip("many draws")
	}
	const n, number, limit = 3, 4000, 4.5 // standard errors; one in 150,000
	objective, slope := exact(t, adaptive(graph.Float64, nil), n)
	values, slopes := draws(t, adaptive(graph.Float64, resnet.ScoreFunction{}), n, number)
	require.Less(t, off(values, objective), limit)
	require.Less(t, off(slopes, slope), limit)
	bare := stat.StdDev(slopes, nil)

	a := adaptive(graph.Float64, nil)
	g := graph.New(a.Params(), graph.Predict)
	x, y := batch(g, squares(t, n, 1), n)
	j, _ := a.Enumerate(x, y)
	expected := run(t, 0, j)[0]
	withBaseline := adaptive(graph.Float64, resnet.ScoreFunction{Baseline: known(expected)})
	_, slopes = draws(t, withBaseline, n, number)
	require.Less(t, off(slopes, slope), limit)
	require.Less(t, stat.StdDev(slopes, nil), bare, "a baseline lowers the variance")

	bias := map[float64]float64{}
	for _, temperature := range []float64{0.2, 5} {
		_, slopes := draws(t, adaptive(graph.Float64, resnet.Relaxed{Temperature: temperature}), n, number)
		bias[temperature] = math.Abs(stat.Mean(slopes, nil) - slope)
		t.Logf("temperature %g: gradient off by %.3g of %.3g, %.1f standard errors", temperature, bias[temperature], slope, off(slopes, slope))
	}
	require.Less(t, bias[0.2], bias[5])
	_, slopes = draws(t, adaptive(graph.Float64, resnet.Relaxed{Temperature: 5}), n, number)
	require.Greater(t, off(slopes, slope), limit, "it is biased")
}

// known is a baseline that knows what to expect of each image.
type known []float64

func (k known) Predict(reward *graph.Node) infer.Prediction {
	return infer.Prediction{Value: reward.Graph().ConstArray(k, 1, len(k))}
}

// What is predicted with blocks left out is what all blocks give with the weights that halting means.
func TestPredictSkipsBlocksAndNothingElse(t *testing.T) {
	for name, rule := range map[string]resnet.Rule{"PACT": resnet.Relaxed{}, "ACT": resnet.ACT{}} {
		t.Run(name, func(t *testing.T) {
			a := adaptive(graph.Float32, rule)
			set := squares(t, 150, 2)
			for s := range 3 { // heads that tell images apart
				head := a.Params().Lookup(fmt.Sprintf("stage%d/unit0/halt/w", s)).Value()
				for i := range head.Len() {
					head.Set(i, 4*head.At(i))
				}
			}
			p, err := a.Predict(set)
			require.NoError(t, err)
			g := graph.New(a.Params(), graph.Predict)
			x, _ := batch(g, set, 150)
			probs, blocks := a.Halted(x)
			v := run(t, 0, probs, blocks)
			require.InDeltaSlice(t, v[0], p.Mean, 2e-5)
			seen := map[int]int{}
			for i, b := range p.Blocks {
				require.Equal(t, int(v[1][i]), b, "image %d, stage %d", i/3, i%3)
				seen[b]++
			}
			require.Len(t, seen, 2, "some images pass one block of a stage, some both")
		})
	}
}

func TestPredictCountsFLOPs(t *testing.T) {
	a := adaptive(graph.Float32, nil)
	set := squares(t, 40, 3)
	all, err := a.PredictAll(set)
	require.NoError(t, err)
	for i, n := range all.FLOPs {
		require.Equal(t, a.FLOPs(), n)
		require.Equal(t, []int{2, 2, 2}, all.Blocks[3*i:3*i+3])
	}
	for s := range 3 {
		a.Params().Lookup(fmt.Sprintf("stage%d/unit0/halt/b", s)).Value().Fill(50)
	}
	one, err := a.Predict(set)
	require.NoError(t, err)
	conv := func(pixels, in, out int) int { return 2 * pixels * 9 * in * out }
	skipped := 2 * (conv(64, 2, 2) + conv(16, 4, 4) + conv(4, 8, 8)) // the second block of each stage
	for i, n := range one.FLOPs {
		require.Equal(t, a.FLOPs()-skipped, n)
		require.Equal(t, []int{1, 1, 1}, one.Blocks[3*i:3*i+3])
	}
}

// A dearer block is passed by fewer.
func TestTauShortensTheWay(t *testing.T) {
	if testing.Short() {
		t.Skip("trains")
	}
	for name, rule := range map[string]resnet.Rule{
		"relaxed": resnet.Relaxed{}, "score function": resnet.ScoreFunction{}, "ACT": resnet.ACT{},
	} {
		t.Run(name, func(t *testing.T) {
			blocks := map[float64]float64{}
			for _, tau := range []float64{0, 3} {
				a := resnet.NewAdaptive(resnet.AdaptiveConfig{Config: small(graph.Float32), Rule: rule, Tau: tau, Bias: -1})
				_, err := a.Fit(t.Context(), squares(t, 300, 1), train.Settings{Epochs: 8, BatchSize: 20, Optimizer: optim.Adam{}, LR: optim.Constant(1e-2), Seed: 1})
				require.NoError(t, err)
				p, err := a.Predict(squares(t, 100, 2))
				require.NoError(t, err)
				for _, b := range p.Blocks {
					blocks[tau] += float64(b) / float64(len(p.Blocks))
				}
			}
			require.Less(t, blocks[3], blocks[0]-0.3)
			require.Less(t, blocks[3], 1.5)
		})
	}
}

func TestCopyFrom(t *testing.T) {
	n := resnet.New(small(graph.Float32))
	a := adaptive(graph.Float32, nil)
	n.Params().Lookup("fc/b").Value().Fill(7)
	require.NoError(t, a.CopyFrom(n))
	require.Equal(t, 7.0, a.Params().Lookup("fc/b").Value().At(0))
	c := small(graph.Float32)
	c.Width = 4
	require.ErrorContains(t, a.CopyFrom(resnet.New(c)), "resnet: the adaptive network has no conv/w of [3 3 1 4]")
}
