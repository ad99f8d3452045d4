package experiments

import (
	"context"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// narrow is concrete-dropout in a second: it need not show anything, only do everything.
var narrow = concretePlan{
	Hidden: [2]int{8, 6}, Sizes: []concreteSize{{10, 20}, {25, 10}, {100, 4}}, Steps: 30, Seeds: 2, Test: 30, Draws: 3,
}

func narrowConcrete() Experiment {
	e := concreteDropout
	e.Run = func(ctx context.Context, r *Run) error { return narrow.run(ctx, r) }
	return e
}

func TestConcreteDropout(t *testing.T) {
	out, failed := t.TempDir(), new(ChecksError)
	if err := Do(t.Context(), narrowConcrete(), Options{Scale: Quick, Seed: 1, Out: out}, io.Discard); err != nil {
		require.ErrorAs(t, err, &failed)
	}
	require.Equal(t, []string{"report.html", "result.json", "uncertainty.png"}, fileNames(t, out))
	result := readResult(t, out)
	require.Len(t, result["checks"], 2*(4+len(narrow.Sizes)))
	for _, table := range result["tables"].([]any) {
		require.Len(t, table.(map[string]any)["rows"], len(narrow.Sizes))
	}

	// Stopped in the middle of a fit, it goes on to the same numbers.
	parts := t.TempDir()
	err := Do(&impatient{t.Context(), 110}, narrowConcrete(), Options{Scale: Quick, Seed: 1, Out: parts}, io.Discard)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "to go on from ")
	_ = Do(t.Context(), narrowConcrete(), Options{Scale: Quick, Seed: 1, Out: parts}, io.Discard)
	require.Equal(t, result["checks"], readResult(t, parts)["checks"])
	require.Equal(t, result["tables"], readResult(t, parts)["tables"])
}

func TestConcreteData(t *testing.T) {
	p := concretePlanFor(Paper)
	training, test, err := p.data(10_000, 1)
	require.NoError(t, err)
	require.Equal(t, p.Test, test.Len())
	again, _, err := p.data(10_000, 1)
	require.NoError(t, err)
	require.Equal(t, training, again)
	other, _, err := p.data(10_000, 2)
	require.NoError(t, err)
	require.NotEqual(t, training, other)
	var x, noise, squares []float64
	for i := range training.Len() {
		at, y := training.At(i)
		e := y[0] - 2*at[0] - 8
		x, noise, squares = append(x, at[0]), append(noise, e), append(squares, e*e)
	}
	within := 4 / math.Sqrt(10_000)
	require.InDelta(t, 0, average(x), within)
	require.InDelta(t, 0, average(noise), within)
	require.InDelta(t, 1, average(squares), math.Sqrt2*within)
}

func TestConcretePlans(t *testing.T) {
	for _, s := range concreteDropout.Scales {
		p := concretePlanFor(s)
		require.GreaterOrEqual(t, p.Seeds, 3)
		for _, z := range p.Sizes {
			require.Len(t, concretePaperRates[z.N], len(concreteLayers), "the notebook has this size")
			require.Equal(t, z.Epochs, p.epochs(concreteNotebook, z))
			require.InDelta(t, p.Steps, p.epochs(concreteEqual, z)*((z.N+concreteBatch-1)/concreteBatch), 2, "N %d", z.N)
		}
	}
}

// A number that falls as 3/N^0.2 for one seed and stays for the other.
func TestConcreteFalls(t *testing.T) {
	c := concreteResults{concretePlan: concretePlan{Seeds: 2, Sizes: []concreteSize{{N: 10}, {N: 100}, {N: 10_000}}}}
	for _, z := range c.Sizes {
		c.fits[1] = append(c.fits[1], []concreteFit{{Epistemic: 3 / math.Pow(float64(z.N), 0.2)}, {Epistemic: 3}})
	}
	slopes, ratios := c.falls(1, concreteEpistemic)
	require.InDeltaSlice(t, []float64{-0.2, 0}, slopes, 1e-12)
	require.InDeltaSlice(t, []float64{math.Pow(1000, -0.2), 1}, ratios, 1e-12)
}
