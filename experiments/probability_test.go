package experiments

import (
	"context"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/prob"
)

func TestProbability(t *testing.T) {
	out := t.TempDir()
	require.NoError(t, Do(t.Context(), probability, Options{Scale: Quick, Seed: 1, Out: out}, io.Discard))
	require.Equal(t, []string{"averages.png", "conditional.png", "distributions.png", "joint.png", "quantiles.png", "report.html", "result.json"}, fileNames(t, out))
}

// wide is a normal distribution whose draws are two per cent too wide.
type wide struct{ prob.Normal }

func (d wide) Sample(leading ...int) *graph.Node { return d.Normal.Sample(leading...).Scale(1.02) }

// What is slightly wrong is found, by the check that it concerns.
func TestProbabilityFindsWhatIsWrong(t *testing.T) {
	normal := listedDistributions[0]
	for name, row := range map[string]struct {
		run  func(ctx context.Context, r *Run) error
		want string
	}{
		"closed form": {func(_ context.Context, r *Run) error {
			k, err := normal.know()
			k.variance *= 1 + 1e-9
			checkKnown(r, []*known{k})
			return err
		}, "variance, closed form to integral less 1, largest"},
		"draws": {func(ctx context.Context, r *Run) error {
			d := normal
			d.make = func(c constants) prob.Distribution { return wide{prob.Normal{Mu: c.of(0), Sigma: c.of(1)}} }
			k, err := d.know()
			if err != nil {
				return err
			}
			s, err := d.draw(ctx, r, 0, k)
			checkDrawn(r, []*drawn{s})
			return err
		}, "draws: variance from the closed form, largest distance of 1 distributions, standard errors"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := do(t, row.run)
			var failed *ChecksError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, row.want, failed.Failed[0].Name)
		})
	}
}

func TestDoubleExponential(t *testing.T) {
	for _, row := range []struct {
		name      string
		low, high float64
		f         func(x float64) float64
		want      float64
	}{
		{"a root's pole", 0, 1, func(x float64) float64 { return 1 / math.Sqrt(x) }, 2},
		{"a cube", -1, 3, func(x float64) float64 { return x * x * x }, 20},
		{"half a normal density", -inf, 0, func(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }, 0.5},
		{"a heavy tail", 1, inf, func(x float64) float64 { return 1 / (x * x) }, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			x, weight := doubleExponential(row.low, row.high)
			sum := 0.0
			for i := range x {
				sum += weight[i] * row.f(x[i])
			}
			require.InDelta(t, row.want, sum, 1e-12*max(1, row.want))
		})
	}
}
