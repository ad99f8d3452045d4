package experiments

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
)

// noisy is local-reparameterization in seconds: it need not show anything, only do everything.
var noisy = localPlan{
	Hidden: []int{16, 16, 16}, Epochs: []int{1, 2}, Batch: 100, LR: 1e-3, Prior: 0.5, Sigma: 0.2, Seeds: 2,
	Size: 50, Sizes: []int{5}, Gradients: 6, Separate: 5,
}

func someDigits(t *testing.T, n int) *data.Images {
	t.Helper()
	all, _, err := data.MNIST()
	require.NoError(t, err)
	some, _, err := all.Split(n)
	require.NoError(t, err)
	return some.Scaled(126)
}

func TestLocalReparameterizationReportsAllItIsAskedFor(t *testing.T) {
	digits := someDigits(t, 500)
	e := localReparameterization
	e.Run = func(ctx context.Context, r *Run) error { return noisy.run(ctx, r, digits, digits) }
	out := filepath.Join(t.TempDir(), "out")
	failed := new(ChecksError)
	if err := Do(t.Context(), e, Options{Scale: Quick, Seed: 1, Out: out}, io.Discard); err != nil {
		require.ErrorAs(t, err, &failed)
	}
	require.Equal(t, []string{"batch-size.png", "model.safetensors", "report.html", "result.json"}, fileNames(t, out))
	result := readResult(t, out)
	require.Len(t, result["checks"], 2*(12+6)+2+2)
	rows := result["tables"].([]any)[0].(map[string]any)["rows"].([]any)
	require.Len(t, rows, 2*(2+4)*len(gradientEstimators))
	info, err := os.Stat(filepath.Join(out, "batch-size.png"))
	require.NoError(t, err)
	require.NotZero(t, info.Size())
}

// On a small network that anyone can measure at length, the meter finds what is known: with weights for each example a
// part of the minibatch tells its variance; the gradient of mu at the top is distributed alike with the outputs drawn
// and with weights drawn for each example; and elsewhere the estimators have the order of theory.
func TestGradientMeterFindsWhatIsKnown(t *testing.T) {
	p := localPlan{Hidden: []int{5, 4}, Prior: 1, Sigma: 0.5}
	digits := someDigits(t, 200)
	const size, count = 8, 3000
	const topMu, topRho, bottomMu, bottomRho = 0, 1, 2, 3
	net := p.gaussian(1)
	meter := gradientMeter{net: net, wrt: append(net.measured(2), net.measured(0)...), set: digits, seed: 3}
	whole, err := meter.measure(t.Context(), size, size, count, func(int) {})
	require.NoError(t, err)
	part, err := meter.measure(t.Context(), size, 2, count, func(int) {})
	require.NoError(t, err)
	for i := range whole[bySeparate] {
		require.InEpsilon(t, whole[bySeparate][i], part[bySeparate][i], 0.15, "parameter %d", i)
	}
	require.InEpsilon(t, whole[byLocal][topMu], whole[bySeparate][topMu], 0.1)
	for _, i := range []int{topRho, bottomRho} {
		require.Greater(t, whole[bySeparate][i], 1.2*whole[byLocal][i], "parameter %d", i)
	}
	for i := range whole[bySingle] {
		require.Greater(t, whole[bySingle][i], 1.2*whole[bySeparate][i], "parameter %d", i)
	}
	for _, i := range []int{topMu, bottomMu} {
		require.Less(t, whole[byMean][i], whole[byLocal][i])
	}
	require.NotEqual(t, whole[byFlipout], whole[bySingle])
	for _, i := range []int{topRho, bottomRho} {
		require.NotEqual(t, whole[byMean][i], whole[byMean][i], "no gradient")
	}
}

// All estimators draw each example's outputs from the same distribution, in both posteriors.
func TestNoisyNetsAgreeOnTheirDistribution(t *testing.T) {
	p := localPlan{Hidden: []int{4}, Prior: 1, Sigma: 0.3}
	digits := someDigits(t, 50)
	for posterior, kind := range localPosteriors {
		net := kind.build(p, 1)
		meter := gradientMeter{net: net, wrt: net.measured(1), set: digits, seed: 3}
		// A single example has weights of its own under every estimator.
		v, err := meter.measure(t.Context(), 1, 1, 6000, func(int) {})
		require.NoError(t, err)
		for _, e := range []int{bySingle, byFlipout} {
			require.InEpsilon(t, v[bySeparate][0], v[e][0], 0.15, "%s, %s", localPosteriors[posterior].name, gradientEstimators[e])
		}
	}
}
