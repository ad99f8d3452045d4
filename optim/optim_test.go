package optim_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/optim"
)

// compile returns a function that takes one step of o on the loss at a learning rate, and returns
// the loss before it.
func compile(t *testing.T, ps *graph.Params, o optim.Optimizer, loss func(g *graph.Graph) *graph.Node) func(lr float64) float64 {
	t.Helper()
	g := graph.New(ps, graph.Train)
	lr, l := g.Input("lr"), loss(g)
	optim.Minimize(o, l, lr)
	prog, err := g.Compile(l)
	require.NoError(t, err)
	return func(rate float64) float64 {
		out, err := prog.Run(0, graph.Feed{lr: rate})
		require.NoError(t, err)
		return out[0].Item()
	}
}

// declare adds a trainable array with the given values.
func declare(t *testing.T, ps *graph.Params, name string, values []float64, shape ...int) *graph.Param {
	t.Helper()
	p := ps.New(name, graph.Zeros, shape...)
	require.NoError(t, p.Value().SetFloat64s(values))
	return p
}

// valuesOf returns every entry of ps by name.
func valuesOf(ps *graph.Params) map[string][]float64 {
	all := map[string][]float64{}
	for _, p := range ps.All() {
		all[p.Name()] = p.Value().Float64s()
	}
	return all
}

// everyOptimizer has each optimiser, and each of its branches, once.
var everyOptimizer = map[string]optim.Optimizer{
	"SGD":                   optim.SGD{},
	"SGD with momentum":     optim.SGD{Momentum: 0.9},
	"SGD of Nesterov":       optim.SGD{Momentum: 0.9, Nesterov: true},
	"Adam":                  optim.Adam{},
	"Adam with other betas": optim.Adam{Beta1: 0.7, Beta2: 0.95, Eps: 1e-3},
	"AdamW":                 optim.AdamW{},
	"AdaGrad":               optim.AdaGrad{},
	"AdaGrad from 0.1":      optim.AdaGrad{InitialAccumulator: 0.1},
	"RMSProp":               optim.RMSProp{},
	"RMSProp with momentum": optim.RMSProp{Momentum: 0.9},
}

func TestMinimizeNamedParameters(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	a, b := declare(t, ps, "a", []float64{1}), declare(t, ps, "b", []float64{1})
	g := graph.New(ps, graph.Train)
	loss := g.Param(a).Mul(g.Param(b))
	optim.Minimize(optim.SGD{}, loss, g.Const(0.5), b)
	prog, err := g.Compile()
	require.NoError(t, err)
	_, err = prog.Run(0, nil)
	require.NoError(t, err)
	require.Equal(t, 1.0, a.Value().Item())
	require.Equal(t, 0.5, b.Value().Item())
}

// Two losses of one graph, as a generator's and a discriminator's, each with its own parameters.
func TestTwoLossesCountStepsOnce(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	a, b := declare(t, ps, "a", []float64{1}), declare(t, ps, "b", []float64{1})
	g := graph.New(ps, graph.Train)
	lr := g.Const(0.25)
	optim.Minimize(optim.Adam{}, g.Param(a).Square(), lr, a)
	optim.Minimize(optim.AdamW{}, g.Param(b).Square(), lr, b)
	prog, err := g.Compile()
	require.NoError(t, err)
	for range 3 {
		_, err = prog.Run(0, nil)
		require.NoError(t, err)
	}
	require.Equal(t, 3.0, ps.Lookup("adam.t").Value().Item())
}

func TestMistakes(t *testing.T) {
	parameter := func(ps *graph.Params, g *graph.Graph) *graph.Node {
		return g.Param(ps.New("w", graph.Zeros, 2)).Sum()
	}
	tests := []struct {
		name  string
		o     optim.Optimizer
		loss  func(ps *graph.Params, g *graph.Graph) *graph.Node
		wants string
	}{
		{"no parameter", optim.SGD{}, func(_ *graph.Params, g *graph.Graph) *graph.Node { return g.Const(1) }, "uses no trainable parameter"},
		{"state is not learnt", optim.SGD{}, func(ps *graph.Params, g *graph.Graph) *graph.Node {
			return g.Param(ps.Declare(graph.State, "mean", graph.Zeros))
		}, "uses no trainable parameter"},
		{"loss is an array", optim.SGD{}, func(ps *graph.Params, g *graph.Graph) *graph.Node {
			return g.Param(ps.New("w", graph.Zeros, 2))
		}, "not a scalar"},
		{"slot of another shape", optim.Adam{}, func(ps *graph.Params, g *graph.Graph) *graph.Node {
			ps.Declare(graph.Slot, "w/adam.m", graph.Zeros, 3)
			return parameter(ps, g)
		}, "w/adam.m is a slot [3], while the optimiser needs a slot [2]"},
		{"parameter with a slot's name", optim.SGD{Momentum: 0.9}, func(ps *graph.Params, g *graph.Graph) *graph.Node {
			ps.New("w/sgd.velocity", graph.Zeros, 2)
			return parameter(ps, g)
		}, "w/sgd.velocity is a trainable [2]"},
		{"momentum of 1", optim.SGD{Momentum: 1}, parameter, "SGD.Momentum is 1, outside [0, 1)"},
		{"momentum below 0", optim.RMSProp{Momentum: -0.1}, parameter, "RMSProp.Momentum is -0.1"},
		{"decay of 1", optim.RMSProp{Decay: 1}, parameter, "RMSProp.Decay is 1"},
		{"RMSProp's eps", optim.RMSProp{Eps: -1}, parameter, "RMSProp.Eps is -1"},
		{"beta1 above 1", optim.Adam{Beta1: 1.5}, parameter, "Adam.Beta1 is 1.5"},
		{"beta2 is NaN", optim.Adam{Beta2: math.NaN()}, parameter, "Adam.Beta2 is NaN"},
		{"Adam's eps", optim.Adam{Eps: -1e-8}, parameter, "Adam.Eps is -1e-08"},
		{"decay below 0", optim.AdamW{Decay: -0.01}, parameter, "AdamW.Decay is -0.01"},
		{"AdaGrad's eps", optim.AdaGrad{Eps: -1}, parameter, "AdaGrad.Eps is -1"},
		{"accumulator below 0", optim.AdaGrad{InitialAccumulator: -1}, parameter, "AdaGrad.InitialAccumulator is -1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ps := graph.NewParams(graph.Float64, 1)
			g := graph.New(ps, graph.Train)
			optim.Minimize(tt.o, tt.loss(ps, g), g.Input("lr"))
			_, err := g.Compile()
			require.ErrorContains(t, err, tt.wants)
			require.ErrorContains(t, err, "optim_test.go:")
		})
	}
}
