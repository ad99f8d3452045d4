package optim_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/optim"
)

func TestSchedules(t *testing.T) {
	tests := []struct {
		name     string
		schedule optim.Schedule
		want     map[int]float64
	}{
		{"constant", optim.Constant(0.1), map[int]float64{0: 0.1, 1e6: 0.1}},
		{"step", optim.Step(1, 0.5, 10), map[int]float64{0: 1, 9: 1, 10: 0.5, 19: 0.5, 20: 0.25, 30: 0.125}},
		{"linear down", optim.Linear(1, 0, 4), map[int]float64{0: 1, 1: 0.75, 2: 0.5, 3: 0.25, 4: 0, 100: 0}},
		{"linear up", optim.Linear(0.2, 0.6, 2), map[int]float64{0: 0.2, 1: 0.4, 2: 0.6, 3: 0.6}},
		{"linear over no steps", optim.Linear(1, 0.5, 0), map[int]float64{0: 0.5, 1: 0.5}},
		{"cosine", optim.Cosine(1, 0.2, 4), map[int]float64{
			0: 1, 1: 0.6 + 0.4*math.Sqrt2/2, 2: 0.6, 3: 0.6 - 0.4*math.Sqrt2/2, 4: 0.2, 5: 0.2,
		}},
		{"warm-up", optim.WarmUp(3, optim.Constant(0.8)), map[int]float64{0: 0.2, 1: 0.4, 2: 0.6, 3: 0.8, 4: 0.8}},
		{"warm-up of no steps", optim.WarmUp(0, optim.Linear(1, 0, 2)), map[int]float64{0: 1, 1: 0.5, 2: 0}},
		{"warm-up, then down", optim.WarmUp(1, optim.Linear(1, 0, 2)), map[int]float64{0: 0.5, 1: 1, 2: 0.5, 3: 0}},
		{"one after another", optim.Constant(1).Until(2, optim.Linear(0.5, 0, 2)), map[int]float64{0: 1, 1: 1, 2: 0.5, 3: 0.25, 4: 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for step, want := range tt.want {
				require.InDelta(t, want, tt.schedule(step), 1e-15, "step %d", step)
			}
		})
	}
}
