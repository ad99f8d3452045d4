package optim_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/optim"
)

// rule is a published update of one number: what w becomes in step t, counted from 1, at gradient g.
type rule func(t int, w, g, lr float64) float64

// byHand holds the formulas of the papers, each with the memory of one element.
var byHand = map[string]func() rule{
	"SGD": func() rule {
		return func(_ int, w, g, lr float64) float64 { return w - lr*g }
	},
	"SGD with momentum": func() rule {
		u := 0.0
		return func(_ int, w, g, lr float64) float64 {
			u = 0.9*u + g
			return w - lr*u
		}
	},
	"SGD of Nesterov": func() rule {
		u := 0.0
		return func(_ int, w, g, lr float64) float64 {
			u = 0.9*u + g
			return w - lr*(g+0.9*u)
		}
	},
	"Adam":                  func() rule { return adamByHand(0.9, 0.999, 1e-8, 0) },
	"Adam with other betas": func() rule { return adamByHand(0.7, 0.95, 1e-3, 0) },
	"AdamW":                 func() rule { return adamByHand(0.9, 0.999, 1e-8, 0.01) },
	"AdaGrad":               func() rule { return adaGradByHand(0) },
	"AdaGrad from 0.1":      func() rule { return adaGradByHand(0.1) },
	"RMSProp": func() rule {
		v := 0.0
		return func(_ int, w, g, lr float64) float64 {
			v = 0.9*v + 0.1*g*g
			return w - lr*g/(math.Sqrt(v)+1e-8)
		}
	},
	"RMSProp with momentum": func() rule {
		v, u := 0.0, 0.0
		return func(_ int, w, g, lr float64) float64 {
			v = 0.9*v + 0.1*g*g
			u = 0.9*u + g/(math.Sqrt(v)+1e-8)
			return w - lr*u
		}
	},
}

func adamByHand(beta1, beta2, eps, decay float64) rule {
	m, v := 0.0, 0.0
	return func(t int, w, g, lr float64) float64 {
		m = beta1*m + (1-beta1)*g
		v = beta2*v + (1-beta2)*g*g
		mHat := m / (1 - math.Pow(beta1, float64(t)))
		vHat := v / (1 - math.Pow(beta2, float64(t)))
		return w - lr*(mHat/(math.Sqrt(vHat)+eps)+decay*w)
	}
}

func adaGradByHand(start float64) rule {
	sum := start
	return func(_ int, w, g, lr float64) float64 {
		sum += g * g
		return w - lr*g/(math.Sqrt(sum)+1e-10)
	}
}

// The loss is half of Σ curvature·w², so that the gradient is curvature·w.
var (
	start     = []float64{1, -2, 0.5, 30}
	curvature = []float64{1, 3, 0.1, 0.01}
)

func bowl(p *graph.Param) func(g *graph.Graph) *graph.Node {
	return func(g *graph.Graph) *graph.Node {
		return g.Param(p).Square().Mul(g.ConstArray(curvature, 2, 2)).Sum().Scale(0.5)
	}
}

func TestFirstStepsEqualHandArithmetic(t *testing.T) {
	require.Len(t, byHand, len(everyOptimizer))
	rates := []float64{0.1, 0.02, 0.05}
	for name, o := range everyOptimizer {
		for precision, tolerance := range map[graph.Precision]float64{graph.Float32: 1e-6, graph.Float64: 1e-14} {
			t.Run(name+" in "+precision.String(), func(t *testing.T) {
				ps := graph.NewParams(precision, 1)
				p := declare(t, ps, "w", start, 2, 2)
				step := compile(t, ps, o, bowl(p))

				want, rules := append([]float64{}, start...), make([]rule, len(start))
				for i := range rules {
					rules[i] = byHand[name]()
				}
				for k, lr := range rates {
					step(lr)
					for i, w := range want {
						want[i] = rules[i](k+1, w, curvature[i]*w, lr)
						require.InEpsilon(t, want[i], p.Value().At(i), tolerance, "step %d, element %d", k+1, i)
					}
				}
			})
		}
	}
}

// From zero moments Adam's first step is the learning rate, whatever the gradient; computed as
// 1 - beta2 in float32 its correction would be wrong by 1e-5.
func TestAdamCorrectsBiasPrecisely(t *testing.T) {
	for _, precision := range []graph.Precision{graph.Float32, graph.Float64} {
		t.Run(precision.String(), func(t *testing.T) {
			ps := graph.NewParams(precision, 1)
			p := declare(t, ps, "w", []float64{0, 0}, 2)
			step := compile(t, ps, optim.Adam{}, func(g *graph.Graph) *graph.Node {
				return g.Param(p).Mul(g.ConstArray([]float64{1000, -0.5}, 2)).Sum()
			})
			step(0.25)
			require.InEpsilon(t, -0.25, p.Value().At(0), 1e-6)
			require.InEpsilon(t, 0.25, p.Value().At(1), 1e-6)
		})
	}
}

// After a million steps the moments need no correction.
func TestAdamLateStep(t *testing.T) {
	ps := graph.NewParams(graph.Float32, 1)
	p := declare(t, ps, "w", []float64{2})
	step := compile(t, ps, optim.Adam{}, func(g *graph.Graph) *graph.Node { return g.Param(p).Square() })
	ps.Lookup("adam.t").Value().Fill(1e6)
	step(0.5)
	m, v := 0.1*4.0, 0.001*16.0
	require.InEpsilon(t, 2-0.5*m/(math.Sqrt(v)+1e-8), p.Value().Item(), 1e-6)
	require.Equal(t, 1e6+1, ps.Lookup("adam.t").Value().Item())
}
