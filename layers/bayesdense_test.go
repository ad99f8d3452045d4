package layers_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/layers"
	"credence/prob"
)

var (
	_ layers.Bayesian = &layers.BayesDense{}
	_ layers.Layer    = &layers.Dense{}
	_ layers.Layer    = layers.Dropout{}
	_ layers.Layer    = layers.MCDropout{}
)

const in, out = 3, 2

var estimators = []layers.Estimator{layers.WeightSampling, layers.LocalReparameterization, layers.Flipout}

// sampledOnly hides that a prior has an analytic divergence.
type sampledOnly struct{ prob.Prior }

var priors = map[string]prob.Prior{
	"Gaussian":      prob.Gaussian{Sigma: 0.5},
	"scale mixture": prob.ScaleMixture{Pi: 0.25, Sigma1: 1, Sigma2: math.Exp(-3)},
}

// build returns a layer with uncertain weights and a bias that is not zero.
func build(ps *graph.Params, prior prob.Prior, sigma float64, e layers.Estimator) *layers.BayesDense {
	l := layers.NewBayesDense(ps, "fc", in, out, prior, layers.BayesOptions{Sigma: sigma, Estimator: e})
	for i := range out {
		l.B.Value().Set(i, 0.5-float64(i))
	}
	return l
}

// eachEstimator runs a check with a layer of each kind, in a graph of its own, computing in float64.
func eachEstimator(t *testing.T, prior prob.Prior, sigma float64, check func(t *testing.T, g *graph.Graph, l *layers.BayesDense)) {
	for _, e := range estimators {
		t.Run(e.String(), func(t *testing.T) {
			ps := graph.NewParams(graph.Float64, 1)
			check(t, graph.New(ps, graph.Train), build(ps, prior, sigma, e))
		})
	}
}

// run returns the outputs' elements at each of the steps.
func run(t *testing.T, steps int, n *graph.Node) [][]float64 {
	t.Helper()
	program, err := n.Graph().Compile(n)
	require.NoError(t, err)
	var all [][]float64
	for step := range steps {
		out, err := program.Run(uint64(step), nil)
		require.NoError(t, err)
		all = append(all, out[0].Float64s())
	}
	return all
}

func column(rows [][]float64, j int) []float64 {
	var c []float64
	for _, r := range rows {
		c = append(c, r[j])
	}
	return c
}

// within checks that the mean of samples is want, up to four standard errors.
func within(t *testing.T, want float64, samples []float64, what string) {
	t.Helper()
	mean, std := stat.MeanStdDev(samples, nil)
	require.InDelta(t, want, mean, 4*std/math.Sqrt(float64(len(samples))), what)
}

var examples = []float64{1, 2, -1, 0.5, 0, 3, 1, 2, -1} // the last is the first again

func TestWithoutUncertaintyItIsDense(t *testing.T) {
	eachEstimator(t, nil, 1e-12, func(t *testing.T, g *graph.Graph, l *layers.BayesDense) {
		x := g.ConstArray(examples, 3, in)
		dense := layers.Dense{W: l.Mu, B: l.B}
		tolerance := 1e-9
		if l.Estimator == layers.LocalReparameterization {
			tolerance = 5e-4 // of the 1e-8 under the root
		}
		require.InDeltaSlice(t, run(t, 1, dense.Forward(x))[0], run(t, 1, l.Forward(x))[0], tolerance)
		require.Equal(t, run(t, 1, dense.Forward(x)), run(t, 1, l.ForwardMean(x)))
	})
}

func TestMomentsOfOutputs(t *testing.T) {
	const sigma, steps = 0.4, 10_000
	eachEstimator(t, nil, sigma, func(t *testing.T, g *graph.Graph, l *layers.BayesDense) {
		x := g.ConstArray(examples, 3, in)
		mean, draws := run(t, 1, l.ForwardMean(x))[0], run(t, steps, l.Forward(x))
		for j, m := range mean {
			y, deviation := column(draws, j), make([]float64, steps)
			for i, v := range y {
				deviation[i] = (v - m) * (v - m)
			}
			variance := 0.0
			for _, v := range examples[j/out*in : (j/out+1)*in] {
				variance += v * v * sigma * sigma
			}
			within(t, m, y, "mean of an output")
			within(t, variance, deviation, "variance of an output")
		}
	})
}

