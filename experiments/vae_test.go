package experiments

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"credence/data"
	"credence/models/vae"
	"credence/optim"
)

// tinyVAE is far too small to pass.
func tinyVAE() vaePlan {
	return vaePlan{
		Train: 600, Test: 100, Hidden: 10, Latents: []int{vaePlane, vaeFew, vaeMain, vaeMany}, Seeds: 2, Epochs: 2, PlaneEpochs: 3,
		Optimizer: optim.Adam{}, LR: func(int) optim.Schedule { return optim.Constant(1e-3) }, OptimText: "Adam", Draws: [2]int{2, 10}, Weighed: 20, MinBound: -112,
	}
}

func TestVAEReportsAllItIsAskedFor(t *testing.T) {
	e := vaeExperiment
	e.Run = func(ctx context.Context, r *Run) error { return tinyVAE().run(ctx, r) }
	out := t.TempDir()
	err := Do(context.Background(), e, Options{Scale: Quick, Seed: 1, Out: out}, io.Discard)
	var failed *ChecksError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "bound, 20 latent variables, nats (quick)", failed.Failed[0].Name)
	require.Equal(t, 8, failed.Total)
	for _, name := range []string{
		"result.json", "report.html", "model.safetensors", "bounds.png", "latent-variables.png", "samples.png", "reconstructions.png",
		"manifold.png", "interpolations.png",
	} {
		info, err := os.Stat(filepath.Join(out, name))
		require.NoError(t, err)
		require.NotZero(t, info.Size(), name)
	}
	tables := readResult(t, out)["tables"].([]any)
	require.Len(t, tables[0].(map[string]any)["rows"], 1+2+2+2, "each network's bounds")
	require.Len(t, tables[1].(map[string]any)["rows"], 2, "each seed's log p(x)")
}

// A run that is stopped, in the middle of an epoch or at its last step, goes on to the same bounds, with those
// of the epochs before.
func TestVAEGoesOnAfterAnInterruption(t *testing.T) {
	p := tinyVAE()
	p.Epochs = 4
	training, test := someDigits(t, p.Train).Scaled(255), someDigits(t, p.Test).Scaled(255)
	fit := func(out string, until int) (*vaeNet, error) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		p.LR = func(int) optim.Schedule {
			return func(step int) float64 {
				if step == until {
					cancel()
				}
				return 1e-3
			}
		}
		r := &Run{Scale: Quick, Seed: 1, Out: out, name: "vae", progress: &progress{out: io.Discard, now: time.Now}}
		return p.fit(ctx, r, vaeFew, 1, training, test)
	}
	whole, err := fit(t.TempDir(), -1)
	require.NoError(t, err)
	require.Len(t, whole.held, p.Epochs)

	out := t.TempDir()
	for _, step := range []int{8, 17} { // of 6 an epoch
		_, err := fit(out, step)
		require.ErrorIs(t, err, context.Canceled)
	}
	n, err := fit(out, -1)
	require.NoError(t, err)
	require.Equal(t, whole.held, n.held)
	require.Equal(t, whole.history, n.history)
}

// A latent variable whose posterior is the same for all digits is not active.
func TestActiveUnits(t *testing.T) {
	n := &vaeNet{latent: 4, VAE: vae.New(vae.Config{Inputs: 784, Hidden: []int{10}, Latent: 4, Seed: 1})}
	digits := someDigits(t, 200).Scaled(255)
	active, err := n.activeUnits(digits)
	require.NoError(t, err)
	require.Equal(t, 4, active)
	w, b := n.Params().Lookup("mu/w").Value(), n.Params().Lookup("mu/b").Value()
	values := w.Float64s()
	for i := range values {
		if i%4 < 3 { // all but the last unit
			values[i] = 0
		}
	}
	require.NoError(t, w.SetFloat64s(values))
	require.NoError(t, b.SetFloat64s([]float64{5, -5, 0, 0}))
	active, err = n.activeUnits(digits)
	require.NoError(t, err)
	require.Equal(t, 1, active)
}

// Each pixel is drawn with the probability of its grey value.
func TestDrawnOnce(t *testing.T) {
	const n = 4000
	pixels := make([]byte, 3*n)
	for i := range n {
		copy(pixels[3*i:], []byte{0, 51, 255})
	}
	grey, err := data.NewImages(pixels, 3, 1, make([]int, n), 1)
	require.NoError(t, err)
	set, err := drawnOnce(grey, 1)
	require.NoError(t, err)
	var full [3]int
	for i := range n {
		image, _ := set.At(i)
		for k, p := range image {
			require.Contains(t, []byte{0, 255}, p)
			full[k] += int(p) / 255
		}
	}
	require.Equal(t, 0, full[0])
	require.InDelta(t, 0.2, float64(full[1])/n, 0.025, "4 standard errors")
	require.Equal(t, n, full[2])
	again, err := drawnOnce(grey, 1)
	require.NoError(t, err)
	require.Equal(t, set, again)
}
