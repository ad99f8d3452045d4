package train_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/train"
)

func TestSharesOfAnEpochAddUpToOne(t *testing.T) {
	for _, w := range []train.KLWeights{train.Uniform{}, train.Geometric{}} {
		for _, m := range []int{1, 2, 7, 600, 5000} {
			sum := 0.0
			for i := range m {
				share := w.Share(3, i, m)
				require.False(t, math.IsNaN(share) || share < 0, "%T, %d of %d", w, i, m)
				sum += share
			}
			require.InDelta(t, 1, sum, 1e-12, "%T with %d minibatches", w, m)
		}
	}
}

func TestGeometricIsBlundells(t *testing.T) {
	const m = 10
	for i := range m {
		require.InEpsilon(t, math.Exp2(float64(m-i-1))/(math.Exp2(m)-1), train.Geometric{}.Share(0, i, m), 1e-14)
	}
}

func TestWarmUpRisesLinearly(t *testing.T) {
	w := train.WarmUp{Epochs: 2}
	require.Zero(t, w.Share(0, 0, 4))
	require.InDelta(t, 0.25*0.125, w.Share(0, 1, 4), 1e-15)
	require.InDelta(t, 0.25*0.5, w.Share(1, 0, 4), 1e-15)
	require.Equal(t, 0.25, w.Share(2, 0, 4))
	require.Equal(t, train.Geometric{}.Share(2, 1, 4), train.WarmUp{Epochs: 2, Then: train.Geometric{}}.Share(2, 1, 4))
}

func ExampleGeometric() {
	for i := range 4 {
		fmt.Printf("%.4f ", train.Geometric{}.Share(0, i, 4))
	}
	// Output: 0.5333 0.2667 0.1333 0.0667
}
