package infer_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/infer"
	"credence/prob"
)

// Baselines leave the gradient what it is in expectation, over many steps, and lower its variance.
func TestBaselinesOverSteps(t *testing.T) {
	exact := gradients(t, coinModel, infer.Enumeration{}, 1)[0]
	const steps = 20_000
	variance := map[string]float64{}
	for name, make := range map[string]func(ps *graph.Params, g *graph.Graph) infer.Baseline{
		"none": func(*graph.Params, *graph.Graph) infer.Baseline { return nil },
		"moving average": func(ps *graph.Params, _ *graph.Graph) infer.Baseline {
			return infer.MovingAverage{State: ps.Declare(graph.State, "baseline", graph.Zeros), Decay: 0.9}
		},
		"learned": func(ps *graph.Params, g *graph.Graph) infer.Baseline {
			return infer.Learned{Value: g.Param(ps.New("baseline", graph.Constant(-1.7)))}
		},
		"leave one out": func(*graph.Params, *graph.Graph) infer.Baseline { return infer.LeaveOneOut{} },
	} {
		t.Run(name, func(t *testing.T) {
			ps := graph.NewParams(graph.Float64, 1)
			g := graph.New(ps, graph.Train)
			logits := g.Input("logits", 3)
			o := infer.ScoreFunction{Draws: 8, Baseline: make(ps, g)}.Bound(coinModel(logits, g.Const(0.9)))
			m, err := infer.MeasureGradient(context.Background(), steps, graph.Feed{logits: coinLogits}, o.Mean().Neg(), logits)
			require.NoError(t, err)
			for k := range 3 {
				stderr := math.Sqrt(m[0].Variance[k] / steps)
				require.InDelta(t, -exact[k], m[0].Mean[k], biasLimit()*stderr)
			}
			variance[name] = m[0].TotalVariance()
		})
	}
	for name, v := range variance {
		if name != "none" {
			require.Less(t, v, variance["none"], name)
		}
	}
}

// A learned baseline is trained by the same loss, to the mean reward.
func TestLearnedBaselineFits(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	g := graph.New(ps, graph.Train)
	b := ps.New("baseline", graph.Zeros)
	logits := g.ConstArray(coinLogits, 3)
	o := infer.ScoreFunction{Draws: 10, Baseline: infer.Learned{Value: g.Param(b)}}.Bound(coinModel(logits, g.Const(0.9)))
	loss := o.Mean().Neg()
	g.Update(b, g.Param(b).Sub(graph.Grad(loss, g.Param(b))[0].Scale(0.01)))
	program, err := g.Compile(o)
	require.NoError(t, err)
	for step := range 2000 {
		_, err := program.Run(uint64(step), nil)
		require.NoError(t, err)
	}
	exact := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	elbo, err := exact.Compile(infer.Enumeration{}.Bound(coinModel(exact.ConstArray(coinLogits, 3), exact.Const(0.9))))
	require.NoError(t, err)
	out, err := elbo.Run(0, nil)
	require.NoError(t, err)
	require.InDelta(t, out[0].Item(), b.Value().Item(), 0.1)
}

func TestEstimatorMistakes(t *testing.T) {
	normal := func(g *graph.Graph) infer.Model {
		q := prob.Normal{Mu: g.Input("mu", 5, 2), Sigma: g.Const(1)}
		return infer.Model{Posterior: q, Prior: prob.StandardNormal(g), LogLik: func(z *graph.Node) *graph.Node { return z.Sum(-1) }}
	}
	for want, use := range map[string]func(g *graph.Graph){
		`the likelihood is \[1 5\] and the posterior's density \[1 5 2\]`: func(g *graph.Graph) { infer.Pathwise{}.Bound(normal(g)) },
		`the prior's density is \[1 5 2\] and the posterior's \[1 5\]`: func(g *graph.Graph) {
			m := normal(g)
			m.Posterior = prob.Independent{Base: m.Posterior, Axes: 1}
			infer.IWAE{Draws: 1}.Bound(m)
		},
		`Enumeration: prob.Normal has no list of values`: func(g *graph.Graph) { infer.Enumeration{}.Bound(normal(g)) },
		`LeaveOneOut needs at least 2 draws`: func(g *graph.Graph) {
			infer.ScoreFunction{Baseline: infer.LeaveOneOut{}}.Bound(coinModel(g.Input("logits", 3), g.Const(1)))
		},
		`MovingAverage: Decay is 1, want a number in \[0, 1\)`: func(g *graph.Graph) {
			b := infer.MovingAverage{State: g.Params().New("b", graph.Zeros), Decay: 1}
			infer.ScoreFunction{Baseline: b}.Bound(coinModel(g.Input("logits", 3), g.Const(1)))
		},
	} {
		g := graph.New(graph.NewParams(graph.Float32, 1), graph.Train)
		use(g)
		require.Regexp(t, `^baseline_test\.go:\d+: infer: `+want, g.Err())
	}
	g := graph.New(graph.NewParams(graph.Float32, 1), graph.Train)
	_, err := infer.MeasureGradient(context.Background(), 1, nil, g.Const(1), g.Const(2))
	require.EqualError(t, err, "infer: the variance of gradients of 1 steps")
}
