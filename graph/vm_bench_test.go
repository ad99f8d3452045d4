package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"credence/graph"
)

// BenchmarkVM times a step of training, from a new batch to the gradients, and to the weights as Gorgonia's
// Adam updates them, on TapeMachine and on ours.
func BenchmarkVM(b *testing.B) {
	nets := []struct {
		name  string
		build func() *training
	}{
		{"mlp 784-400-400-10", func() *training { return mlp(b, tensor.Float32, 100, 784, 400, 400, 10) }},
		{"conv 28x28", func() *training { return conv(b, tensor.Float32, 20, 28, 16, 32) }},
	}
	for _, net := range nets {
		for _, machine := range []string{"TapeMachine", "VM"} {
			for _, solver := range []bool{false, true} {
				b.Run(net.name+"/"+machine+map[bool]string{false: "/gradients", true: "/Adam"}[solver], func(b *testing.B) {
					benchmarkSteps(b, net.build(), machine, solver)
				})
			}
		}
	}
}

func benchmarkSteps(b *testing.B, tr *training, machine string, solve bool) {
	var vm gorgonia.VM = gorgonia.NewTapeMachine(tr.g, gorgonia.BindDualValues(tr.learnt...))
	if machine == "VM" {
		ours, err := graph.NewVM(tr.g, tr.learnt...)
		require.NoError(b, err)
		vm = ours
	}
	solver, model := gorgonia.NewAdamSolver(), gorgonia.NodesToValueGrads(tr.learnt)
	require.NoError(b, tr.feed(0))
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, vm.RunAll())
		if solve {
			require.NoError(b, solver.Step(model))
		}
		vm.Reset()
	}
}
