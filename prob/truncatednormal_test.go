package prob_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

func truncated(theta []*graph.Node) prob.TruncatedNormal {
	return prob.TruncatedNormal{Mu: theta[0], Sigma: theta[1], Low: theta[2], High: theta[3]}
}

// The limits of an interval far from Mu and of a narrow one: the excess over the near end is
// exponential, and the distribution uniform.
func TestTruncatedNormalLimits(t *testing.T) {
	r := rowOf("TruncatedNormal")
	for name, c := range map[string]struct {
		theta          []float64
		mean, variance float64
		at             func(p float64) float64
		slopes         []float64 // of the mean, in each parameter
	}{
		"far above": {
			[]float64{0, 1, 1e6, 2e6}, 1e6 + 1e-6, 1e-12, func(p float64) float64 { return 1e6 - math.Log1p(-p)*1e-6 },
			[]float64{1e-12, 2e-6, 1, 0},
		},
		"far below": {
			[]float64{1, 2, -4e6, -2e6}, -2e6 - 2e-6, 4e-12, func(p float64) float64 { return -2e6 + math.Log(p)*2e-6 },
			[]float64{1e-12, -2e-6, 0, 1},
		},
		"narrow": {
			[]float64{0, 1e6, 1, 3}, 2, 1. / 3, func(p float64) float64 { return 1 + 2*p },
			[]float64{1e-12 / 3, 0, 0.5, 0.5},
		},
		"narrower than numbers are dense": {
			[]float64{1, 1, 1e-20, 3e-20}, 2e-20, 1e-40 / 3, func(p float64) float64 { return 1e-20 + 2e-20*p },
			[]float64{1e-40 / 3, 0, 0.5, 0.5},
		},
	} {
		t.Run(name, func(t *testing.T) {
			scale := math.Sqrt(c.variance)
			mean, _ := number(t, r, c.theta, hasMean.Mean)
			variance, _ := number(t, r, c.theta, hasVariance.Variance)
			require.InDelta(t, c.mean, mean, 1e-3*scale)
			require.InEpsilon(t, c.variance, variance, 1e-4)
			quantiles, _ := method(t, r, c.theta, probabilities, hasQuantile.Quantile)
			for i, p := range probabilities {
				require.InDelta(t, c.at(p), quantiles[i], 1e-3*scale, "quantile of %v", p)
			}
			for k, want := range c.slopes {
				got := r.eval(t, graph.Float64, c.theta, []float64{0}, func(d prob.Distribution, _ *graph.Node) *graph.Node {
					in := d.Parameters()[k].Node
					return graph.Grad(d.(hasMean).Mean(), in)[0]
				})
				require.InDelta(t, want, got[0], 1e-3*math.Abs(want)+1e-9*scale, "gradient of the mean in parameter %d", k)
			}
		})
	}
}

// Draws and their gradients stay inside and finite where the bounds are farther out than float32's
// CDFs reach.
func TestTruncatedNormalDraws(t *testing.T) {
	for _, p := range precisions {
		for _, theta := range [][]float64{
			{0, 1, 30, 1e6}, {0, 1, -1e6, -30}, {0, 1, 1e6, 2e6}, {0, 1, -1e6, 1e6}, {0, 1e6, -1, 1}, {5, 1e-6, -3, 2}, {0, 1, 29, 31}, {0, 1, 30, 30.0625},
		} {
			t.Run(fmt.Sprint(p, theta), func(t *testing.T) {
				args := []graphtest.Arg{}
				for _, v := range theta {
					args = append(args, graphtest.Values(slices.Repeat([]float64{v}, 2000)))
				}
				b := graphtest.New(p, func(in ...*graph.Node) *graph.Node { return truncated(in).Sample() }, args...)
				program, err := b.Graph.Compile(append(graph.Grad(b.Y.Sum(), b.X...), b.Y)...)
				require.NoError(t, err)
				out, err := program.Run(0, nil)
				require.NoError(t, err)
				x := out[4].Float64s()
				require.GreaterOrEqual(t, slices.Min(x), theta[2])
				require.LessOrEqual(t, slices.Max(x), theta[3])
				for k, name := range []string{"Mu", "Sigma", "Low", "High"} {
					for i, v := range out[k].Float64s() {
						require.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%s at %v: %v", name, x[i], v)
						if name != "Sigma" {
							require.True(t, v >= -1e-5 && v <= 1+1e-5, "%s moves %v by %v", name, x[i], v)
						}
					}
				}
			})
		}
	}
}