func TestExamplesShareTheDraw(t *testing.T) {
	eachEstimator(t, nil, 0.4, func(t *testing.T, g *graph.Graph, l *layers.BayesDense) {
		const steps = 16
		draws, equal := run(t, steps, l.Forward(g.ConstArray(examples, 3, in))), 0
		for _, y := range draws {
			if slices.Equal(y[:out], y[2*out:]) {
				equal++
			}
		}
		switch l.Estimator {
		case layers.WeightSampling:
			require.Equal(t, steps, equal, "one network for equal examples")
		case layers.LocalReparameterization:
			require.Zero(t, equal, "each example by itself")
		default:
			require.Less(t, equal, steps/2, "equal signs, one time in sixteen")
		}
		require.NotEqual(t, draws[0], draws[1], "another draw at the next step")
	})
}

func TestGradients(t *testing.T) {
	for name, prior := range priors {
		for _, e := range estimators {
			t.Run(name+", "+e.String(), func(t *testing.T) {
				graphtest.Gradient(t, func(x ...*graph.Node) *graph.Node {
					g := x[0].Graph()
					l := build(g.Params(), prior, 0.4, e)
					return l.Forward(x[0]).Square().Add(l.KL(g))
				}, graphtest.Between(-1, 1, 4, in))
			})
		}
	}
}

func TestGradientAtZeroInput(t *testing.T) {
	for _, e := range estimators {
		t.Run(e.String(), func(t *testing.T) {
			graphtest.Finite(t, func(x ...*graph.Node) *graph.Node {
				l := build(x[0].Graph().Params(), prob.Gaussian{Sigma: 1}, 0.4, e)
				return l.Forward(x[0])
			}, graphtest.Values(make([]float64, 2*in), 2, in))
		})
	}
}

func TestSampledKLEstimatesTheAnalytic(t *testing.T) {
	prior := prob.Gaussian{Sigma: 0.5}
	eachEstimator(t, prior, 0.4, func(t *testing.T, g *graph.Graph, l *layers.BayesDense) {
		exact := run(t, 2, l.KL(g))
		require.Equal(t, exact[0], exact[1], "analytic")
		require.Greater(t, exact[0][0], 0.5)
		l.Prior = sampledOnly{prior}
		within(t, exact[0][0], column(run(t, 4_000, l.KL(g)), 0), "sampled KL")
	})
}

func TestKLIsAtTheDrawOfForward(t *testing.T) {
	prior := priors["scale mixture"]
	eachEstimator(t, prior, 0.4, func(t *testing.T, g *graph.Graph, l *layers.BayesDense) {
		kl := l.KL(g)
		identity := g.ConstArray([]float64{1, 0, 0, 0, 1, 0, 0, 0, 1}, in, in)
		w := l.Forward(identity).Sub(g.Param(l.B))
		at := prob.SampledKL(l.Posterior(g), prior, w).Sum()
		for _, difference := range run(t, 3, kl.Sub(at)) {
			if l.Estimator == layers.WeightSampling {
				require.InDelta(t, 0, difference[0], 1e-9)
			} else {
				require.NotZero(t, difference[0], "a draw of its own")
			}
		}
	})
}

func TestWithoutBias(t *testing.T) {
	eachEstimator(t, nil, 0.4, func(t *testing.T, g *graph.Graph, l *layers.BayesDense) {
		x := g.ConstArray(examples, 3, in)
		with := run(t, 1, l.ForwardMean(x))[0]
		b := l.B.Value().Float64s()
		l.B = nil
		for i, y := range run(t, 1, l.ForwardMean(x))[0] {
			require.InDelta(t, with[i]-b[i%out], y, 1e-12)
		}
		require.Equal(t, []int{3, out}, l.Forward(x).Shape())
		require.NotEqual(t, run(t, 1, l.ForwardMean(x)), run(t, 1, l.Forward(x)))
	})
}

func TestShapesOfInput(t *testing.T) {
	eachEstimator(t, nil, 0, func(t *testing.T, g *graph.Graph, l *layers.BayesDense) {
		for _, lead := range [][]int{{}, {5}, {4, 5}} {
			x := g.Const(1).Broadcast(append(lead, in)...)
			require.Equal(t, append(lead, out), l.Forward(x).Shape())
			require.Equal(t, append(lead, out), l.ForwardMean(x).Shape())
		}
		require.NoError(t, g.Err())
	})
}

