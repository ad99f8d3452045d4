package layers_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/layers"
)

var _ layers.Bayesian = &layers.SparseVD{}

// sparse returns a layer of which one weight is beyond the threshold: the one from input 1 to output 0.
func sparse(o layers.SparseOptions) (*layers.SparseVD, *graph.Params) {
	ps := graph.NewParams(graph.Float64, 1)
	o.Theta, o.LogSigma2 = graph.Between(0.5, 1), -2
	l := layers.NewSparseVD(ps, "fc", in, out, o)
	l.LogSigma2.Value().Set(1*out, 4)
	return l, ps
}

// Outputs are normal around xθ + b with the variance that the weights have, Sigma² = alpha·Theta².
func TestSparseVDMoments(t *testing.T) {
	for _, c := range []struct {
		mode   graph.Mode
		clip   bool
		pruned bool
	}{{graph.Train, false, false}, {graph.Train, true, true}, {graph.Predict, false, true}} {
		l, ps := sparse(layers.SparseOptions{TrainClip: c.clip})
		l.B.Value().Set(0, 0.7)
		g := graph.New(ps, c.mode)
		const n = 100_000
		x := g.ConstArray([]float64{1, -2, 0.5}, in).Broadcast(n, in)
		y := run(t, 1, l.Forward(x))[0]
		for o := range out {
			mean, variance := l.B.Value().At(o), 0.0
			for i, v := range []float64{1, -2, 0.5} {
				theta, sigma2 := l.Theta.Value().At(i*out+o), math.Exp(l.LogSigma2.Value().At(i*out+o))
				if c.pruned && i == 1 && o == 0 {
					continue
				}
				mean += v * theta
				variance += v * v * sigma2
			}
			sum, squares := 0.0, 0.0
			for k := range n {
				d := y[k*out+o] - mean
				sum, squares = sum+d, squares+d*d
			}
			require.InDelta(t, 0, sum/n, 4*math.Sqrt(variance/n))
			require.InDelta(t, variance, squares/n, 5*variance*math.Sqrt(2.0/n)+1e-7)
		}
	}
}

func TestSparseVDKept(t *testing.T) {
	l, ps := sparse(layers.SparseOptions{})
	for i, kept := range l.Kept() {
		require.Equal(t, i != out, kept)
	}
	g := graph.New(ps, graph.Predict)
	for i, v := range run(t, 1, l.LogAlpha(g))[0] {
		require.InDelta(t, l.LogAlphas()[i], v, 1e-12)
	}
	mean := run(t, 1, l.ForwardMean(g.ConstArray([]float64{0, 1, 0}, 1, in)))[0]
	require.Zero(t, mean[0])
	require.Equal(t, l.Theta.Value().At(out+1), mean[1])
	g = graph.New(ps, graph.Train)
	kl := run(t, 1, l.KL(g))[0][0]
	l.LogSigma2.Value().Fill(-6)
	require.Greater(t, run(t, 1, l.KL(graph.New(ps, graph.Train)))[0][0], kl, "less noise costs more")
}
