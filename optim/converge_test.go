package optim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/optim"
)

// rosenbrock is (1 - x)² + 100(y - x²)², a curved valley with its minimum at (1, 1).
func rosenbrock(x, y *graph.Param) func(g *graph.Graph) *graph.Node {
	return func(g *graph.Graph) *graph.Node {
		x, y := g.Param(x), g.Param(y)
		along, across := x.AddScalar(-1), y.Sub(x.Square())
		return along.Square().Add(across.Square().Scale(100))
	}
}

func TestEveryOptimizerConverges(t *testing.T) {
	settings := map[string]struct{ bowl, valley optim.Schedule }{
		"SGD":                   {optim.Constant(0.5), optim.Constant(1e-3)},
		"SGD with momentum":     {optim.Constant(0.1), optim.Constant(2e-4)},
		"SGD of Nesterov":       {optim.Constant(0.1), optim.Constant(2e-4)},
		"Adam":                  {optim.Cosine(0.5, 0, valleySteps), optim.Cosine(0.01, 0, valleySteps)},
		"Adam with other betas": {optim.Cosine(0.5, 0, valleySteps), optim.Cosine(0.01, 0, valleySteps)},
		"AdamW":                 {optim.Cosine(0.5, 0, valleySteps), optim.Cosine(0.01, 0, valleySteps)},
		"AdaGrad":               {optim.Constant(1), optim.Constant(0.5)},
		"AdaGrad from 0.1":      {optim.Constant(1), optim.Constant(0.5)},
		"RMSProp":               {optim.Cosine(0.05, 0, valleySteps), optim.Cosine(0.01, 0, valleySteps)},
		"RMSProp with momentum": {optim.Cosine(0.01, 0, valleySteps), optim.Cosine(1e-3, 0, valleySteps)},
	}
	for name, o := range everyOptimizer {
		if name == "AdamW" {
			o = optim.AdamW{Decay: 1e-6} // its optimum lies nearer to the origin
		}
		t.Run(name+" in a bowl", func(t *testing.T) {
			ps := graph.NewParams(graph.Float64, 1)
			p := declare(t, ps, "w", start, 2, 2)
			step := compile(t, ps, o, bowl(p))
			for k := range valleySteps {
				step(settings[name].bowl(k))
			}
			require.InDeltaSlice(t, make([]float64, 4), p.Value().Float64s(), 1e-3)
		})
		t.Run(name+" in Rosenbrock's valley", func(t *testing.T) {
			ps := graph.NewParams(graph.Float64, 1)
			x, y := declare(t, ps, "x", []float64{-1.2}), declare(t, ps, "y", []float64{1})
			step := compile(t, ps, o, rosenbrock(x, y))
			for k := range valleySteps {
				step(settings[name].valley(k))
			}
			require.InDelta(t, 1, x.Value().Item(), 1e-2)
			require.InDelta(t, 1, y.Value().Item(), 2e-2)
		})
	}
}

const valleySteps = 20000
