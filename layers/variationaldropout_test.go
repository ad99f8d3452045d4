package layers_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/layers"
)

var _ layers.Bayesian = &layers.VariationalDropout{}

var dropoutOptions = map[string]layers.VariationalDropoutOptions{
	"A, one rate":        {},
	"A, rates of inputs": {Rates: layers.RatePerUnit},
	"A, rates of each":   {Rates: layers.RatePerWeight},
	"B, one rate":        {Noise: layers.CorrelatedNoise},
	"B, rates of inputs": {Noise: layers.CorrelatedNoise, Rates: layers.RatePerUnit},
}

// variational returns a layer with a bias, and rates that differ where there are several.
func variational(ps *graph.Params, o layers.VariationalDropoutOptions) *layers.VariationalDropout {
	if o.Theta == nil {
		o.Theta = graph.Between(-1, 1)
	}
	l := layers.NewVariationalDropout(ps, "fc", in, out, o)
	l.B.Value().Set(0, 0.7)
	for i := range l.Rho.Value().Len() {
		l.Rho.Value().Set(i, l.Rho.Value().At(i)+0.3*float64(i))
	}
	return l
}

func eachDropout(t *testing.T, check func(t *testing.T, o layers.VariationalDropoutOptions)) {
	for name, o := range dropoutOptions {
		t.Run(name, func(t *testing.T) { check(t, o) })
	}
}

// alphaOf returns the rate of the weight from input i to output j.
func alphaOf(l *layers.VariationalDropout, i, j int) float64 {
	alphas := l.Alphas()
	switch len(alphas) {
	case 1:
		return alphas[0]
	case in:
		return alphas[i]
	}
	return alphas[i*out+j]
}

// Both kinds give an output the variance Σ alpha·x²·theta²; with one noise for the weights from an input,
// the outputs vary together.
func TestVariationalDropoutMoments(t *testing.T) {
	const n = 20_000
	x := []float64{1, -2, 0.5}
	eachDropout(t, func(t *testing.T, o layers.VariationalDropoutOptions) {
		ps := graph.NewParams(graph.Float64, 1)
		g, l := graph.New(ps, graph.Predict), variational(ps, o)
		draws := run(t, 2, l.Forward(g.ConstArray(x, in).Broadcast(n, in)))
		require.NotEqual(t, draws[0], draws[1], "another draw at the next step")
		mean := run(t, 1, l.ForwardMean(g.ConstArray(x, in)))[0]
		deviations := [out][]float64{}
		for k, v := range draws[0] {
			deviations[k%out] = append(deviations[k%out], v-mean[k%out])
		}
		for a := range out {
			within(t, 0, deviations[a], "mean of an output")
			for b := range out {
				want, products := 0.0, make([]float64, n)
				for i, v := range x {
					if a == b || o.Noise == layers.CorrelatedNoise {
						want += alphaOf(l, i, a) * v * v * l.Theta.Value().At(i*out+a) * l.Theta.Value().At(i*out+b)
					}
				}
				for k := range n {
					products[k] = deviations[a][k] * deviations[b][k]
				}
				within(t, want, products, "covariance of outputs")
			}
		}
	})
}

func TestVariationalDropoutWithoutNoiseIsDense(t *testing.T) {
	eachDropout(t, func(t *testing.T, o layers.VariationalDropoutOptions) {
		ps := graph.NewParams(graph.Float64, 1)
		g, l := graph.New(ps, graph.Train), variational(ps, o)
		l.Rho.Value().Fill(-1000)
		x := g.ConstArray(examples, 3, in)
		dense := layers.Dense{W: l.Theta, B: l.B}
		require.Equal(t, run(t, 1, dense.Forward(x)), run(t, 1, l.ForwardMean(x)))
		if o.Noise == layers.CorrelatedNoise {
			require.Equal(t, run(t, 1, dense.Forward(x)), run(t, 1, l.Forward(x)))
		} else {
			tolerance := 5e-4 // of the 1e-8 under the root
			require.InDeltaSlice(t, run(t, 1, dense.Forward(x))[0], run(t, 1, l.Forward(x))[0], tolerance)
		}
	})
}

// exactKL is the divergence of N(θ, alpha·θ²) from the log-uniform prior, up to a constant: E log|s| -
// log(alpha)/2 with s from N(1, alpha). Over v = log|s| the integrand is smooth.
func exactKL(alpha float64) float64 {
	const step = 0.002
	expectation := 0.0
	for v := -40.0; v < math.Log(1+14*math.Sqrt(alpha)); v += step {
		s := math.Exp(v)
		density := math.Exp(-(s-1)*(s-1)/(2*alpha)) + math.Exp(-(s+1)*(s+1)/(2*alpha))
		expectation += step * v * s * density / math.Sqrt(2*math.Pi*alpha)
	}
	return expectation - math.Log(alpha)/2
}

