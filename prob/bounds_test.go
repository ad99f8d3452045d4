package prob_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

// Distributions on an interval by its ends, which are positive here, and their divergences.
var intervals = map[string]struct {
	make func(low, high *graph.Node) prob.Distribution
	kl   func(q, p prob.Distribution) *graph.Node
}{
	"Uniform": {
		func(low, high *graph.Node) prob.Distribution { return prob.Uniform{Low: low, High: high} },
		func(q, p prob.Distribution) *graph.Node { return q.(prob.Uniform).KL(p.(prob.Uniform)) },
	},
	"LogUniform": {
		func(low, high *graph.Node) prob.Distribution { return prob.LogUniform{Low: low, High: high} },
		func(q, p prob.Distribution) *graph.Node { return q.(prob.LogUniform).KL(p.(prob.LogUniform)) },
	},
	"TruncatedNormal": {
		func(low, high *graph.Node) prob.Distribution {
			g := low.Graph()
			return prob.TruncatedNormal{Mu: g.Const(0.5), Sigma: g.Const(2), Low: low, High: high}
		},
		func(q, p prob.Distribution) *graph.Node { return q.(prob.TruncatedNormal).KL(p.(prob.TruncatedNormal)) },
	},
}

// Bounds in the wrong order, or equal, are named by every method that depends on both.
func TestBoundsInOrder(t *testing.T) {
	for name, c := range intervals {
		g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
		low, high := g.Input("low", 2), g.Input("high", 2)
		d := c.make(low, high)
		all := noArgument(d)
		if name == "LogUniform" {
			delete(all, "Mode") // is the lower bound
		}
		all["LogProb"] = d.LogProb(g.Const(1.5))
		all["Sample"] = d.Sample()
		all["CDF"] = d.(hasCDF).CDF(g.Const(1.5))
		all["KL from it"] = c.kl(d, c.make(g.Const(0.5), g.Const(3)))
		all["KL to it"] = c.kl(c.make(g.Const(1.25), g.Const(1.75)), d)
		for method, n := range all {
			t.Run(name+"/"+method, func(t *testing.T) {
				program, err := g.Compile(n)
				require.NoError(t, err)
				_, err = program.Run(0, graph.Feed{low: []float64{1, 1}, high: []float64{2, 4}})
				require.NoError(t, err)
				for _, bad := range []float64{0.5, 1} {
					_, err = program.Run(0, graph.Feed{low: []float64{1, 1}, high: []float64{2, bad}})
					var broken *graph.RequirementError
					require.ErrorAs(t, err, &broken)
					require.Equal(t, "prob."+name+": High - Low", broken.What)
					require.Equal(t, bad-1, broken.Value)
				}
			})
		}
	}
}

// A divergence is infinite, and flat, as soon as q can be where p cannot.
func TestKLToASmallerInterval(t *testing.T) {
	for name, c := range intervals {
		t.Run(name, func(t *testing.T) {
			ends := func(v ...float64) graphtest.Arg { return graphtest.Values(v, len(v)) }
			b := graphtest.New(graph.Float64, func(in ...*graph.Node) *graph.Node {
				return c.kl(c.make(in[0], in[1]), c.make(in[2], in[3]))
			}, ends(1, 0.5, 1, 4), ends(2, 2, 3, 5), ends(1, 1, 1, 1), ends(2.5, 2.5, 2.5, 2.5))
			program, err := b.Graph.Compile(append(graph.Grad(b.Y.Sum(), b.X...), b.Y)...)
			require.NoError(t, err)
			out, err := program.Run(0, nil)
			require.NoError(t, err)
			kl := out[4].Float64s()
			require.Greater(t, kl[0], 0.0)
			require.Less(t, kl[0], inf)
			require.Equal(t, []float64{inf, inf, inf}, kl[1:])
			for _, d := range out[:4] {
				require.NotZero(t, d.Float64s()[0])
				require.Equal(t, []float64{0, 0, 0}, d.Float64s()[1:])
			}
		})
	}
}

// Neither tail of the Cauchy distribution cancels, and no square overflows.
func TestCauchyFarOut(t *testing.T) {
	r := rowOf("Cauchy")
	theta := []float64{0, 1}
	x := []float64{-1e300, -1e160, -1e20, -1e3, 1e3, 1e20, 1e160, 1e300}
	log := r.eval(t, graph.Float64, theta, x, logProb)
	cdf, _ := method(t, r, theta, x, hasCDF.CDF)
	quantile, _ := method(t, r, theta, []float64{1e-300, 1e-160, 1e-20}, hasQuantile.Quantile)
	for i, v := range x {
		require.InEpsilon(t, -2*math.Log(math.Abs(v))-math.Log(math.Pi)-math.Log1p(1/v/v), log[i], 1e-14)
		if tail := math.Atan(-1/v) / math.Pi; v < 0 {
			require.InEpsilon(t, tail, cdf[i], 1e-14)
		} else {
			require.Equal(t, 1+tail, cdf[i])
		}
	}
	require.InEpsilonSlice(t, []float64{-1e300 / math.Pi, -1e160 / math.Pi, -1e20 / math.Pi}, quantile, 1e-14)
}
