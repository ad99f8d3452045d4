package benchmarks_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/benchmarks"
)

func TestWorksAreFiniteAndAllocateNothing(t *testing.T) {
	for _, w := range benchmarks.Works() {
		t.Run(w.Name, func(t *testing.T) {
			if w.Group == "predict" && testing.Short() {
				t.Skip("a hundred draws")
			}
			task, err := w.Start()
			require.NoError(t, err)
			out, err := task.Run()
			require.NoError(t, err)
			require.Len(t, out, 1)
			for i := range out[0].Len() {
				require.False(t, math.IsNaN(out[0].At(i)) || math.IsInf(out[0].At(i), 0), "element %d is %v", i, out[0].At(i))
			}
			require.Zero(t, testing.AllocsPerRun(3, func() { _, err = task.Run() }))
			require.NoError(t, err)
		})
	}
}

func TestStepsLearn(t *testing.T) {
	for _, w := range benchmarks.Works() {
		if w.Group != "step" {
			continue
		}
		t.Run(w.Name, func(t *testing.T) {
			task, err := w.Start()
			require.NoError(t, err)
			var first, last float64
			for i := range 8 {
				out, err := task.Run()
				require.NoError(t, err)
				if last = out[0].Item(); i == 0 {
					first = last
				}
			}
			require.Less(t, last, first)
		})
	}
}

// Both ways to predict give probabilities, of much the same classes.
func TestPredictionsAgree(t *testing.T) {
	if testing.Short() {
		t.Skip("a hundred draws")
	}
	var means [2][]float64
	for i, way := range []string{"weights", "activations"} {
		w, err := benchmarks.Find("predict_bbb400_s100_b1/" + way)
		require.NoError(t, err)
		task, err := w.Start()
		require.NoError(t, err)
		out, err := task.Run()
		require.NoError(t, err)
		require.Equal(t, []int{1, 10}, out[0].Shape())
		means[i] = out[0].Float64s()
		var total float64
		for _, p := range means[i] {
			total += p
		}
		require.InDelta(t, 1, total, 1e-5)
	}
	require.InDeltaSlice(t, means[0], means[1], 0.02)
}

func TestUnknownWork(t *testing.T) {
	_, err := benchmarks.Find("resnet")
	require.EqualError(t, err, `benchmarks: there is no work "resnet"`)
}

func Example() {
	w, err := benchmarks.Find("mlp400")
	if err != nil {
		fmt.Println(err)
		return
	}
	step, err := w.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := step.Run()
	fmt.Println(out[0].Item() > 0, err)
	// Output: true <nil>
}