// The quadrature itself, where the answer is known: E log|s| is about -alpha/2 for little noise.
func TestExactKL(t *testing.T) {
	require.InDelta(t, -5e-5, exactKL(1e-4)+math.Log(1e-4)/2, 2e-8)
}

func TestVariationalDropoutKL(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	l := layers.NewVariationalDropout(ps, "fc", 1, 1, layers.VariationalDropoutOptions{})
	prog, err := func() (*graph.Program, error) {
		g := graph.New(ps, graph.Train)
		return g.Compile(l.KL(g))
	}()
	require.NoError(t, err)
	kl := func(alpha float64) float64 {
		l.Rho.Value().Set(0, math.Log(alpha)-math.Log1p(-alpha))
		out, err := prog.Run(0, nil)
		require.NoError(t, err)
		return out[0].Item()
	}
	require.InDelta(t, -(math.Log(0.5)/2 + 1.16145124/2 - 1.50204118/4 + 0.58629921/8), kl(0.5), 1e-12)
	for _, alpha := range []float64{1e-4, 1e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.999999} {
		require.InDelta(t, exactKL(alpha)-0.02, kl(alpha), 0.02, "alpha %v", alpha)
		if alpha >= 0.1 {
			require.InDelta(t, exactKL(alpha)-0.0355, kl(alpha), 0.004, "alpha %v", alpha)
		}
	}
}

// KL is a sum over noises, whatever shares a rate.
func TestVariationalDropoutKLIsASum(t *testing.T) {
	eachDropout(t, func(t *testing.T, o layers.VariationalDropoutOptions) {
		ps := graph.NewParams(graph.Float64, 1)
		g, l := graph.New(ps, graph.Train), variational(ps, o)
		outputs := out
		if o.Noise == layers.CorrelatedNoise {
			outputs = 1
		}
		want := 0.0
		for i := range in {
			for j := range outputs {
				a := alphaOf(l, i, j)
				want -= math.Log(a)/2 + 1.16145124*a - 1.50204118*a*a + 0.58629921*a*a*a
			}
		}
		require.InDelta(t, want, run(t, 1, l.KL(g))[0][0], 1e-9)
	})
}

func TestVariationalDropoutGradient(t *testing.T) {
	eachDropout(t, func(t *testing.T, o layers.VariationalDropoutOptions) {
		graphtest.Gradient(t, func(x ...*graph.Node) *graph.Node {
			g := x[0].Graph()
			l := variational(g.Params(), o)
			return l.Forward(x[0]).Square().Add(l.KL(g))
		}, graphtest.Between(-1, 1, 4, in))
	})
}

func TestVariationalDropoutGradientAtZeroInput(t *testing.T) {
	eachDropout(t, func(t *testing.T, o layers.VariationalDropoutOptions) {
		graphtest.Finite(t, func(x ...*graph.Node) *graph.Node {
			return variational(x[0].Graph().Params(), o).Forward(x[0])
		}, graphtest.Values(make([]float64, 2*in), 2, in))
	})
}

func TestVariationalDropoutMistakes(t *testing.T) {
	correlated := layers.CorrelatedNoise
	for name, c := range map[string]struct {
		o     layers.VariationalDropoutOptions
		width int
		want  string
	}{
		"A, width":            {layers.VariationalDropoutOptions{}, in + 1, `inner dimensions differ$`},
		"B, width":            {layers.VariationalDropoutOptions{Noise: correlated, Rates: layers.RatePerUnit}, 1, `inner dimensions differ$`},
		"B, rates of weights": {layers.VariationalDropoutOptions{Noise: correlated, Rates: layers.RatePerWeight}, in, `fc/theta has a rate for each`},
		"no such noise":       {layers.VariationalDropoutOptions{Noise: 2}, in, `has no such noise: WeightNoise\(2\)$`},
	} {
		t.Run(name, func(t *testing.T) {
			ps := graph.NewParams(graph.Float32, 1)
			g, l := graph.New(ps, graph.Train), variational(ps, c.o)
			l.Forward(g.Input("x", 5, c.width))
			_, err := g.Compile()
			require.ErrorContains(t, err, "variationaldropout_test.go:")
			require.Regexp(t, c.want, firstLine(err))
		})
	}
	for _, o := range []layers.VariationalDropoutOptions{{Alpha: 1}, {Alpha: -0.1}, {Alpha: math.NaN()}, {Rates: 3}} {
		require.Panics(t, func() { variational(graph.NewParams(graph.Float32, 1), o) })
	}
}

func TestVariationalDropoutDefaults(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	l := layers.NewVariationalDropout(ps, "fc", in, out, layers.VariationalDropoutOptions{Rates: layers.RatePerUnit})
	require.Equal(t, "independent noise", l.Noise.String())
	require.InDeltaSlice(t, []float64{0.25, 0.25, 0.25}, l.Alphas(), 1e-12)
	g := graph.New(ps, graph.Train)
	require.InDelta(t, math.Log(0.25), run(t, 1, l.LogAlpha(g))[0][0], 1e-12)
	require.Zero(t, l.B.Value().At(0))
}
