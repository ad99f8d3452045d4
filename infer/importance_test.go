package infer_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"credence/graph"
	"credence/infer"
	"credence/prob"
)

// The model of one number seen through noise: z from N(0, 1), x = 1.3 from N(w·z, 0.5²), and a posterior
// N(mu, sigma²) that is not the exact one. Its parameters are mu, sigma and w.
var lineTheta = []float64{0.4, 0.6, 1.2}

const lineX, lineNoise = 1.3, 0.5

func lineModel(theta []*graph.Node) infer.Model {
	mu, sigma, w := theta[0], theta[1], theta[2]
	g := mu.Graph()
	return infer.Model{
		Posterior: prob.Normal{Mu: mu, Sigma: sigma},
		Prior:     prob.StandardNormal(g),
		LogLik: func(z *graph.Node) *graph.Node {
			return prob.Normal{Mu: z.Mul(w), Sigma: g.Const(lineNoise)}.LogProb(g.Const(lineX))
		},
	}
}

func lineLogWeight(theta []float64, eps float64) float64 {
	mu, sigma, w := theta[0], theta[1], theta[2]
	z := mu + sigma*eps
	return distuv.Normal{Mu: w * z, Sigma: lineNoise}.LogProb(lineX) + distuv.UnitNormal.LogProb(z) -
		distuv.Normal{Mu: mu, Sigma: sigma}.LogProb(z)
}

// lineBound integrates the bound of one draw or two over the noise.
func lineBound(theta []float64, draws int) float64 {
	const n, limit = 400, 8.0
	step := 2 * limit / n
	var weight, logWeight []float64
	for i := range n + 1 {
		eps := -limit + float64(i)*step
		weight = append(weight, step*math.Exp(distuv.UnitNormal.LogProb(eps)))
		logWeight = append(logWeight, lineLogWeight(theta, eps))
	}
	sum := 0.0
	for i, a := range logWeight {
		if draws == 1 {
			sum += weight[i] * a
			continue
		}
		for j, b := range logWeight {
			largest := max(a, b)
			sum += weight[i] * weight[j] * (largest + math.Log((math.Exp(a-largest)+math.Exp(b-largest))/2))
		}
	}
	return sum
}

// lineGradient differentiates lineBound.
func lineGradient(draws int) []float64 {
	var d []float64
	for k := range lineTheta {
		shifted := func(h float64) float64 {
			theta := append([]float64{}, lineTheta...)
			theta[k] += h
			return lineBound(theta, draws)
		}
		d = append(d, (shifted(1e-4)-shifted(-1e-4))/2e-4)
	}
	return d
}

func TestEstimatorsOfContinuousModels(t *testing.T) {
	for _, c := range []struct {
		name  string
		e     infer.Estimator
		draws int // of the bound that it estimates
	}{
		{"pathwise", infer.Pathwise{}, 1},
		{"pathwise, 3 draws", infer.Pathwise{Draws: 3}, 1},
		{"sticking the landing", infer.StickingTheLanding{}, 1},
		{"score function", infer.ScoreFunction{}, 1},
		{"score function, leave one out", infer.ScoreFunction{Draws: 3, Baseline: infer.LeaveOneOut{}}, 1},
		{"importance weighted, 1 draw", infer.IWAE{}, 1},
		{"importance weighted", infer.IWAE{Draws: 2}, 2},
		{"doubly reparameterised", infer.DReG{Draws: 2}, 2},
		{"doubly reparameterised, 1 draw", infer.DReG{}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := graph.New(graph.NewParams(graph.Float64, 3), graph.Train)
			theta := make([]*graph.Node, len(lineTheta))
			for i, v := range lineTheta {
				theta[i] = g.ConstArray(repeated([]float64{v}, replicates), replicates)
			}
			o := c.e.Bound(lineModel(theta))
			program, err := g.Compile(append(graph.Grad(o.Sum(), theta...), o)...)
			require.NoError(t, err)
			out, err := program.Run(0, nil)
			require.NoError(t, err)
			all := make([][]float64, replicates)
			for i := range all {
				all[i] = []float64{out[0].At(i), out[1].At(i), out[2].At(i), out[3].At(i)}
			}
			largest, variance := bias(append(lineGradient(c.draws), lineBound(lineTheta, c.draws)), all)
			t.Logf("%.1f standard errors off, limit %.1f; variance %.3g", largest, biasLimit(), variance)
			require.Less(t, largest, biasLimit())
		})
	}
}

// At the exact posterior every draw has the weight p(x): sticking the landing does not vary at all,
// the plain gradient does.
func TestStickingTheLandingAtThePosterior(t *testing.T) {
	w := lineTheta[2]
	precision := 1 + w*w/(lineNoise*lineNoise)
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	in := []*graph.Node{g.Input("mu"), g.Input("sigma"), g.Const(w)}
	feed := graph.Feed{in[0]: w * lineX / (lineNoise * lineNoise) / precision, in[1]: 1 / math.Sqrt(precision)}
	variance := func(e infer.Estimator) float64 {
		m, err := infer.MeasureGradient(context.Background(), 100, feed, e.Bound(lineModel(in)).Neg(), in[0], in[1])
		require.NoError(t, err)
		return m[0].TotalVariance() + m[1].TotalVariance()
	}
	require.Less(t, variance(infer.StickingTheLanding{}), 1e-20)
	require.Less(t, variance(infer.DReG{Draws: 5}), 1e-20)
	require.Greater(t, variance(infer.Pathwise{}), 1e-2)
	require.Greater(t, variance(infer.IWAE{Draws: 5}), 1e-3)
}

// A bound of more draws is higher, and none is above the evidence.
func TestBoundsRiseTowardsTheEvidence(t *testing.T) {
	w := lineTheta[2]
	evidence := distuv.Normal{Sigma: math.Sqrt(w*w + lineNoise*lineNoise)}.LogProb(lineX)
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	theta := make([]*graph.Node, len(lineTheta))
	for i, v := range lineTheta {
		theta[i] = g.Const(v).Broadcast(20_000)
	}
	last := math.Inf(-1)
	for _, k := range []int{1, 5, 50} {
		program, err := g.Compile(infer.IWAE{Draws: k}.Bound(lineModel(theta)).Mean())
		require.NoError(t, err)
		out, err := program.Run(0, nil)
		require.NoError(t, err)
		require.Greater(t, out[0].Item(), last)
		require.Less(t, out[0].Item(), evidence+0.005)
		last = out[0].Item()
	}
	require.InDelta(t, evidence, last, 0.02)
}
