package experiments

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOver(t *testing.T) {
	itself := func(v float64) float64 { return v }
	mean, stderr := over([]float64{1, 2, 3}, itself)
	require.Equal(t, 2.0, mean)
	require.InDelta(t, 1/math.Sqrt(3), *stderr, 1e-15)
	mean, stderr = over([]float64{5}, itself)
	require.Equal(t, 5.0, mean)
	require.Nil(t, stderr)
	require.Equal(t, 3, overSeeds("x", []float64{1, 2, 3}, itself).NSeeds)
	require.Equal(t, overSeeds("x", []float64{1, 2, 3}, itself), ofSeeds("x", []float64{1, 2, 3}))
}

func TestPlusMinus(t *testing.T) {
	for _, row := range []struct {
		mean, stderr float64
		want         string
	}{
		{1.5678, 0.0234, "1.568 ± 0.023"},
		{-101.234, 1.26, "-101.2 ± 1.3"},
		{1234.5, 56.7, "1234 ± 57"},
		{2, 0, "2.00 ± 0.00"},
		{2, math.Inf(1), "2.00 ± +Inf"},
	} {
		require.Equal(t, row.want, plusMinus(row.mean, &row.stderr))
	}
	require.Equal(t, "1.235", plusMinus(1.23456, nil))
}

// A part is computed once; what fails or was cut short is computed again.
func TestPart(t *testing.T) {
	r := &Run{Scale: Quick, Seed: 1, Out: t.TempDir(), name: "parts"}
	computed := 0
	get := func() ([]float64, error) {
		return part(r, "third-part", func() ([]float64, error) {
			computed++
			if computed == 1 {
				return nil, errors.New("no luck")
			}
			return []float64{1.0 / 3, math.Pi}, nil
		})
	}
	_, err := get()
	require.EqualError(t, err, "no luck")
	for range 2 {
		value, err := get()
		require.NoError(t, err)
		require.Equal(t, []float64{1.0 / 3, math.Pi}, value)
	}
	require.Equal(t, 2, computed)

	path := filepath.Join(r.checkpoints(), "parts", "third-part.json")
	require.NoError(t, os.WriteFile(path, []byte("[0.3"), 0o644))
	_, err = get()
	require.ErrorContains(t, err, "part third-part: "+path)
	_, err = part(r, "Third part", func() (int, error) { return 1, nil })
	require.ErrorContains(t, err, "lower case")
}
