package experiments

import (
	"context"
	"io"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/layers"
)

// thin is variational-dropout in seconds: it need not show anything, only do everything.
var thin = vdPlan{
	Hidden: []int{10, 12}, Epochs: 1, LR: 1e-3, Seeds: 2,
	Noise: vdNoisePlan{Images: 2, Units: 3, Draws: 50, FanIns: [2][]int{{2, 5}, {2}}},
}

func thinVariational(t *testing.T) Experiment {
	t.Helper()
	digits := someDigits(t, 200)
	e := variationalDropout
	e.Run = func(ctx context.Context, r *Run) error { return thin.run(ctx, r, digits, digits) }
	return e
}

func TestVariationalDropout(t *testing.T) {
	out, failed := t.TempDir(), new(ChecksError)
	if err := Do(t.Context(), thinVariational(t), Options{Scale: Quick, Seed: 1, Out: out}, io.Discard); err != nil {
		require.ErrorAs(t, err, &failed)
	}
	require.Equal(t, []string{"error.png", "noise.png", "report.html", "result.json"}, fileNames(t, out))
	result := readResult(t, out)
	require.Len(t, result["checks"], 2*4+6)
	for i, rows := range []int{len(vdMethods) * 2, 3 * 2, 2 * (3 + 2)} {
		require.Len(t, result["tables"].([]any)[i].(map[string]any)["rows"], rows)
	}

	// Stopped in the middle, it goes on to the same numbers.
	parts := t.TempDir()
	err := Do(&impatient{t.Context(), 40}, thinVariational(t), Options{Scale: Quick, Seed: 1, Out: parts}, io.Discard)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "to go on from ")
	_ = Do(t.Context(), thinVariational(t), Options{Scale: Quick, Seed: 1, Out: parts}, io.Discard)
	require.Equal(t, result["checks"], readResult(t, parts)["checks"])
	require.Equal(t, result["tables"], readResult(t, parts)["tables"])
}

// The methods that don't learn their noise multiply with noise of the moments of coins: at the same weights, outputs
// under each have the same mean, that of the network without noise, and the same variance.
func TestVDMethodsHaveTheMomentsOfCoins(t *testing.T) {
	const draws = 40_000
	moments := func(method int) (mean, variance, still float64) {
		n := &vdNet{params: graph.NewParams(graph.Float64, 1)}
		n.add(method, "fc", 5, 1, vdInputRate)
		require.NoError(t, n.params.Lookup(map[bool]string{false: "fc/w", true: "fc/theta"}[method == gaussianB]).Value().SetFloat64s([]float64{1, -2, 0.5, 3, 1}))
		g := graph.New(n.params, graph.Train)
		x := g.ConstArray([]float64{1, 1, 2, 0.5, -1}, 5)
		prog, err := g.Compile(n.forward(x.Broadcast(draws, 5), 1, true), n.forward(x.Broadcast(1, 5), 1, false))
		require.NoError(t, err)
		out, err := prog.Run(0, nil)
		require.NoError(t, err)
		y := out[0].Float64s()
		mean = average(y)
		for i := range y {
			y[i] = (y[i] - mean) * (y[i] - mean)
		}
		return mean, average(y), out[1].Float64s()[0]
	}
	const variance = 0.25 * (1 + 4 + 1 + 2.25 + 1)
	for _, method := range []int{withoutDropout, binaryDropout, gaussianA, gaussianB} {
		mean, v, still := moments(method)
		require.InDelta(t, 0.5, still, 1e-12, vdMethods[method].name)
		if method == withoutDropout {
			require.InDelta(t, still, mean, 1e-12)
			require.InDelta(t, 0, v, 1e-12)
			continue
		}
		require.InDelta(t, still, mean, 4*math.Sqrt(variance/draws), vdMethods[method].name)
		require.InDelta(t, variance, v, 5*variance*math.Sqrt(2./draws), vdMethods[method].name)
	}
}

