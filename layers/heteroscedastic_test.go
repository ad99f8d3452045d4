package layers_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/layers"
	"credence/prob"
)

func TestHeteroscedastic(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	l := layers.NewHeteroscedastic(ps, "head", in, out, graph.Between(-0.5, 0.5))
	d := l.Layer.(*layers.Dense)
	require.NoError(t, d.B.Value().SetFloat64s([]float64{1, 2, -1, 0.5}))
	for _, lead := range [][]int{{3}, {1, 3}} {
		g := graph.New(ps, graph.Predict)
		x := g.ConstArray(examples, append(lead, in)...)
		n := l.Normal(x)
		require.Equal(t, append(lead, out), n.Mu.Shape())
		require.Equal(t, append(lead, out), n.Sigma.Shape())
		y, mu, sigma := run(t, 1, d.Forward(x))[0], run(t, 1, n.Mu)[0], run(t, 1, n.Sigma)[0]
		for i := range 3 {
			for j := range out {
				require.Equal(t, y[i*2*out+j], mu[i*out+j])
				require.InEpsilon(t, math.Exp(y[i*2*out+out+j]), sigma[i*out+j]*sigma[i*out+j], 1e-12)
			}
		}
	}
}

func TestHeteroscedasticGradient(t *testing.T) {
	graphtest.Gradient(t, func(x ...*graph.Node) *graph.Node {
		g := x[0].Graph()
		return layers.NewHeteroscedastic(g.Params(), "head", in, out, graph.Glorot).Normal(x[0]).LogProb(g.Const(0.3))
	}, graphtest.Between(-1, 1, 4, in))
}

func TestHeteroscedasticKL(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	bayes := layers.NewBayesDense(ps, "fc", in, 2*out, prob.Gaussian{Sigma: 1}, layers.BayesOptions{})
	g := graph.New(ps, graph.Train)
	require.Equal(t, run(t, 1, bayes.KL(g)), run(t, 1, layers.Heteroscedastic{Layer: bayes}.KL(g)))
	require.Zero(t, run(t, 1, layers.NewHeteroscedastic(ps, "head", in, out, graph.Glorot).KL(g))[0][0])
}

func TestHeteroscedasticMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		outputs, width int
		want           string
	}{
		"odd outputs": {3, in, `heteroscedastic head on .*\[5 3\]: want a last axis of even length$`},
		"width":       {2, in + 1, `inner dimensions differ$`},
	} {
		t.Run(name, func(t *testing.T) {
			ps := graph.NewParams(graph.Float32, 1)
			g := graph.New(ps, graph.Train)
			l := layers.Heteroscedastic{Layer: layers.NewDense(ps, "head", in, c.outputs, graph.Glorot)}
			l.Normal(g.Input("x", 5, c.width)).LogProb(g.Const(0))
			_, err := g.Compile()
			require.ErrorContains(t, err, "heteroscedastic_test.go:")
			require.Regexp(t, c.want, firstLine(err))
		})
	}
}
