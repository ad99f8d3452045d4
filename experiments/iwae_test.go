package experiments

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"credence/data"
	"credence/graph"
	"credence/infer"
)

// tinyIWAE is far too small to pass.
func tinyIWAE() iwaePlan {
	return iwaePlan{
		Train: 200, Test: 30, Hidden: []int{8}, Latent: 5, Objectives: []iwaeObjective{vae1, iwae5, iwae50},
		Seeds: 2, Stages: 2, Draws: [2]int{2, 10}, Weighed: [2]int{30, 20}, MinGain: 10,
	}
}

func TestIWAEReportsAllItIsAskedFor(t *testing.T) {
	for scale, verdicts := range map[Scale]int{Quick: 4, Reduced: 5, Paper: 8} {
		t.Run(string(scale), func(t *testing.T) {
			e := iwaeExperiment
			e.Run = func(ctx context.Context, r *Run) error { return tinyIWAE().run(ctx, r) }
			out := t.TempDir()
			err := Do(context.Background(), e, Options{Scale: scale, Seed: 1, Out: out}, io.Discard)
			var failed *ChecksError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, "log p(x), IWAE k = 50 minus VAE k = 1, nats ("+string(scale)+")", failed.Failed[0].Name)
			require.Equal(t, verdicts, failed.Total)
			for _, name := range []string{"result.json", "report.html", "model.safetensors", "bounds.png", "samples.png"} {
				info, err := os.Stat(filepath.Join(out, name))
				require.NoError(t, err)
				require.NotZero(t, info.Size(), name)
			}
			tables := readResult(t, out)["tables"].([]any)
			require.Len(t, tables[0].(map[string]any)["rows"], 3, "objectives")
			require.Len(t, tables[1].(map[string]any)["rows"], 6, "networks")
			require.NoDirExists(t, filepath.Join(out, "checkpoints"))
		})
	}
}

// The authors' rates, by their code's formula.
func TestIWAERate(t *testing.T) {
	rate, from := iwaeRate(10), 0
	for stage, want := range []float64{1e-3, 7.2e-4, 5.2e-4, 3.7e-4, 2.7e-4, 1.9e-4, 1.4e-4, 1e-4} {
		epochs := 1
		for range stage {
			epochs *= 3
		}
		require.InDelta(t, want, rate(10*from), 1e-12, "the first step of stage %d", stage+1)
		from += epochs
		require.InDelta(t, want, rate(10*from-1), 1e-12, "the last step of stage %d", stage+1)
		require.Equal(t, from, iwaePlan{Stages: stage + 1}.epochs())
	}
	require.Equal(t, 121, iwaePlanFor(Reduced).epochs())
	require.Equal(t, 3280, iwaePlanFor(Paper).epochs())
}

// With one draw the VAE's bound and the importance weighted one are the same number.
func TestIWAEObjectivesMeetAtOneDraw(t *testing.T) {
	bound := func(e infer.Estimator) []float64 {
		p := tinyIWAE()
		p.Seeds = 1
		digits := someDigits(t, 50).Scaled(255)
		n := p.networks(&Run{Seed: 1}, digits)[0]
		g := graph.New(n.Params(), graph.Predict)
		x := g.Input("x", 3, 784)
		program, err := g.Compile(e.Bound(n.Model(x)))
		require.NoError(t, err)
		out, err := program.Run(1, graph.Feed{x: pixelsOf(digits, 0, 1, 2)})
		require.NoError(t, err)
		return out[0].Float64s()
	}
	one := iwaeObjective{Draws: 1}
	weighted := iwaeObjective{Weighted: true, Draws: 1}
	require.InDeltaSlice(t, bound(weighted.estimator()), bound(one.estimator()), 1e-3)
	require.NotEqual(t, bound(infer.Pathwise{}), bound(one.estimator()), "whose divergence is in closed form")
}

// Networks are the same whether they are trained one after the other or side by side, and whether or not the run
// was stopped.
func TestIWAEIsTheSameHoweverItRuns(t *testing.T) {
	p := tinyIWAE()
	training := someDigits(t, p.Train).Scaled(255)
	test, err := drawnOnce(someDigits(t, p.Test).Scaled(255), 1)
	require.NoError(t, err)
	start := func(out string) (*Run, []*iwaeNet) {
		r := &Run{Scale: Quick, Seed: 1, Out: out, name: "iwae", progress: &progress{out: io.Discard, now: time.Now}}
		return r, p.networks(r, training)
	}
	whole := func(ctx context.Context, out string) ([]*iwaeNet, error) {
		r, nets := start(out)
		if err := p.fit(ctx, r, nets, training); err != nil {
			return nil, err
		}
		return nets, p.weigh(ctx, r, nets, test)
	}
	runtime.GOMAXPROCS(2)
	defer runtime.GOMAXPROCS(runtime.NumCPU())
	want, err := whole(t.Context(), t.TempDir())
	require.NoError(t, err)

	runtime.GOMAXPROCS(1)
	out := t.TempDir()
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		_, err := whole(ctx, out)
		cancel()
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
	got, err := whole(t.Context(), out)
	require.NoError(t, err)
	for i := range want {
		require.Equal(t, want[i].history, got[i].history)
		require.Equal(t, want[i].evidence, got[i].evidence)
		require.Equal(t, want[i].active, got[i].active)
	}
	require.NotEqual(t, want[0].evidence, want[1].evidence, "of another seed")
}

func TestMeanPixels(t *testing.T) {
	pixels := []byte{0, 255, 51, 0, 255, 0, 0, 255, 255}
	set, err := data.NewImages(pixels, 3, 1, []int{0, 0, 0}, 1)
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{0, 1, 0.4}, meanPixels(set), 1e-12)
}
