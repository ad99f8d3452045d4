package experiments

import (
	"context"
	"io"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
	"credence/infer"
)

// With gradients too few to tell a bias, every part of the experiment runs, and the checks of biased estimators
// fail.
func TestReinforceReportsAllItIsAskedFor(t *testing.T) {
	tiny := reinforcePlan{
		Train: 100, Test: 10, Hidden: 4, Code: 2, Early: 2, Late: 4, Bits: 2, Learnt: 3, Batch: 5, Fixed: 2,
		Draws: 2, Steps: 10, DrawSteps: 10, BitSteps: 10, Warm: 12, Learning: 20, Seeds: 2,
	}
	e := reinforce
	e.Run = func(ctx context.Context, r *Run) error { return tiny.run(ctx, r) }
	out := t.TempDir()
	var failed *ChecksError
	require.ErrorAs(t, Do(t.Context(), e, Options{Scale: Quick, Seed: 1, Out: out}, io.Discard), &failed)
	require.True(t, slices.ContainsFunc(failed.Failed, func(c Check) bool { return c.Name == "straight-through, biased: the same" }))
	require.Equal(t, []string{"bias.png", "learning.png", "report.html", "result.json", "variance.png"}, fileNames(t, out))
}

func TestLargestDeviation(t *testing.T) {
	of := infer.GradientMoments{Steps: 100, Mean: []float64{1, 2}, Variance: []float64{4, 1}}
	require.InDelta(t, 5, largestDeviation(of, exactMoments([]float64{1.2, 1.5})), 1e-12)
	require.InDelta(t, 5/math.Sqrt2, largestDeviation(of, infer.GradientMoments{Steps: 100, Mean: []float64{1, 1.5}, Variance: of.Variance}), 1e-12)
}

// The exact gradient is that of the exact bound.
func TestExactGradient(t *testing.T) {
	digits, err := newBinaryDigits(3, 1)
	require.NoError(t, err)
	c := newBitCoder(1, 3)
	gradient, err := c.exactGradient(digits.train)
	require.NoError(t, err)
	program, err := c.exactBound(digits.train)
	require.NoError(t, err)
	bias := c.encoder[0].B.Value()
	for i, want := range gradient {
		bound := func(shift float64) float64 {
			bias.Set(i, shift)
			defer bias.Set(i, 0)
			out, err := program.Run(0, nil)
			require.NoError(t, err)
			return out[0].Item()
		}
		require.InDelta(t, want, -(bound(0.05)-bound(-0.05))/0.1, 1e-3+0.01*math.Abs(want))
	}
}

func TestBinarisedDigits(t *testing.T) {
	pixels := make([]byte, 28*28)
	pixels[0], pixels[1], pixels[28] = 255, 255, 255 // three quarters of the first
	pixels[26], pixels[27] = 255, 255                // half of the last in the first row
	pixels[27*28+27] = 255                           // a quarter of the last
	images, err := data.NewImages(pixels, 28, 28, []int{0}, 1)
	require.NoError(t, err)
	want := make([]float64, binaryPixels)
	want[0] = 1
	require.Equal(t, want, binarised(images, 1))
}
