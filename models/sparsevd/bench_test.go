package sparsevd_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"credence/graph"
	"credence/layers"
	"credence/models/sparsevd"
)

// BenchmarkForward runs LeNet-300-100 with 2.7 % of its weights, dense and compact.
func BenchmarkForward(b *testing.B) {
	n := sparsevd.New(sparsevd.Config{Network: sparsevd.Dense{784, 300, 100, 10}, Seed: 1, Layers: layers.SparseOptions{Theta: graph.Gaussian(0, 1)}})
	rng := rand.New(rand.NewPCG(1, 2))
	for i, l := range n.Layers() {
		for k := range l.LogSigma2.Value().Len() {
			if rng.Float64() < []float64{0.98, 0.93, 0.43}[i] {
				l.LogSigma2.Value().Set(k, 30)
			}
		}
	}
	small := n.Compact()
	for _, batch := range []int{1, 100} {
		x := make([]float32, batch*784)
		for i := range x {
			x[i] = rng.Float32()
		}
		b.Run(fmt.Sprintf("compact/%d", batch), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				small.Forward(x)
			}
		})
		ps := graph.NewParams(graph.Float32, 1)
		g := graph.New(ps, graph.Predict)
		in := g.Input("x", batch, 784)
		h := layers.NewDense(ps, "fc0", 784, 300, graph.Glorot).Forward(in).ReLU()
		h = layers.NewDense(ps, "fc1", 300, 100, graph.Glorot).Forward(h).ReLU()
		program, err := g.Compile(layers.NewDense(ps, "fc2", 100, 10, graph.Glorot).Forward(h))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("dense/%d", batch), func(b *testing.B) {
			b.ReportAllocs()
			feed := graph.Feed{in: x}
			for b.Loop() {
				if _, err := program.Run(0, feed); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
