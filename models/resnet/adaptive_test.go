package resnet_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"credence/graph"
	"credence/infer"
	"credence/models/resnet"
	"credence/optim"
	"credence/train"
)

// adaptive returns a small network of three blocks a stage that halts about as often as not.
func adaptive(p graph.Precision, rule resnet.Rule) *resnet.Adaptive {
	c := small(p)
	c.Depth = 20
	return resnet.NewAdaptive(resnet.AdaptiveConfig{Config: c, Rule: rule, Tau: 0.3, Bias: -0.1})
}

// smaller is adaptive for images of 4 by 4, in float64, and noisy some of these with their labels.
func smaller(rule resnet.Rule) *resnet.Adaptive {
	c := small(graph.Float64)
	c.Depth, c.Image = 20, [3]int{4, 4, 1}
	return resnet.NewAdaptive(resnet.AdaptiveConfig{Config: c, Rule: rule, Tau: 0.3, Bias: -0.1})
}

func noisy(g *graph.Graph, n int) (x, y *graph.Node) {
	rng := rand.New(rand.NewPCG(1, 2))
	pixels, labels := make([]float64, 16*n), make([]float64, n)
	for i := range pixels {
		pixels[i] = rng.NormFloat64()
	}
	for i := range labels {
		labels[i] = float64(rng.IntN(3))
	}
	return g.ConstArray(pixels, n, 16), g.ConstArray(labels, n)
}

// gradient returns the objective's gradient along a direction, the same for all networks of a shape: in the weights of halting, or
// in all others.
func gradient(a *resnet.Adaptive, objective *graph.Node, halting bool) *graph.Node {
	g, rng := objective.Graph(), rand.New(rand.NewPCG(3, 4))
	var at []*graph.Node
	for _, p := range a.Params().All(graph.Trainable) {
		if strings.Contains(p.Name(), "/halt") == halting {
			at = append(at, g.Param(p))
		}
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

// measured are the objective, and its gradients in the weights of halting and in all others.
const (
	objective = iota
	haltSlope
	slope
	measured
)

var names = [measured]string{"objective", "gradient of halting", "gradient of the rest"}

func measure(a *resnet.Adaptive, j *graph.Node) []*graph.Node {
	return []*graph.Node{j.Sum(), gradient(a, j, true), gradient(a, j, false)}
}

// exact returns what is measured of J, and J of each image.
func exact(t *testing.T, n int) (want [measured]float64, each []float64) {
	t.Helper()
	a := smaller(nil)
	g := graph.New(a.Params(), graph.Predict)
	x, y := noisy(g, n)
	j, mass := a.Enumerate(x, y)
	v := run(t, 0, append(measure(a, j), mass, j)...)
	for _, m := range v[measured] {
		require.InDelta(t, 1, m, 1e-12)
	}
	for i := range want {
		want[i] = v[i][0]
	}
	return want, v[measured+1]
}

// copies of each image make as many draws in a step.
const copies = 40

// draws returns what is measured at many steps, averaged over the copies.
func draws(t *testing.T, rule resnet.Rule, n, number int) (values [measured][]float64) {
	t.Helper()
	a := smaller(rule)
	g := graph.New(a.Params(), graph.Predict)
	x, y := noisy(g, n)
	x, y = x.Broadcast(copies, n, 16).Reshape(copies*n, 16), y.Broadcast(copies, n).Reshape(copies*n)
	program, err := g.Compile(measure(a, a.Objective(x, y))...)
	require.NoError(t, err)
	for step := range number {
		out, err := program.Run(uint64(step), nil)
		require.NoError(t, err)
		for i := range values {
			values[i] = append(values[i], out[i].Item()/copies)
		}
	}
	return values
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
	const n, limit = 3, 4.5 // standard errors; one in 150,000
	want, each := exact(t, n)
	bare, better := draws(t, resnet.ScoreFunction{}, n, 40), draws(t, resnet.ScoreFunction{Baseline: known(each)}, n, 150)
	for i, name := range names {
		t.Logf("%s: %.4g; off by %.1f standard errors, with a baseline by %.1f of %.2g", name, want[i],
			off(bare[i], want[i]), off(better[i], want[i]), stat.StdErr(stat.StdDev(better[i], nil), 150))
		require.Less(t, off(bare[i], want[i]), limit, name)
		require.Less(t, off(better[i], want[i]), limit, "%s, with a baseline", name)
	}
	require.Less(t, stat.StdDev(better[haltSlope], nil), 0.5*stat.StdDev(bare[haltSlope], nil), "a baseline lowers the variance")

	bias := map[float64]float64{}
	for _, temperature := range []float64{0.2, 5} {
		v := draws(t, resnet.Relaxed{Temperature: temperature}, n, 40)
		bias[temperature] = math.Abs(stat.Mean(v[haltSlope], nil) - want[haltSlope])
		t.Logf("temperature %g: %s off by %.3g, %.1f standard errors", temperature, names[haltSlope], bias[temperature], off(v[haltSlope], want[haltSlope]))
		if temperature == 5 {
			require.Greater(t, off(v[haltSlope], want[haltSlope]), limit, "it is biased")
		}
	}
	require.Less(t, bias[0.2], bias[5])
}

// known is a baseline that knows what to expect of each image.
type known []float64

func (k known) Predict(reward *graph.Node) infer.Prediction {
	value := reward.Graph().ConstArray(k, len(k)).Broadcast(copies, len(k))
	return infer.Prediction{Value: value.Reshape(1, -1)}
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
			require.Len(t, seen, 3, "some images pass one block of a stage, some two, some all")
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
		require.Equal(t, []int{3, 3, 3}, all.Blocks[3*i:3*i+3])
	}
	for s := range 3 {
		a.Params().Lookup(fmt.Sprintf("stage%d/unit0/halt/b", s)).Value().Fill(50)
	}
	one, err := a.Predict(set)
	require.NoError(t, err)
	conv := func(pixels, in, out int) int { return 2 * pixels * 9 * in * out }
	skipped := 4 * (conv(64, 2, 2) + conv(16, 4, 4) + conv(4, 8, 8)) // the further blocks of each stage
	for i, n := range one.FLOPs {
		require.Equal(t, a.FLOPs()-skipped, n)
		require.Equal(t, []int{1, 1, 1}, one.Blocks[3*i:3*i+3])
	}
	whole, err := a.PredictAll(set)
	require.NoError(t, err)
	require.Equal(t, all, whole, "whatever the heads say")
}

// A dearer block is passed by fewer.
func TestTauShortensTheWay(t *testing.T) {
	if testing.Short() {
		t.Skip("trains")
	}
	for name, rule := range map[string]resnet.Rule{
		"relaxed": resnet.Relaxed{}, "score function": resnet.ScoreFunction{Baseline: infer.MovingAverage{Decay: 0.9}}, "ACT": resnet.ACT{},
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
	a := adaptive(graph.Float32, nil)
	c := small(graph.Float32)
	c.Depth = 20
	n := resnet.New(c)
	n.Params().Lookup("fc/b").Value().Fill(7)
	require.NoError(t, a.CopyFrom(n))
	require.Equal(t, 7.0, a.Params().Lookup("fc/b").Value().At(0))
	c.Width = 4
	require.ErrorContains(t, a.CopyFrom(resnet.New(c)), "resnet: the adaptive network has no conv/w of [3 3 1 4]")
}
