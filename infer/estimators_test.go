package infer_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"credence/graph"
	"credence/infer"
	"credence/prob"
)

// The model on which every estimator is held against the exact gradient: three coins z, of which q
// says how likely each is heads, and a likelihood that no product over them gives.
var (
	coinLogits = []float64{0.3, -0.8, 1.2}
	coinValues = []float64{1.5, -2, 0.7}
)

const replicates = 100_000

// coinModel is the model of many independent replicates, [replicates, 3], or of one, [3].
func coinModel(logits *graph.Node, scale *graph.Node) infer.Model {
	g := logits.Graph()
	prior := prob.Independent{Base: prob.Bernoulli{Logits: g.Const(-0.4).Broadcast(3)}, Axes: 1}
	q := prob.Bernoulli{Logits: logits}
	return infer.Model{
		Posterior: prob.Independent{Base: q, Axes: 1},
		Prior:     prior,
		LogLik: func(z *graph.Node) *graph.Node {
			return z.Mul(g.ConstArray(coinValues, 3)).Sum(-1).Tanh().Square().Mul(scale).Scale(-2)
		},
	}
}

// relaxedCoins is the same with draws that pass gradients, and the divergence of the coins.
func relaxedCoins(straightThrough bool) func(logits, scale *graph.Node) infer.Model {
	return func(logits, scale *graph.Node) infer.Model {
		m := coinModel(logits, scale)
		prior := prob.Bernoulli{Logits: logits.Graph().Const(-0.4)}
		m.KL = prob.Bernoulli{Logits: logits}.KL(prior).Sum(-1)
		relaxed := prob.RelaxedBernoulli{Logits: logits, Temperature: logits.Graph().Const(0.5)}
		m.Posterior = prob.Independent{Base: relaxed, Axes: 1}
		if straightThrough {
			m.Posterior = prob.Independent{Base: prob.StraightThrough{Relaxation: relaxed}, Axes: 1}
		}
		return m
	}
}

// gradients returns the estimator's gradient in the logits and in the scale of the likelihood of many
// replicates, [replicates][4].
func gradients(t *testing.T, model func(logits, scale *graph.Node) infer.Model, e infer.Estimator, n int) [][]float64 {
	t.Helper()
	ps := graph.NewParams(graph.Float64, 1)
	g := graph.New(ps, graph.Train)
	logits := g.Input("logits", n, 3)
	scale := g.Input("scale", n)
	o := e.Bound(model(logits, scale))
	program, err := g.Compile(graph.Grad(o.Sum(), logits, scale)...)
	require.NoError(t, err)
	feed := graph.Feed{logits: repeated(coinLogits, n), scale: repeated([]float64{0.9}, n)}
	out, err := program.Run(0, feed)
	require.NoError(t, err)
	all := make([][]float64, n)
	for i := range all {
		all[i] = []float64{out[0].At(3 * i), out[0].At(3*i + 1), out[0].At(3*i + 2), out[1].At(i)}
	}
	return all
}

func repeated(x []float64, n int) []float64 {
	var out []float64
	for range n {
		out = append(out, x...)
	}
	return out
}

// A test of bias by the largest of the four standardised deviations, which fails an unbiased estimator
// once in a million times.
const falseFail = 1e-6

func biasLimit() float64 { return distuv.UnitNormal.Quantile(1 - falseFail/(2*4)) }

// bias returns that deviation, in standard errors, and the variances of the gradients.
func bias(exact []float64, all [][]float64) (largest float64, variance []float64) {
	for k, want := range exact {
		column := make([]float64, len(all))
		for i, g := range all {
			column[i] = g[k]
		}
		mean, std := stat.MeanStdDev(column, nil)
		variance = append(variance, std*std)
		largest = max(largest, math.Abs(mean-want)/(std/math.Sqrt(float64(len(all)))+1e-15))
	}
	return largest, variance
}

func TestEnumerationIsExact(t *testing.T) {
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	logits, scale := g.Input("logits", 3), g.Input("scale")
	o := infer.Enumeration{}.Bound(coinModel(logits, scale))
	program, err := g.Compile(o, graph.Grad(o, logits)[0])
	require.NoError(t, err)
	elbo := func(l []float64) float64 {
		sum := 0.0
		for bits := range 8 {
			q, p, inner := 1.0, 1.0, 0.0
			for k, logit := range l {
				one := float64(bits >> k & 1)
				q *= one*sigmoid(logit) + (1-one)*sigmoid(-logit)
				p *= one*sigmoid(-0.4) + (1-one)*sigmoid(0.4)
				inner += one * coinValues[k]
			}
			sum += q * (-2*0.9*math.Tanh(inner)*math.Tanh(inner) + math.Log(p) - math.Log(q))
		}
		return sum
	}
	out, err := program.Run(0, graph.Feed{logits: coinLogits, scale: 0.9})
	require.NoError(t, err)
	require.InDelta(t, elbo(coinLogits), out[0].Item(), 1e-12)
	for k := range coinLogits {
		up, down := append([]float64{}, coinLogits...), append([]float64{}, coinLogits...)
		up[k], down[k] = up[k]+1e-5, down[k]-1e-5
		require.InDelta(t, (elbo(up)-elbo(down))/2e-5, out[1].At(k), 1e-9)
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// Every estimator that claims to be unbiased passes the test, and every biased one fails it.
func TestEstimatorsOfDiscreteModels(t *testing.T) {
	exact := gradients(t, coinModel, infer.Enumeration{}, 1)[0]
	for _, c := range []struct {
		name   string
		model  func(logits, scale *graph.Node) infer.Model
		e      infer.Estimator
		biased bool
	}{
		{"score function", coinModel, infer.ScoreFunction{}, false},
		{"score function, exact divergence", withKL, infer.ScoreFunction{}, false},
		{"score function, constant baseline", coinModel, infer.ScoreFunction{Baseline: fixed(-1.5)}, false},
		{"score function, leave one out of 2", coinModel, infer.ScoreFunction{Draws: 2, Baseline: infer.LeaveOneOut{}}, false},
		{"score function, leave one out of 4", coinModel, infer.ScoreFunction{Draws: 4, Baseline: infer.LeaveOneOut{}}, false},
		{"score function, baseline of the draw itself", coinModel, infer.ScoreFunction{Draws: 2, Baseline: itself{}}, true},
		{"relaxed", relaxedCoins(false), infer.Pathwise{}, true},
		{"straight through", relaxedCoins(true), infer.Pathwise{}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			largest, variance := bias(exact, gradients(t, c.model, c.e, replicates))
			t.Logf("%.1f standard errors off, limit %.1f; variance %.3g", largest, biasLimit(), variance)
			if c.biased {
				require.Greater(t, largest, biasLimit())
			} else {
				require.Less(t, largest, biasLimit())
			}
		})
	}
}

func withKL(logits, scale *graph.Node) infer.Model {
	m := coinModel(logits, scale)
	m.KL = prob.Bernoulli{Logits: logits}.KL(prob.Bernoulli{Logits: logits.Graph().Const(-0.4)}).Sum(-1)
	return m
}

// fixed predicts a number; itself predicts half of each draw's own reward, which biases.
type (
	fixed  float64
	itself struct{}
)

func (f fixed) Predict(reward *graph.Node) infer.Prediction {
	return infer.Prediction{Value: reward.Graph().Const(float64(f))}
}
func (itself) Predict(reward *graph.Node) infer.Prediction {
	return infer.Prediction{Value: reward.Scale(0.5)}
}
