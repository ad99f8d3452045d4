package optim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/optim"
)

// The loop over a parameter takes Adam's step, by its kernel, right after the gradient: nothing of the
// parameter's size is written but the parameter and its two moments.
func TestAdamIsOneInstructionOfTheGradientsLoop(t *testing.T) {
	for name, o := range map[string]optim.Optimizer{"Adam": optim.Adam{}, "AdamW": optim.AdamW{}} {
		t.Run(name, func(t *testing.T) {
			ps := graph.NewParams(graph.Float32, 1)
			w := ps.New("w", graph.He, 50, 40)
			g := graph.New(ps, graph.Train)
			loss := g.Param(w).Square().Exp().Sum()
			optim.Minimize(o, loss, g.Const(0.1))
			prog, err := g.Compile(loss)
			require.NoError(t, err)
			require.Regexp(t, `loop over 2000 elements, reads .*, writes 24.0 kB
(  .*\n)*  v\d+, v\d+, v\d+ = Adam .*  \[50 40\] over w\n`, prog.String())
		})
	}
}
