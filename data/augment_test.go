package data_test

import (
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
)

// numbered returns n images, 4 pixels wide and 5 high, of 2 channels, where no two bytes of an image are equal or 0.
func numbered(t *testing.T, n int) *data.ColorImages {
	t.Helper()
	pixels, labels := make([]byte, n*40), make([]int, n)
	for i := range pixels {
		pixels[i] = byte(1 + i%40 + i/40)
		labels[i/40] = i / 40 % 3
	}
	s, err := data.NewColorImages(pixels, 4, 5, 2, labels, 3)
	require.NoError(t, err)
	return s
}

// batch returns the inputs of rows of a set.
func batch(s data.Set, rows ...int) []float64 {
	size := 1
	for _, d := range s.XShape() {
		size *= d
	}
	x := make([]float64, len(rows)*size)
	s.Batch(rows, x, make([]float64, len(rows)))
	return x
}

// window pads an image [5, 4, 2] by pad zeros, cuts a window of its size, whose corner is (top, left) of the padded one, and
// mirrors it.
func window(image []float64, pad, top, left int, mirrored bool) []float64 {
	padded := make([][][]float64, 5+2*pad)
	for r := range padded {
		padded[r] = make([][]float64, 4+2*pad)
		for c := range padded[r] {
			padded[r][c] = []float64{0, 0}
		}
	}
	for i := range 5 * 4 {
		copy(padded[pad+i/4][pad+i%4], image[2*i:2*i+2])
	}
	var out []float64
	for _, row := range padded[top : top+5] {
		line := slices.Clone(row[left : left+4])
		if mirrored {
			slices.Reverse(line)
		}
		out = append(out, slices.Concat(line...)...)
	}
	return out
}

// Every window, straight and mirrored, occurs as often as another: chi-squared with 49 degrees of freedom, 85.4 at
// p = 0.001.
func TestAugmentedWindows(t *testing.T) {
	const pad, epochs, views = 2, 5000, 2 * 5 * 5
	images := numbered(t, 1)
	image := batch(images, 0)
	var all [][]float64
	for v := range views {
		all = append(all, window(image, pad, v/2/5, v/2%5, v%2 == 1))
	}
	var count [views]float64
	augmented := images.Augmented(data.Augmentation{Pad: pad, Flip: true, Seed: 3})
	for e := range epochs {
		got := batch(augmented.InEpoch(e), 0)
		v := slices.IndexFunc(all, func(want []float64) bool { return slices.Equal(got, want) })
		require.GreaterOrEqual(t, v, 0, "not a window: %v", got)
		count[v]++
	}
	var chi2 float64
	for _, n := range count {
		require.Positive(t, n)
		chi2 += (n - epochs/views) * (n - epochs/views) / (epochs / views)
	}
	require.Less(t, chi2, 85.4)
}

func TestAugmentedByLess(t *testing.T) {
	images := numbered(t, 3)
	plain := batch(images, 0, 1, 2)
	require.Equal(t, plain, batch(images.Augmented(data.Augmentation{Seed: 1}), 0, 1, 2))
	mirrored := 0
	for e := range 20 {
		got := batch(images.Augmented(data.Augmentation{Flip: true}).InEpoch(e), 0)
		if !slices.Equal(plain[:40], got) {
			require.Equal(t, window(plain, 0, 0, 0, true), got)
			mirrored++
		}
	}
	require.Greater(t, mirrored, 0)
	require.Less(t, mirrored, 20)
}

