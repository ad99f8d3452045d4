package layers_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/layers"
)

var _ layers.Bayesian = &layers.ConcreteDropout{}

// concrete returns a layer with a bias.
func concrete(ps *graph.Params, o layers.ConcreteOptions) *layers.ConcreteDropout {
	l := layers.NewConcreteDropout(ps, "fc", in, out, 0.5, o)
	l.Dense.B.Value().Set(0, 0.7)
	return l
}

// keptMoments returns the mean and the variance of what is kept of an input of 1, by the midpoint rule
// over the uniform draw.
func keptMoments(rate, temperature float64) (mean, variance float64) {
	const n = 1_000_000
	second := 0.0
	for i := range n {
		u := (float64(i) + 0.5) / n
		z := (math.Log(rate/(1-rate)) + math.Log(u/(1-u))) / temperature
		kept := 1 / (1 + math.Exp(z)) / (1 - rate)
		mean += kept / n
		second += kept * kept / n
	}
	return mean, second - mean*mean
}

func TestConcreteDropoutMoments(t *testing.T) {
	const n = 20_000
	for _, o := range []layers.ConcreteOptions{{}, {Rate: 0.4}, {Rate: 0.3, Temperature: 0.5}, {Rate: 0.2, Temperature: 1e-4}} {
		ps := graph.NewParams(graph.Float64, 1)
		g, l := graph.New(ps, graph.Predict), concrete(ps, o)
		x := []float64{1, -2, 0.5}
		draws := run(t, 2, l.Forward(g.ConstArray(x, in).Broadcast(n, in)))
		require.NotEqual(t, draws[0], draws[1], "another draw at the next step")
		keptMean, keptVariance := keptMoments(l.Rate(), l.Temperature)
		if l.Temperature < 1e-3 {
			require.InDelta(t, 1, keptMean, 1e-3, "dropout as usual")
			require.InDelta(t, l.Rate()/(1-l.Rate()), keptVariance, 1e-3)
		}
		for j := range out {
			mean, variance := l.Dense.B.Value().At(j), 0.0
			for i, v := range x {
				term := v * l.Dense.W.Value().At(i*out+j)
				mean += term * keptMean
				variance += term * term * keptVariance
			}
			var y, squares []float64
			for k := range n {
				v := draws[0][k*out+j]
				y, squares = append(y, v), append(squares, (v-mean)*(v-mean))
			}
			within(t, mean, y, "mean of an output")
			within(t, variance, squares, "variance of an output")
		}
	}
}

// More than half of an input is taken away with the probability that the layer calls its rate.
func TestConcreteDropoutRate(t *testing.T) {
	const n = 20_000
	ps := graph.NewParams(graph.Float32, 1)
	g, l := graph.New(ps, graph.Train), layers.NewConcreteDropout(ps, "fc", 1, 1, 1, layers.ConcreteOptions{W: graph.Constant(1), Rate: 0.3})
	require.InDelta(t, 0.3, l.Rate(), 1e-6)
	dropped := make([]float64, n)
	for i, v := range run(t, 1, l.Forward(g.Const(1).Broadcast(n, 1)))[0] {
		if v < 0.5/0.7 {
			dropped[i] = 1
		}
	}
	within(t, 0.3, dropped, "share dropped")
}

func TestConcreteDropoutOfNothingIsDense(t *testing.T) {
	for _, p := range []graph.Precision{graph.Float32, graph.Float64} {
		ps := graph.NewParams(p, 1)
		g, l := graph.New(ps, graph.Train), concrete(ps, layers.ConcreteOptions{})
		x := g.ConstArray(examples, 3, in)
		require.NotEqual(t, run(t, 1, l.Dense.Forward(x)), run(t, 1, l.Forward(x)))
		require.Equal(t, run(t, 1, l.Dense.Forward(x)), run(t, 1, l.ForwardMean(x)))
		l.Logit.Value().Fill(-800)
		require.Zero(t, l.Rate())
		require.Equal(t, run(t, 1, l.Dense.Forward(x)), run(t, 1, l.Forward(x)))
	}
}

