package prob_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

var (
	_ prob.AnalyticPrior = prob.Gaussian{}
	_ prob.Prior         = prob.ScaleMixture{}
)

// A posterior over one weight, and the priors that it is held against.
var (
	posterior = distuv.Normal{Mu: 0.2, Sigma: 0.1}
	priors    = map[string]prob.Prior{
		"Gaussian":      prob.Gaussian{Sigma: 0.5},
		"scale mixture": prob.ScaleMixture{Pi: 0.25, Sigma1: 1, Sigma2: math.Exp(-6)},
	}
)

func posteriors(in []*graph.Node) prob.Normal { return prob.Normal{Mu: in[0], Sigma: in[1]} }

func posteriorArgs(n int) []graphtest.Arg {
	return args([][]float64{{posterior.Mu}, {posterior.Sigma}}, n)
}

// integratedKL is KL(posterior‖p) by the trapezoidal rule, with p's density by prob.
func integratedKL(t *testing.T, p prob.Prior) float64 {
	grid := line(0.001, 3)
	logP := graphtest.Eval(t, graph.Float64, func(x ...*graph.Node) *graph.Node { return p.LogProb(x[0]) }, graphtest.Values(grid.x))
	sum := 0.0
	for i, x := range grid.x {
		logQ := posterior.LogProb(x)
		sum += grid.weight[i] * math.Exp(logQ) * (logQ - logP[i])
	}
	return sum
}

func TestPriorKL(t *testing.T) {
	for name, p := range priors {
		t.Run(name, func(t *testing.T) {
			want := integratedKL(t, p)
			sampled := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
				q := posteriors(in)
				return prob.SampledKL(q, p, q.Sample())
			}, posteriorArgs(draws)...)
			within(t, want, sampled, "sampled KL")
			if p, ok := p.(prob.AnalyticPrior); ok {
				closed := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node { return p.KLFrom(posteriors(in)) }, posteriorArgs(1)...)
				require.InDelta(t, want, closed[0], 1e-6)
			}
		})
	}
}

func TestGaussianEntropy(t *testing.T) {
	require.InDelta(t, distuv.Normal{Sigma: 0.3}.Entropy(), prob.Gaussian{Sigma: 0.3}.Entropy(), 1e-12)
}

func TestSampleLogProb(t *testing.T) {
	drawn := func(difference bool) graphtest.Func {
		return func(in ...*graph.Node) *graph.Node {
			w, logQ := posteriors(in).SampleLogProb()
			if difference {
				return logQ.Sub(posteriors(in).LogProb(w))
			}
			return w.Square().Add(logQ)
		}
	}
	for _, d := range graphtest.Eval(t, graph.Float64, drawn(true), posteriorArgs(100)...) {
		require.InDelta(t, 0, d, 1e-9, "log q of the draw")
	}
	graphtest.Gradient(t, drawn(false), posteriorArgs(100)...)
}

func TestHyperparametersOutOfRange(t *testing.T) {
	for name, use := range map[string]func(w *graph.Node){
		"Gaussian, Sigma 0":      func(w *graph.Node) { prob.Gaussian{}.LogProb(w) },
		"Gaussian, Sigma NaN":    func(w *graph.Node) { prob.Gaussian{Sigma: math.NaN()}.Sample(w.Graph(), 2) },
		"Gaussian in KL":         func(w *graph.Node) { prob.Gaussian{Sigma: -1}.KLFrom(prob.Normal{Mu: w, Sigma: w.Exp()}) },
		"scale mixture, Pi 1":    func(w *graph.Node) { prob.ScaleMixture{Pi: 1, Sigma1: 1, Sigma2: 1}.LogProb(w) },
		"scale mixture, Pi 0":    func(w *graph.Node) { prob.ScaleMixture{Sigma1: 1, Sigma2: 1}.Sample(w.Graph(), 2) },
		"scale mixture, Sigma 0": func(w *graph.Node) { prob.ScaleMixture{Pi: 0.5, Sigma1: 1}.LogProb(w) },
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New(graph.NewParams(graph.Float32, 1), graph.Train)
			use(g.Input("w", 2))
			require.Regexp(t, `^prior_test\.go:\d+: prob: .*(Sigma|Pi)`, g.Err())
		})
	}
}

func TestParametersBroadcast(t *testing.T) {
	g := graph.New(graph.NewParams(graph.Float32, 1), graph.Train)
	d := prob.Normal{Mu: g.Input("mu", 3, 1), Sigma: g.Input("sigma", 2)}
	for name, n := range map[string]*graph.Node{
		"Sample": d.Sample(), "LogProb": d.LogProb(g.Const(0)), "Entropy": d.Entropy(), "Mean": d.Mean(),
		"Variance": d.Variance(), "KL": d.KL(prob.StandardNormal(g)),
	} {
		require.Equal(t, []int{3, 2}, n.Shape(), name)
	}
	c := prob.Categorical{Logits: g.Input("logits", 3, 2, 4)}
	for name, n := range map[string]*graph.Node{
		"Sample": c.Sample(), "Mode": c.Mode(), "LogProb": c.LogProb(c.Sample()), "Entropy": c.Entropy(), "KL": c.KL(c),
	} {
		require.Equal(t, []int{3, 2}, n.Shape(), name)
	}
	require.NoError(t, g.Err())
	prob.Normal{Mu: g.Input("other", 3), Sigma: g.Input("wide", 2)}.Sample()
	require.Regexp(t, `^prior_test\.go:\d+: Add other \[3\], wide \[2\]`, g.Err())
}

func TestMode(t *testing.T) {
	mode := func(x ...*graph.Node) *graph.Node { return prob.Categorical{Logits: x[0]}.Mode() }
	require.Equal(t, []float64{2, 0}, graphtest.Eval(t, graph.Float32, mode, graphtest.Values([]float64{0, 1, 2, 5, 5, 1}, 2, 3)))
}