// A row's image depends on the seed, the epoch and the row; not on where in which batch it comes.
func TestAugmentedIsAFunctionOfSeedEpochAndRow(t *testing.T) {
	images := numbered(t, 10)
	a := data.Augmentation{Pad: 2, Flip: true, Seed: 1}
	augmented := images.Augmented(a)
	rows := []int{7, 0, 3, 7, 9}
	want := batch(augmented, rows...)
	for i, row := range rows {
		require.Equal(t, want[40*i:40*(i+1)], batch(augmented, row))
	}
	require.Equal(t, want, batch(augmented.InEpoch(5).(*data.Augmented).InEpoch(0), rows...))
	require.NotEqual(t, want, batch(augmented.InEpoch(1), rows...))
	require.Equal(t, want, batch(augmented, rows...), "another epoch is another set")
	twins, err := images.Subset([]int{4, 4, 4, 4})
	require.NoError(t, err)
	four := batch(twins.Augmented(a), 0, 1, 2, 3)
	require.NotEqual(t, four[:80], four[80:], "equal images in other rows")
	a.Seed = 2
	require.NotEqual(t, want, batch(images.Augmented(a), rows...))
}

func TestAugmentedOnAnyNumberOfCores(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	augmented := numbered(t, 33).Standardized().Augmented(data.Augmentation{Pad: 2, Flip: true})
	rows := make([]int, 33)
	for i := range rows {
		rows[i] = 32 - i
	}
	runtime.GOMAXPROCS(1)
	want := batch(augmented, rows...)
	for _, cores := range []int{2, 5, 64} {
		runtime.GOMAXPROCS(cores)
		require.Equal(t, want, batch(augmented, rows...))
	}
}

// The views are part of what a checkpoint means: they must never change.
func TestAugmentedGolden(t *testing.T) {
	images, err := data.NewColorImages([]byte{51, 102, 153, 204, 51, 102, 153, 204}, 2, 2, 1, []int{0, 0}, 1)
	require.NoError(t, err)
	augmented := images.Augmented(data.Augmentation{Pad: 1, Flip: true, Seed: 1})
	var got [][]float64
	for e := range 3 {
		got = append(got, batch(augmented.InEpoch(e), 0, 1))
	}
	require.Equal(t, [][]float64{{0, 0.4, 0, 0.8, 0, 0, 0.2, 0}, {0, 0.6, 0, 0, 0.8, 0.6, 0, 0}, {0, 0.6, 0, 0, 0.8, 0, 0, 0}}, got)
}

func TestAugmentedIsStandardizedLast(t *testing.T) {
	images, how := numbered(t, 50), data.Augmentation{Pad: 2, Flip: true}
	rows := make([]int, 50)
	for i := range rows {
		rows[i] = i
	}
	cut, standardized := batch(images.Augmented(how), rows...), batch(images.Standardized().Augmented(how), rows...)
	for i := range rows {
		image := standardized[40*i : 40*(i+1)]
		mean, deviation := moments(cut[40*i : 40*(i+1)])
		for j, v := range image {
			require.InDelta(t, (cut[40*i+j]-mean)/max(deviation, 0.15811388300841897), v, 1e-9)
		}
		mean, _ = moments(image)
		require.InDelta(t, 0, mean, 1e-12)
	}
}

func TestAugmentedIsTheImagesOtherwise(t *testing.T) {
	images := numbered(t, 5)
	s := images.Augmented(data.Augmentation{Pad: 1})
	require.Equal(t, images.Len(), s.Len())
	require.Equal(t, images.XShape(), s.XShape())
	require.Equal(t, images.YShape(), s.YShape())
	require.Equal(t, images.Classes(), s.Classes())
	require.Equal(t, images.Labels(), s.Labels())
	x, y := make([]float64, 80), make([]float64, 2)
	s.Batch([]int{4, 2}, x, y)
	require.Equal(t, []float64{1, 2}, y)
}

func TestAugmentedMisuse(t *testing.T) {
	images := numbered(t, 5)
	for _, pad := range []int{-1, 4} {
		require.Panics(t, func() { images.Augmented(data.Augmentation{Pad: pad}) })
	}
	s := images.Augmented(data.Augmentation{Pad: 3})
	require.PanicsWithValue(t, "data: Batch of 1 rows: buffers of 39 and 1, want 40 and 1",
		func() { s.Batch([]int{0}, make([]float64, 39), make([]float64, 1)) })
	for _, row := range []int{-1, 5} {
		require.Panics(t, func() { s.Batch([]int{row}, make([]float64, 40), make([]float64, 1)) })
	}
}