func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		make func(g *graph.Graph, x *graph.Node)
		want string
	}{
		"weight sampling, width": {
			func(g *graph.Graph, x *graph.Node) { build(g.Params(), nil, 0, layers.WeightSampling).Forward(x) },
			`MatMul x \[5 4\], fc/w \[3 2\]: inner dimensions differ$`,
		},
		"local reparameterization, width": {
			func(g *graph.Graph, x *graph.Node) {
				build(g.Params(), nil, 0, layers.LocalReparameterization).Forward(x)
			},
			`MatMul x \[5 4\], fc/mu \[3 2\]: inner dimensions differ$`,
		},
		"flipout, width": {
			func(g *graph.Graph, x *graph.Node) { build(g.Params(), nil, 0, layers.Flipout).Forward(x) },
			`MatMul x \[5 4\], fc/mu \[3 2\]: inner dimensions differ$`,
		},
		"dense, width": {
			func(g *graph.Graph, x *graph.Node) {
				layers.NewDense(g.Params(), "fc", in, out, graph.Glorot).Forward(x)
			},
			`MatMul x \[5 4\], fc/w \[3 2\]: inner dimensions differ$`,
		},
		"no prior":           {func(g *graph.Graph, _ *graph.Node) { build(g.Params(), nil, 0, 0).KL(g) }, `weights fc/mu have no prior$`},
		"dropout of 1":       {func(_ *graph.Graph, x *graph.Node) { layers.Dropout{Rate: 1}.Forward(x) }, `rate 1 is not in \[0, 1\)$`},
		"dropout of -0.1":    {func(_ *graph.Graph, x *graph.Node) { layers.MCDropout{Rate: -0.1}.Forward(x) }, `rate -0.1 is not`},
		"two of a name":      {func(g *graph.Graph, _ *graph.Node) { build(g.Params(), nil, 0, 0); build(g.Params(), nil, 0, 0) }, `fc/mu is declared twice`},
		"prior out of range": {func(g *graph.Graph, _ *graph.Node) { build(g.Params(), prob.Gaussian{}, 0, 0).KL(g) }, `Sigma is 0`},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New(graph.NewParams(graph.Float32, 1), graph.Train)
			c.make(g, g.Input("x", 5, 4))
			_, err := g.Compile()
			require.ErrorContains(t, err, "bayesdense_test.go:")
			require.Regexp(t, c.want, firstLine(err))
		})
	}
	require.Panics(t, func() { build(graph.NewParams(graph.Float32, 1), nil, -1, 0) })
}

func firstLine(err error) string {
	line := err.Error()
	for i, r := range line {
		if r == '\n' {
			return line[:i]
		}
	}
	return line
}

func TestDefaults(t *testing.T) {
	ps := graph.NewParams(graph.Float32, 1)
	l := layers.NewBayesDense(ps, "fc", 400, 50, nil, layers.BayesOptions{})
	require.Equal(t, layers.WeightSampling, l.Estimator)
	require.InDelta(t, -5, l.Rho.Value().At(0), 1e-6)
	require.InDelta(t, math.Sqrt(2.0/400), stat.StdDev(l.Mu.Value().Float64s(), nil), 0.002)
	require.Zero(t, l.B.Value().At(49))
	for _, sigma := range []float64{1e-8, 0.05, 3, 50} {
		ps := graph.NewParams(graph.Float64, 1)
		g, l := graph.New(ps, graph.Train), build(ps, nil, sigma, 0)
		require.InEpsilon(t, sigma, run(t, 1, l.Posterior(g).Sigma)[0][0], 1e-7)
	}
}

func TestProgramIsTheReference(t *testing.T) {
	eachEstimator(t, priors["scale mixture"], 0.4, func(t *testing.T, g *graph.Graph, l *layers.BayesDense) {
		x := g.ConstArray(examples, 3, in)
		loss := l.Forward(x).Square().Mean().Add(l.KL(g))
		graphtest.ReferenceWithin(t, 1e-12, 3, nil, append(graph.Grad(loss, g.Param(l.Mu), g.Param(l.Rho)), loss)...)
	})
}
