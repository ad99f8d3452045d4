package data_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
)

// epochOf returns the rows of all minibatches of epoch e, in order.
func epochOf(b *data.Batches, e int) []int {
	b.Epoch(e)
	var rows []int
	for i := range b.PerEpoch() {
		rows = append(rows, b.Batch(i)...)
	}
	return rows
}

func TestBatchesCoverEveryRowOnce(t *testing.T) {
	for _, c := range []struct {
		name          string
		n, size       int
		perEpoch, end int // the last minibatch has end rows
	}{
		{"even", 12, 4, 3, 4},
		{"smaller last", 13, 4, 4, 1},
		{"one batch", 5, 100, 1, 5},
		{"single rows", 3, 1, 3, 1},
		{"nothing", 0, 7, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := data.NewBatches(c.n, c.size, 1)
			require.Equal(t, c.perEpoch, b.PerEpoch())
			for e := range 3 {
				rows := epochOf(b, e)
				for i := range c.perEpoch - 1 {
					require.Len(t, b.Batch(i), c.size)
				}
				if c.perEpoch > 0 {
					require.Len(t, b.Batch(c.perEpoch-1), c.end)
				}
				slices.Sort(rows)
				for i, row := range rows {
					require.Equal(t, i, row)
				}
				require.Len(t, rows, c.n)
			}
		})
	}
}

func TestBatchesAreAFunctionOfSeedAndEpoch(t *testing.T) {
	straight := data.NewBatches(1000, 32, 7)
	var want [5][]int
	for e := range want {
		want[e] = epochOf(straight, e)
	}
	resumed := data.NewBatches(1000, 32, 7)
	require.Equal(t, want[4], epochOf(resumed, 4))
	require.Equal(t, want[2], epochOf(resumed, 2))
	for e := 1; e < len(want); e++ {
		require.NotEqual(t, want[e-1], want[e])
	}
	require.NotEqual(t, want[0], epochOf(data.NewBatches(1000, 32, 8), 0))
	other := data.NewBatches(1000, 100, 7)
	require.Equal(t, want[3], epochOf(other, 3), "the order does not depend on the batch size")
}

// The orders are part of what a checkpoint means: they must never change.
func TestBatchesGolden(t *testing.T) {
	b := data.NewBatches(10, 10, 1)
	require.Equal(t, []int{6, 3, 1, 9, 7, 4, 8, 2, 0, 5}, b.Batch(0))
	require.Equal(t, []int{0, 3, 2, 7, 1, 4, 8, 5, 6, 9}, epochOf(b, 1))
}

// Where row 0 lands is uniform over epochs: chi-squared with 9 degrees of freedom, 27.9 at p = 0.001.
func TestBatchesShuffleUniformly(t *testing.T) {
	const n, epochs = 10, 20_000
	b := data.NewBatches(n, n, 3)
	var at [n]float64
	for e := range epochs {
		b.Epoch(e)
		at[slices.Index(b.Batch(0), 0)]++
	}
	var chi2 float64
	for _, count := range at {
		d := count - epochs/n
		chi2 += d * d / (epochs / n)
	}
	require.Less(t, chi2, 27.9)
}

func TestBatchesDoNotAllocate(t *testing.T) {
	b, e, sum := data.NewBatches(1000, 32, 1), 0, 0
	require.Zero(t, testing.AllocsPerRun(20, func() {
		b.Epoch(e)
		e++
		for i := range b.PerEpoch() {
			sum += len(b.Batch(i))
		}
	}))
	require.Equal(t, e*1000, sum)
}

func TestBatchesMisuse(t *testing.T) {
	require.Panics(t, func() { data.NewBatches(10, 0, 1) })
	require.Panics(t, func() { data.NewBatches(-1, 5, 1) })
	b := data.NewBatches(10, 5, 1)
	require.PanicsWithValue(t, "data: Batch(2): an epoch has 2", func() { b.Batch(2) })
	require.Panics(t, func() { b.Batch(-1) })
}
