package data_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
)

func TestInOrder(t *testing.T) {
	set, err := data.NewTable([][]float64{{1, 2}, {3, 4}, {5, 6}}, [][]float64{{0}, {0}, {0}})
	require.NoError(t, err)
	var batches [][]float64
	var counts []int
	for x, taken := range data.InOrder(set, 2) {
		batches, counts = append(batches, append([]float64{}, x...)), append(counts, taken)
	}
	require.Equal(t, [][]float64{{1, 2, 3, 4}, {5, 6, 5, 6}}, batches)
	require.Equal(t, []int{2, 1}, counts)
	for range data.InOrder(set, 1) {
		break
	}
}
