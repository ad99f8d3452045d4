package prob_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
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
	return []graphtest.Arg{
		graphtest.Values(slices.Repeat([]float64{posterior.Mu}, n), n),
		graphtest.Values(slices.Repeat([]float64{posterior.Sigma}, n), n),
	}
}

// integratedKL is KL(posterior‖p) by the trapezoidal rule, with p's density by prob.
func integratedKL(t *testing.T, p prob.Prior) float64 {
	grid := line(0, 0.001, 3)
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

// Priors are densities that their draws follow.
func TestPriors(t *testing.T) {
	for name, c := range map[string]priorCase{
		"Gaussian":            {prob.Gaussian{Sigma: 0.3}, distuv.Normal{Sigma: 0.3}.LogProb},
		"mixture":             mixture(prob.ScaleMixture{Pi: 0.5, Sigma1: 1, Sigma2: math.Exp(-6)}),
		"mostly narrow":       mixture(prob.ScaleMixture{Pi: 0.25, Sigma1: math.Exp(-1), Sigma2: math.Exp(-8)}),
		"narrow first":        mixture(prob.ScaleMixture{Pi: 0.75, Sigma1: math.Exp(-8), Sigma2: 1}),
		"a mixture of equals": mixture(prob.ScaleMixture{Pi: 0.75, Sigma1: 0.5, Sigma2: 0.5}),
	} {
		t.Run(name, func(t *testing.T) {
			at := line(0, 1e-3, 40)
			logProb := func(x ...*graph.Node) *graph.Node { return c.prior.LogProb(x[0]) }
			for _, p := range precisions {
				tolerance := map[graph.Precision]float64{graph.Float32: 1e-5, graph.Float64: 1e-12}[p]
				for i, got := range graphtest.Eval(t, p, logProb, graphtest.Values(at.x)) {
					if want := c.density(at.x[i]); want > -1e30 {
						require.InDelta(t, want, got, tolerance*(1+math.Abs(want)), "%v, at %v", p, at.x[i])
					}
				}
			}
			graphtest.Gradient(t, logProb, graphtest.Values([]float64{-1.5, 0.1, 0.7}))
			graphtest.Finite(t, logProb, graphtest.Values([]float64{-100, -20, -5, 0, 5, 20, 100}))
			samples := graphtest.Eval(t, graph.Float32, func(x ...*graph.Node) *graph.Node {
				return c.prior.Sample(x[0].Graph(), draws)
			}, graphtest.Values([]float64{0}))
			within(t, c.prior.Mean(), samples, "mean of draws")
			for i, s := range samples {
				samples[i] = s * s
			}
			within(t, c.prior.Variance(), samples, "variance of draws")
		})
	}
}

type priorCase struct {
	prior interface {
		prob.Prior
		Sample(g *graph.Graph, shape ...int) *graph.Node
		Mean() float64
		Variance() float64
	}
	density func(x float64) float64
}

func mixture(p prob.ScaleMixture) priorCase {
	return priorCase{prior: p, density: func(x float64) float64 {
		return floats.LogSumExp([]float64{
			math.Log(p.Pi) + distuv.Normal{Sigma: p.Sigma1}.LogProb(x),
			math.Log(1-p.Pi) + distuv.Normal{Sigma: p.Sigma2}.LogProb(x),
		})
	}}
}