func TestConcreteDropoutKL(t *testing.T) {
	for _, rate := range []float64{0.01, 0.1, 0.5, 0.9} {
		ps := graph.NewParams(graph.Float64, 1)
		g, l := graph.New(ps, graph.Train), concrete(ps, layers.ConcreteOptions{Rate: rate})
		squares := 0.0
		for _, w := range l.Dense.W.Value().Float64s() {
			squares += w * w
		}
		entropy := -rate*math.Log(rate) - (1-rate)*math.Log(1-rate)
		require.InDelta(t, 0.25*squares/(2*(1-rate))-in*entropy, run(t, 1, l.KL(g))[0][0], 1e-12)
	}
	ps := graph.NewParams(graph.Float64, 1)
	g, l := graph.New(ps, graph.Train), concrete(ps, layers.ConcreteOptions{})
	l.Dense.W.Value().Fill(0)
	l.Logit.Value().Fill(0)
	require.InDelta(t, -in*math.Ln2, run(t, 1, l.KL(g))[0][0], 1e-12)
	require.InDelta(t, 0, run(t, 1, graph.Grad(l.KL(g), g.Param(l.Logit))[0])[0][0], 1e-12, "a half is the likeliest rate without data")
}

func TestConcreteDropoutGradient(t *testing.T) {
	for _, temperature := range []float64{0.1, 1} {
		graphtest.Gradient(t, func(x ...*graph.Node) *graph.Node {
			g := x[0].Graph()
			l := concrete(g.Params(), layers.ConcreteOptions{Rate: 0.3, Temperature: temperature})
			return l.Forward(x[0]).Square().Add(l.KL(g))
		}, graphtest.Between(-1, 1, 4, in))
	}
}

func TestConcreteDropoutStaysFinite(t *testing.T) {
	for _, logit := range []float64{-80, -20, 20, 80} {
		graphtest.Finite(t, func(x ...*graph.Node) *graph.Node {
			g := x[0].Graph()
			l := concrete(g.Params(), layers.ConcreteOptions{})
			l.Logit.Value().Fill(logit)
			return l.Forward(x[0]).Sum().Add(l.KL(g))
		}, graphtest.Between(-1, 1, 4, in))
	}
}

func TestConcreteDropoutMistakes(t *testing.T) {
	forward := func(l *layers.ConcreteDropout, x *graph.Node) { l.Forward(x) }
	kl := func(l *layers.ConcreteDropout, x *graph.Node) { l.KL(x.Graph()) }
	for name, c := range map[string]struct {
		lengthScale, temperature float64
		width                    int
		use                      func(l *layers.ConcreteDropout, x *graph.Node)
		want                     string
	}{
		"temperature":             {1, -1, in, forward, `fc/w: temperature -1 is not a positive number$`},
		"infinite temperature":    {1, math.Inf(1), in, forward, `fc/w: temperature \+Inf is not a positive number$`},
		"length-scale":            {0, 1, in, kl, `fc/w: length-scale 0 is not a positive number$`},
		"length-scale, no number": {math.NaN(), 1, in, kl, `fc/w: length-scale NaN is not a positive number$`},
		"width":                   {1, 1, in + 1, forward, `inner dimensions differ$`},
	} {
		t.Run(name, func(t *testing.T) {
			ps := graph.NewParams(graph.Float32, 1)
			l := layers.NewConcreteDropout(ps, "fc", in, out, c.lengthScale, layers.ConcreteOptions{Temperature: c.temperature})
			g := graph.New(ps, graph.Train)
			c.use(l, g.Input("x", 5, c.width))
			_, err := g.Compile()
			require.ErrorContains(t, err, "concretedropout_test.go:")
			require.Regexp(t, c.want, firstLine(err))
		})
	}
	for _, rate := range []float64{-0.1, 1, math.NaN()} {
		require.Panics(t, func() { concrete(graph.NewParams(graph.Float32, 1), layers.ConcreteOptions{Rate: rate}) })
	}
}
