package resnet_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/layers"
	"credence/models/resnet"
)

func prefixes(ps *graph.Params, tau float64) resnet.Prefixes {
	p := resnet.Prefixes{Tau: tau, Head: layers.NewDense(ps, "head", 4, 3, graph.Glorot)}
	for _, name := range []string{"a", "b", "c"} {
		p.Layers = append(p.Layers, layers.Sequential{layers.NewDense(ps, name, 4, 4, graph.Glorot), layers.Activation((*graph.Node).Tanh)})
	}
	return p
}

// Everything is a sum of three terms.
func TestPrefixesAreExact(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	p := prefixes(ps, 0.7)
	g := graph.New(ps, graph.Predict)
	x, y := g.ConstArray([]float64{1, -2, 0.5, 3, 0, 1, -1, 2}, 2, 4), g.ConstArray([]float64{2, 0}, 2)
	v := run(t, 0, p.LogLiks(x, y), p.LogProb(x, y), p.Posterior(x, y).Probs(), p.Probs(x))
	logLiks, logProb, posterior, probs := v[0], v[1], v[2], v[3]
	norm := math.Exp(-0.7) + math.Exp(-1.4) + math.Exp(-2.1)
	for i, label := range []int{2, 0} {
		sum := 0.0
		for z := range 3 {
			sum += math.Exp(-0.7*float64(z+1)) / norm * math.Exp(logLiks[2*z+i])
		}
		require.InDelta(t, math.Log(sum), logProb[i], 1e-12)
		require.InDelta(t, sum, probs[3*i+label], 1e-12)
		for z := range 3 {
			require.InDelta(t, math.Exp(-0.7*float64(z+1))/norm*math.Exp(logLiks[2*z+i])/sum, posterior[3*i+z], 1e-12)
		}
	}
	graphtest.ParamGradient(t, p.LogProb(x, y).Sum(), nil)
}
