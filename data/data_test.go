package data_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
)

// twoByOne returns three images, 2 pixels wide and 1 high, of classes 2, 0 and 1.
func twoByOne(t *testing.T) *data.Images {
	t.Helper()
	s, err := data.NewImages([]byte{0, 255, 51, 102, 126, 252}, 2, 1, []int{2, 0, 1}, 3)
	require.NoError(t, err)
	return s
}

func regression(t *testing.T) *data.Table {
	t.Helper()
	s, err := data.NewTable([][]float64{{1, 2}, {3, 4}, {5, 6}}, [][]float64{{0.5}, {-1}, {1e300}})
	require.NoError(t, err)
	return s
}

func TestImages(t *testing.T) {
	s := twoByOne(t)
	require.Equal(t, 3, s.Len())
	require.Equal(t, []int{2}, s.XShape())
	require.Equal(t, []int{}, s.YShape())
	require.Equal(t, 3, s.Classes())
	require.Equal(t, 2, s.Width())
	require.Equal(t, 1, s.Height())
	require.Equal(t, []int{2, 0, 1}, s.Labels())

	x, y := make([]float64, 4), make([]float64, 2)
	s.Batch([]int{2, 0}, x, y)
	require.Equal(t, []float64{126. / 255, 252. / 255, 0, 1}, x)
	require.Equal(t, []float64{1, 2}, y)

	s.Scaled(126).Batch([]int{2, 1}, x, y)
	require.Equal(t, []float64{1, 2, 51. / 126, 102. / 126}, x)
	require.Equal(t, []float64{1, 0}, y)
}

func TestImagesCannotBeChangedFromOutside(t *testing.T) {
	s := twoByOne(t)
	pixels, label := s.At(1)
	require.Equal(t, []byte{51, 102}, pixels)
	require.Equal(t, 0, label)
	pixels[0] = 9
	s.Labels()[1] = 9
	pixels, _ = s.At(1)
	require.Equal(t, []byte{51, 102}, pixels)
	require.Equal(t, []int{2, 0, 1}, s.Labels())
}

func TestNewImagesErrors(t *testing.T) {
	for _, c := range []struct {
		name                   string
		pixels                 int
		width, height, classes int
		labels                 []int
		want                   string
	}{
		{"too few pixels", 5, 2, 1, 3, []int{0, 1, 2}, "data: images: 5 pixels for 3 labels, want 2 x 1 a label"},
		{"an image too many", 8, 2, 1, 3, []int{0, 1, 2}, "data: images: 8 pixels for 3 labels, want 2 x 1 a label"},
		{"label too large", 6, 2, 1, 3, []int{0, 3, 2}, "data: images: label of image 1 is 3, want 0..2"},
		{"negative label", 6, 2, 1, 3, []int{0, 1, -1}, "data: images: label of image 2 is -1, want 0..2"},
		{"no width", 0, 0, 1, 3, nil, "data: images: 0 x 1 pixels and 3 classes: want at least 1 of each, and no more than memory can address"},
		{"negative sides", 6, -2, -1, 3, []int{0, 1, 2}, "data: images: -2 x -1 pixels and 3 classes: want at least 1 of each, and no more than memory can address"},
		{"no classes", 0, 2, 1, 0, nil, "data: images: 2 x 1 pixels and 0 classes: want at least 1 of each, and no more than memory can address"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := data.NewImages(make([]byte, c.pixels), c.width, c.height, c.labels, c.classes)
			require.EqualError(t, err, c.want)
		})
	}
	_, err := data.NewImages(nil, math.MaxInt, 2, nil, 1)
	require.ErrorContains(t, err, "memory")
	for _, divisor := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		require.Panics(t, func() { twoByOne(t).Scaled(divisor) })
	}
}

func TestTable(t *testing.T) {
	x := [][]float64{{1, 2}, {3, 4}}
	s, err := data.NewTable(x, [][]float64{{5, 6, 7}, {8, 9, 10}})
	require.NoError(t, err)
	x[0][0] = 99 // the table has its own copy
	require.Equal(t, 2, s.Len())
	require.Equal(t, []int{2}, s.XShape())
	require.Equal(t, []int{3}, s.YShape())
	require.Equal(t, 0, s.Classes())
	require.Nil(t, s.Labels())

	xs, ys := make([]float64, 6), make([]float64, 9)
	s.Batch([]int{1, 0, 1}, xs, ys)
	require.Equal(t, []float64{3, 4, 1, 2, 3, 4}, xs)
	require.Equal(t, []float64{8, 9, 10, 5, 6, 7, 8, 9, 10}, ys)

	row, target := s.At(0)
	require.Equal(t, []float64{1, 2}, row)
	require.Equal(t, []float64{5, 6, 7}, target)
	row[0], target[0] = 0, 0
	row, target = s.At(0)
	require.Equal(t, []float64{1, 2}, row)
	require.Equal(t, []float64{5, 6, 7}, target)
}

