package experiments

import (
	"context"
	"io"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"credence/data"
	"credence/optim"
)

// tinyFrey is far too small to pass.
func tinyFrey() freyPlan {
	p := freyPlanFor(Quick)
	p.Train, p.Valid, p.Test, p.Hidden, p.Seeds, p.Epochs, p.Every, p.Draws = 130, 20, 25, 5, 2, 4, 2, 3
	p.LR = func(int) optim.Schedule { return optim.Constant(1e-3) }
	return p
}

// blurs are images of a frame's size, each a shade of grey with a little noise.
func blurs(t *testing.T, n int) *data.Images {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	pixels := make([]byte, 560*n)
	for i := range pixels {
		pixels[i] = byte(100 + 20*(i/560%3) + rng.IntN(9))
	}
	set, err := data.NewImages(pixels, 20, 28, make([]int, n), 1)
	require.NoError(t, err)
	return set
}

func TestFreyFacesReportsAllItIsAskedFor(t *testing.T) {
	e := freyFaces
	e.Run = func(ctx context.Context, r *Run) error { return tinyFrey().run(ctx, r, blurs(t, 175)) }
	out := t.TempDir()
	var failed *ChecksError
	require.ErrorAs(t, Do(t.Context(), e, Options{Scale: Quick, Seed: 1, Out: out}, io.Discard), &failed)
	require.Equal(t, "bound, 20 latent variables, nats (quick)", failed.Failed[0].Name)
	require.Equal(t, 6, failed.Total)
	require.Equal(t, []string{
		"bounds.png", "latent-variables.png", "manifold.png", "model.safetensors", "reconstructions.png", "report.html", "result.json", "samples.png",
	}, fileNames(t, out))
	tables := readResult(t, out)["tables"].([]any)
	require.Len(t, tables[0].(map[string]any)["rows"], 4, "a row for each number of latent variables")
	require.Len(t, tables[1].(map[string]any)["rows"], 4*2, "and for each network")
}

func TestFreyFacesWithoutTheSet(t *testing.T) {
	var missing *data.MissingError
	err := Do(t.Context(), freyFaces, Options{Scale: Quick, Seed: 1, Out: t.TempDir(), Data: data.Folder(t.TempDir())}, io.Discard)
	require.ErrorAs(t, err, &missing)
	require.Equal(t, "frey-face", missing.Set)
}

// The parts follow one another: no frame is in two of them.
func TestFreyFacesSplit(t *testing.T) {
	frames := blurs(t, 1965)
	s, err := freyPlanFor(Quick).split(frames)
	require.NoError(t, err)
	require.Equal(t, []int{1565, 200, 200}, []int{s.train.Len(), s.valid.Len(), s.test.Len()})
	for _, c := range []struct {
		part *data.Images
		from int
	}{{s.train, 0}, {s.valid, 1565}, {s.test, 1765}} {
		got, _ := c.part.At(7)
		want, _ := frames.At(c.from + 7)
		require.Equal(t, want, got)
	}
	_, err = freyPlanFor(Quick).split(blurs(t, 1600))
	require.Error(t, err)
}

// A run that is stopped goes on to the same bounds, with those of the epochs before.
func TestFreyFacesGoesOnAfterAnInterruption(t *testing.T) {
	p := tinyFrey()
	sets, err := p.split(blurs(t, 175))
	require.NoError(t, err)
	fit := func(out string, until int) (*freyNet, error) {
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
		r := &Run{Scale: Quick, Seed: 1, Out: out, name: "frey-faces", progress: &progress{out: io.Discard, now: time.Now}}
		return p.fit(ctx, r, freyPlane, 1, sets)
	}
	whole, err := fit(t.TempDir(), -1)
	require.NoError(t, err)
	require.Len(t, whole.held, 2)

	out := t.TempDir()
	_, err = fit(out, 3) // the end of the second epoch
	require.ErrorIs(t, err, context.Canceled)
	n, err := fit(out, -1)
	require.NoError(t, err)
	require.Equal(t, whole.held, n.held)
	require.Equal(t, whole.history, n.history)
}

func TestIndependentPixels(t *testing.T) {
	set, err := data.NewImages([]byte{0, 51, 51, 51}, 2, 1, []int{0, 0}, 1)
	require.NoError(t, err)
	// Of the first pixel the mean is 0.1, as is the standard deviation; the second is always 0.2.
	want := -0.5 - math.Log(0.1) - math.Log(0.02) - math.Log(2*math.Pi)
	require.InDelta(t, want, independentPixels(set, set, 0.02), 1e-9)
}
