package optim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/optim"
)

// A second program on the same Params, the last and smaller batch's, goes on with the first one's
// memory: the steps of both are those of one optimiser.
func TestProgramsShareTheirMemory(t *testing.T) {
	for name, o := range everyOptimizer {
		t.Run(name, func(t *testing.T) {
			ps := graph.NewParams(graph.Float64, 1)
			p := declare(t, ps, "w", start, 2, 2)
			first := compile(t, ps, o, bowl(p))
			slots := len(ps.All(graph.Slot))
			second := compile(t, ps, o, bowl(p))
			require.Len(t, ps.All(graph.Slot), slots)

			alone := graph.NewParams(graph.Float64, 1)
			q := declare(t, alone, "w", start, 2, 2)
			only := compile(t, alone, o, bowl(q))
			for range 3 {
				first(0.1)
				second(0.05)
				only(0.1)
				only(0.05)
			}
			require.Equal(t, valuesOf(alone), valuesOf(ps))
		})
	}
}

func TestOrderOfDeclarationDoesNotMatter(t *testing.T) {
	for name, o := range everyOptimizer {
		t.Run(name, func(t *testing.T) {
			after := func(names ...string) map[string][]float64 {
				ps := graph.NewParams(graph.Float32, 1)
				for _, n := range names {
					ps.New(n, graph.Gaussian(0, 1), 5)
				}
				step := compile(t, ps, o, func(g *graph.Graph) *graph.Node {
					a, b := g.Param(ps.Lookup("a")), g.Param(ps.Lookup("b"))
					return a.Square().Sub(b).Square().Sum()
				})
				for range 5 {
					step(0.01)
				}
				return valuesOf(ps)
			}
			require.Equal(t, after("a", "b"), after("b", "a"))
		})
	}
}

// A copy of all entries made in the middle goes on to the same bits; a copy without the slots does not.
func TestResume(t *testing.T) {
	for name, o := range everyOptimizer {
		t.Run(name, func(t *testing.T) {
			ps := graph.NewParams(graph.Float32, 1)
			p := declare(t, ps, "w", start, 2, 2)
			step := compile(t, ps, o, bowl(p))
			for range 7 {
				step(0.01)
			}
			resumed := ps.Clone()
			again := compile(t, resumed, o, bowl(resumed.Lookup("w")))
			forgot := graph.NewParams(graph.Float32, 1)
			fresh := compile(t, forgot, o, bowl(declare(t, forgot, "w", p.Value().Float64s(), 2, 2)))
			for range 5 {
				step(0.01)
				again(0.01)
				fresh(0.01)
			}
			require.Equal(t, valuesOf(ps), valuesOf(resumed))
			if len(ps.All(graph.Slot)) > 0 {
				require.NotEqual(t, p.Value().Float64s(), forgot.Lookup("w").Value().Float64s())
			}
		})
	}
}

func TestSlotsHaveTheParametersName(t *testing.T) {
	want := map[string][]string{
		"SGD":                   nil,
		"SGD with momentum":     {"w/sgd.velocity"},
		"SGD of Nesterov":       {"w/sgd.velocity"},
		"Adam":                  {"adam.t", "w/adam.m", "w/adam.v"},
		"Adam with other betas": {"adam.t", "w/adam.m", "w/adam.v"},
		"AdamW":                 {"adam.t", "w/adam.m", "w/adam.v"},
		"AdaGrad":               {"w/adagrad.sum"},
		"AdaGrad from 0.1":      {"w/adagrad.sum"},
		"RMSProp":               {"w/rmsprop.v"},
		"RMSProp with momentum": {"w/rmsprop.v", "w/rmsprop.velocity"},
	}
	for name, o := range everyOptimizer {
		t.Run(name, func(t *testing.T) {
			ps := graph.NewParams(graph.Float64, 1)
			compile(t, ps, o, bowl(declare(t, ps, "w", start, 2, 2)))
			var names []string
			for _, p := range ps.All(graph.Slot) {
				names = append(names, p.Name())
			}
			require.ElementsMatch(t, want[name], names)
		})
	}
}

// The arithmetic of a training step, the optimiser's in it, allocates nothing.
func TestStepsDoNotAllocate(t *testing.T) {
	for name, o := range everyOptimizer {
		t.Run(name, func(t *testing.T) {
			ps := graph.NewParams(graph.Float32, 1)
			p := declare(t, ps, "w", start, 2, 2)
			g := graph.New(ps, graph.Train)
			lr, loss := g.Input("lr"), bowl(p)(g)
			norm := optim.MinimizeClipped(o, loss, lr, 1)
			prog, err := g.Compile(loss, norm)
			require.NoError(t, err)
			rate := 0.01
			feed := graph.Feed{lr: &rate}
			require.Zero(t, testing.AllocsPerRun(20, func() {
				if _, err := prog.Run(0, feed); err != nil {
					t.Fatal(err)
				}
			}))
		})
	}
}