func TestLabeledTable(t *testing.T) {
	s, err := data.NewLabeledTable([][]float64{{1}, {2}, {3}}, []int{1, 0, 1}, 2)
	require.NoError(t, err)
	require.Equal(t, []int{}, s.YShape())
	require.Equal(t, 2, s.Classes())
	require.Equal(t, []int{1, 0, 1}, s.Labels())
	part, err := s.Subset([]int{1, 2})
	require.NoError(t, err)
	require.Equal(t, 2, part.Classes())
	require.Equal(t, []int{0, 1}, part.Labels())

	_, err = data.NewLabeledTable([][]float64{{1}, {2}}, []int{0, 2}, 2)
	require.EqualError(t, err, "data: label of row 1 is 2, want 0..1")
	_, err = data.NewLabeledTable([][]float64{{1}, {2}}, []int{0}, 2)
	require.EqualError(t, err, "data: a table of 2 rows of x and 1 of y: want the same number, at least 1")
}

func TestNewTableErrors(t *testing.T) {
	ok := [][]float64{{1, 2}, {3, 4}}
	for _, c := range []struct {
		name string
		x, y [][]float64
		want string
	}{
		{"empty", nil, nil, "data: a table of 0 rows of x and 0 of y: want the same number, at least 1"},
		{"counts differ", ok, ok[:1], "data: a table of 2 rows of x and 1 of y: want the same number, at least 1"},
		{"no columns", [][]float64{{}, {}}, ok, "data: table: x has no columns"},
		{"ragged", ok, [][]float64{{1}, {1, 2}}, "data: table: y row 1 has 2 columns, want 1 as in row 0"},
		{"NaN", [][]float64{{1, 2}, {3, math.NaN()}}, ok, "data: table: x row 1, column 1 is NaN, want a finite number"},
		{"infinite", ok, [][]float64{{math.Inf(-1)}, {0}}, "data: table: y row 0, column 0 is -Inf, want a finite number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := data.NewTable(c.x, c.y)
			require.EqualError(t, err, c.want)
		})
	}
}

func TestSubsetAndSplit(t *testing.T) {
	images, table := twoByOne(t), regression(t)

	someImages, err := images.Scaled(126).Subset([]int{2, 2, 0})
	require.NoError(t, err)
	require.Equal(t, []int{1, 1, 2}, someImages.Labels())
	x, y := make([]float64, 2), make([]float64, 1)
	someImages.Batch([]int{1}, x, y)
	require.Equal(t, []float64{1, 2}, x, "a subset keeps the scale")

	someRows, err := table.Subset([]int{2, 0})
	require.NoError(t, err)
	someRows.Batch([]int{0}, x, y)
	require.Equal(t, []float64{5, 6}, x)
	require.Equal(t, []float64{1e300}, y)

	for _, n := range []int{0, 1, 3} {
		first, rest, err := images.Split(n)
		require.NoError(t, err)
		require.Equal(t, []int{n, 3 - n}, []int{first.Len(), rest.Len()})
		require.Equal(t, images.Labels(), append(first.Labels(), rest.Labels()...))

		firstRows, restRows, err := table.Split(n)
		require.NoError(t, err)
		require.Equal(t, []int{n, 3 - n}, []int{firstRows.Len(), restRows.Len()})
	}
	_, restRows, err := table.Split(1)
	require.NoError(t, err)
	row, target := restRows.At(0)
	require.Equal(t, []float64{3, 4}, row)
	require.Equal(t, []float64{-1}, target)
}

func TestSubsetAndSplitErrors(t *testing.T) {
	images, table := twoByOne(t), regression(t)
	for _, row := range []int{-1, 3} {
		_, err := images.Subset([]int{0, row})
		require.ErrorContains(t, err, "data: taking a subset: rows[1] is ")
		_, err = table.Subset([]int{0, row})
		require.ErrorContains(t, err, "want 0..2")
	}
	for _, n := range []int{-1, 4} {
		_, _, err := images.Split(n)
		require.ErrorContains(t, err, "the set has 3")
		_, _, err = table.Split(n)
		require.ErrorContains(t, err, "the set has 3")
	}
}

func TestBatchChecksItsBuffersAndRows(t *testing.T) {
	for name, s := range map[string]data.Set{"images": twoByOne(t), "table": regression(t)} {
		t.Run(name, func(t *testing.T) {
			x, y := make([]float64, 2), make([]float64, 1)
			require.PanicsWithValue(t, "data: Batch of 2 rows: buffers of 2 and 1, want 4 and 2",
				func() { s.Batch([]int{0, 1}, x, y) })
			require.Panics(t, func() { s.Batch([]int{3}, x, y) })
			require.Panics(t, func() { s.Batch([]int{-1}, x, y) })
		})
	}
}

func TestBatchDoesNotAllocate(t *testing.T) {
	for name, s := range map[string]data.Set{"images": twoByOne(t), "table": regression(t)} {
		t.Run(name, func(t *testing.T) {
			rows, x, y := []int{2, 0}, make([]float64, 4), make([]float64, 2)
			require.Zero(t, testing.AllocsPerRun(100, func() { s.Batch(rows, x, y) }))
		})
	}
}
