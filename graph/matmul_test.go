package graph

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGemmBlock(t *testing.T) {
	for _, row := range []struct{ m, k, n, down, across int }{
		{100, 784, 400, 1, 13},
		{100, 400, 10, 1, 1},
		{128, 784, 1200, 1, 13},
		{100, 1200, 1200, 1, 13},
		{784, 100, 400, 4, 4},
		{1200, 100, 1200, 4, 4},
		{100, 400, 784, 1, 13},
		{1024, 1024, 1024, 4, 4},
		{97, 131, 61, 1, 1},
		{33, 1000, 10, 1, 1},
		{1, 784, 400, 1, 1},
		{10000, 400, 400, 16, 1},
		{7, 0, 9, 1, 1},
	} {
		t.Run(fmt.Sprintf("%dx%dx%d", row.m, row.k, row.n), func(t *testing.T) {
			height, width := gemmBlock(row.m, row.n, row.k)
			require.Equal(t, [2]int{row.down, row.across}, [2]int{(row.m + height - 1) / height, (row.n + width - 1) / width})
		})
	}
}