// The divergence is of learned noise only, and of A2 a third.
func TestVDDivergence(t *testing.T) {
	complexity := func(method int) float64 {
		n := newVDNet(method, 4, 1)
		g := graph.New(n.params, graph.Train)
		_, kl := n.Terms(g.Input("x", 1, 784), g.Input("y", 1))
		prog, err := g.Compile(kl)
		require.NoError(t, err)
		out, err := prog.Run(0, nil)
		require.NoError(t, err)
		require.Equal(t, n.kl > 0, n.alphas() != nil)
		return out[0].Item()
	}
	for _, method := range []int{withoutDropout, binaryDropout, gaussianA, gaussianB} {
		require.Zero(t, complexity(method), vdMethods[method].name)
	}
	require.InEpsilon(t, complexity(variationalA)/3, complexity(variationalA2), 1e-6)
	require.NotZero(t, complexity(variationalB))
}

// Two sums of three coins: moments by enumeration.
func TestVDNoise(t *testing.T) {
	const rate = 0.2
	ps := graph.NewParams(graph.Float64, 1)
	w := layers.NewDense(ps, "fc", 4, 2, graph.Zeros).W
	require.NoError(t, w.Value().SetFloat64s([]float64{1, 2, -1, 1, 9, 9, 2, 0.5}))
	h := []float64{1, 3, 0, 2}
	skewness, kurtosis := 0.0, 0.0
	for unit := range 2 {
		var m [5]float64 // central moments
		for mask := range 8 {
			p, sum := 1.0, 0.0
			for k, i := range []int{0, 1, 3} {
				if mask>>k&1 == 1 {
					p *= 1 - rate
					sum += h[i] * w.Value().At(2*i+unit) * (1/(1-rate) - 1)
				} else {
					p *= rate
					sum -= h[i] * w.Value().At(2*i+unit)
				}
			}
			for k := range m {
				m[k] += p * math.Pow(sum, float64(k))
			}
		}
		require.InDelta(t, 0, m[1], 1e-12)
		skewness += m[3] * m[3] / math.Pow(m[2], 3) / 2
		kurtosis += (m[4]/(m[2]*m[2]) - 3) / 2
	}
	v := vdNoise{Rate: rate}
	p := vdNoisePlan{Images: 1, Units: 2, Draws: 100_000}
	require.NoError(t, v.add(p, h, w, 1))
	require.Equal(t, 3.0, v.Inputs)
	require.InDelta(t, skewness, v.Skewness, 1e-12)
	require.InDelta(t, kurtosis, v.Kurtosis, 1e-12)
	coins, normal := v.Sampled[0], v.Sampled[1]
	for _, m := range v.Sampled {
		require.InDelta(t, 0, m.Mean, 16./float64(p.Draws), "squared")
		require.InDelta(t, 1, m.Variance, 0.03)
	}
	require.InDelta(t, skewness, coins.Skewness, 0.05)
	require.InDelta(t, kurtosis, coins.Kurtosis, 0.1)
	require.InDelta(t, 0, normal.Skewness, 0.001)
	require.InDelta(t, 0, normal.Kurtosis, 0.1)
	require.Greater(t, coins.KS, 0.1)
	require.Less(t, normal.KS, 1.95/math.Sqrt(float64(p.Draws)))

	require.ErrorContains(t, v.add(p, make([]float64, 4), w, 1), "no input")
}

func TestNormalDistance(t *testing.T) {
	require.InDelta(t, 0.5, normalDistance([]float64{0, 0, 0}), 1e-12, "a step")
	rng := rand.New(rand.NewPCG(1, 1))
	draws := make([]float64, 10_000)
	for i := range draws {
		draws[i] = rng.NormFloat64()
	}
	near := normalDistance(draws)
	require.Less(t, near, 1.95/100)
	for i := range draws {
		draws[i] += 0.5
	}
	require.InDelta(t, math.Erf(0.25/math.Sqrt2), normalDistance(draws), 0.03, "half a deviation to the right")
}

func TestLeave(t *testing.T) {
	h := []float64{0, 1, 2, 0, 3, 4}
	rng := rand.New(rand.NewPCG(1, 1))
	left := leave(h, 2, rng)
	count := 0
	for i, x := range left {
		if x != 0 {
			require.Equal(t, h[i], x)
			count++
		}
	}
	require.Equal(t, 2, count)
	require.Equal(t, h, leave(h, math.MaxInt, rng))
}

func TestVDPlans(t *testing.T) {
	for _, s := range variationalDropout.Scales {
		p := vdPlanFor(s)
		require.GreaterOrEqual(t, p.Seeds, 3)
		require.Contains(t, p.Hidden, 100)
	}
	require.Contains(t, vdPlanFor(Paper).Hidden, 1250)
}
