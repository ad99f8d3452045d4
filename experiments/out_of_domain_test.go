package experiments

import (
	"context"
	"io"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
)

// tinyDomains is far too small to pass.
var tinyDomains = domainPlan{
	Train: 300, Hidden: 8, Latent: 4, Epochs: 1, Seeds: 2, Scored: 30, Draws: 4, Labels: []int{100}, ProbeSteps: 20, Probed: 60,
}

// fourDomains are MNIST, MNIST upside down for a second set to train on, its negative, and noise.
func fourDomains(t *testing.T) []domain {
	t.Helper()
	all, _, err := data.MNIST()
	require.NoError(t, err)
	digits, rest, err := all.Split(300)
	require.NoError(t, err)
	others, _, err := rest.Split(100)
	require.NoError(t, err)
	changed := func(set *data.Images, change func(i int, p byte) byte) *data.Images {
		var pixels []byte
		for i := range set.Len() {
			image, _ := set.At(i)
			for k, p := range image {
				image[k] = change(k, p)
			}
			pixels = append(pixels, image...)
		}
		s, err := data.NewImages(pixels, 28, 28, set.Labels(), 10)
		require.NoError(t, err)
		return s
	}
	faint := func(_ int, p byte) byte { return p / 2 }
	return []domain{
		{"digits", digits, others},
		{"faint", changed(digits, faint), changed(others, faint)},
		{"negatives", nil, changed(others, func(_ int, p byte) byte { return 255 - p })},
		{"stripes", nil, changed(others, func(i int, _ byte) byte { return byte(255 * (i % 2)) })},
	}
}

func TestOutOfDomainReportsAllItIsAskedFor(t *testing.T) {
	e := outOfDomain
	domains := fourDomains(t)
	e.Run = func(ctx context.Context, r *Run) error { return tinyDomains.run(ctx, r, domains) }
	out := t.TempDir()
	var failed *ChecksError
	require.ErrorAs(t, Do(t.Context(), e, Options{Scale: Quick, Seed: 1, Out: out}, io.Discard), &failed)
	require.Equal(t, 4, failed.Total)
	require.Equal(t, []string{
		"digits-densities.png", "digits-extremes.png", "faint-densities.png", "faint-extremes.png", "model.safetensors", "report.html", "result.json",
	}, fileNames(t, out))
	tables := readResult(t, out)["tables"].([]any)
	for i, rows := range []int{2 * 3, 2 * 4, 2} {
		require.Len(t, tables[i].(map[string]any)["rows"], rows)
	}
	whole := readResult(t, out)["checks"]

	// Stopped between its networks it goes on to the same numbers.
	parts := t.TempDir()
	err := Do(&impatient{t.Context(), 30}, e, Options{Scale: Quick, Seed: 1, Out: parts}, io.Discard)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "to go on from ")
	_ = Do(t.Context(), e, Options{Scale: Quick, Seed: 1, Out: parts}, io.Discard)
	require.Equal(t, whole, readResult(t, parts)["checks"])
}

func TestOutOfDomainWithoutItsSets(t *testing.T) {
	var missing *data.MissingError
	err := Do(t.Context(), outOfDomain, Options{Scale: Quick, Seed: 1, Out: t.TempDir(), Data: data.Folder(t.TempDir())}, io.Discard)
	require.ErrorAs(t, err, &missing)
	require.Equal(t, "fashion-mnist", missing.Set)
}

// Densities that are made up give areas that can be counted.
func TestAreas(t *testing.T) {
	images := func(pixels ...byte) *data.Images {
		s, err := data.NewImages(pixels, 1, 1, make([]int, len(pixels)), 1)
		require.NoError(t, err)
		return s
	}
	d := domainResults{
		domains: []domain{{name: "own"}, {name: "other"}},
		scored:  []*data.Images{images(0, 0, 0), images(255, 255, 255)},
		results: []domainResult{{In: 0, Typical: -2, Sets: []densities{
			{LogP: []float64{-1, -2, -3}, Bound: []float64{-5, -6, -7}},
			{LogP: []float64{-2.5, -20, -0.1}, Bound: []float64{-4, -4, -4}},
		}}},
	}
	all, err := d.areas()
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Nil(t, all[0].of[0])
	want := map[string]float64{
		"log p(x)":       5. / 9, // -2.5 is below two, -20 below three, -0.1 below none
		"bound":          0,
		"typicality":     7. / 9, // at distances of 0.5, 18 and 1.9 against 1, 0 and 1
		"complexity":     5. / 9, // every image is a pixel, and as long
		"mean intensity": 1,
	}
	require.Len(t, domainScores, len(want))
	for k, score := range domainScores {
		require.InDelta(t, want[score.name], all[0].of[1][k], 1e-12, score.name)
	}
}

func TestNumbersOf(t *testing.T) {
	pixels, rng := make([]byte, 2*784), rand.New(rand.NewPCG(1, 2))
	for i := range 784 {
		pixels[784+i] = byte(255 * rng.IntN(2))
	}
	set, err := data.NewImages(pixels, 28, 28, []int{0, 0}, 1)
	require.NoError(t, err)
	n, err := numbersOf(set)
	require.NoError(t, err)
	require.Zero(t, n.intensity[0])
	require.InDelta(t, 0.5, n.intensity[1], 0.1)
	require.Less(t, n.size[0], 20*8*math.Ln2, "an empty image compresses to a few bytes")
	require.Greater(t, n.size[1], 5*n.size[0])
}

func TestOfEachClass(t *testing.T) {
	set := someDigits(t, 2000)
	rows := ofEachClass(set, 100, 3)
	labelled, err := set.Subset(rows)
	require.NoError(t, err)
	count := make([]int, 10)
	for _, label := range labelled.Labels() {
		count[label]++
	}
	require.Equal(t, []int{10, 10, 10, 10, 10, 10, 10, 10, 10, 10}, count)
	require.Equal(t, rows, ofEachClass(set, 100, 3))
	require.NotEqual(t, rows, ofEachClass(set, 100, 4))
}

// Classes that a line parts are told apart by it.
func TestProbeError(t *testing.T) {
	var x [][]float64
	var labels []int
	for i := range 200 {
		labels = append(labels, i%2)
		x = append(x, []float64{float64(i%2)*2 - 1, math.Sin(float64(i))})
	}
	table, err := data.NewLabeledTable(x, labels, 2)
	require.NoError(t, err)
	p := domainPlan{ProbeSteps: 200}
	rate, err := p.probeError(t.Context(), table, table, 1)
	require.NoError(t, err)
	require.Zero(t, rate)
	for i := range labels {
		labels[i] = i / 2 % 2 // what neither number tells
	}
	if table, err = data.NewLabeledTable(x, labels, 2); err == nil {
		rate, err = p.probeError(t.Context(), table, table, 1)
	}
	require.NoError(t, err)
	require.InDelta(t, 50, rate, 15)
}
