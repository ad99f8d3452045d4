package experiments

import (
	"context"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// tinySemi is far too small to pass.
func tinySemi() semiPlan {
	s := semiSchedule{Passes: 2, Batch: 50, From: 1e-3, To: 1e-4}
	return semiPlan{
		Train: 300, Test: 200, Labels: []int{20, 40}, Seeds: 2, M1: semiSchedule{Passes: 30, Batch: 20, From: 1e-2, To: 1e-3}, Stacked: s, Pixels: s, Units: 10, Latent: 5, Init: 0.05,
		MaxError: map[int]float64{20: 5, 40: 5}, MinGain: 10,
	}
}

// impatientSemi is semi-supervised-vae with a tiny plan.
func impatientSemi() Experiment {
	e := semiSupervisedVAE
	e.Run = func(ctx context.Context, r *Run) error { return tinySemi().run(ctx, r) }
	return e
}

func TestSemiSupervisedVAEReportsAllItIsAskedFor(t *testing.T) {
	out := t.TempDir()
	err := Do(t.Context(), impatientSemi(), Options{Scale: Quick, Seed: 1, Out: out}, io.Discard)
	var failed *ChecksError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "test error of M1+M2, 20 labels, % (quick)", failed.Failed[0].Name)
	require.Equal(t, 4, failed.Total)
	require.Equal(t, []string{"analogies.png", "model.safetensors", "report.html", "result.json"}, fileNames(t, out))
	result := readResult(t, out)
	tables := result["tables"].([]any)
	require.Len(t, tables[0].(map[string]any)["rows"], int(semiMethods))
	require.Len(t, tables[1].(map[string]any)["rows"], 2*2, "each seed of both numbers of labels")

	// Stopped in M1, in an M2, and between them, it goes on to the same result.
	parts := t.TempDir()
	for _, patience := range []int{100, 700, 1500} {
		err := Do(&impatient{t.Context(), patience}, impatientSemi(), Options{Scale: Quick, Seed: 1, Out: parts}, io.Discard)
		require.ErrorIs(t, err, context.Canceled)
	}
	_ = Do(t.Context(), impatientSemi(), Options{Scale: Quick, Seed: 1, Out: parts}, io.Discard)
	again := readResult(t, parts)
	require.Equal(t, result["checks"], again["checks"])
	require.Equal(t, result["tables"], again["tables"])
}

func TestSemiRowsAreEquallyManyOfEachClass(t *testing.T) {
	classes := make([]int, 500)
	for i := range classes {
		classes[i] = i * i % 10 % 7 // unequally many
	}
	for i := range 50 {
		classes[i] = i % 10
	}
	known, others := semiRows(classes, 30, 1)
	var count [10]int
	for _, row := range known {
		count[classes[row]]++
	}
	require.Equal(t, [10]int{3, 3, 3, 3, 3, 3, 3, 3, 3, 3}, count)
	all := slices.Concat(known, others)
	slices.Sort(all)
	for i, row := range all {
		require.Equal(t, i, row)
	}
	require.Len(t, all, 500)
	again, _ := semiRows(classes, 30, 1)
	require.Equal(t, known, again)
	other, _ := semiRows(classes, 30, 2)
	require.NotEqual(t, known, other)
}

func TestSemiPlans(t *testing.T) {
	for _, s := range semiSupervisedVAE.Scales {
		p := semiPlanFor(s)
		require.GreaterOrEqual(t, p.Seeds, 3)
		for _, labels := range p.Labels {
			require.Zero(t, labels%10)
			require.True(t, s == Quick || p.MaxError[labels] > 0, "%d labels", labels)
		}
	}
	for labels, want := range map[int][2]int{100: {300, 500}, 600: {500, 250}} {
		units, schedule := semiPlanFor(Paper).stacked(labels)
		require.Equal(t, want, [2]int{units, schedule.Batch}, "%d labels", labels)
	}
}
