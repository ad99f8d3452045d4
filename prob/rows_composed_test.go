package prob_test

import (
	"math/rand/v2"

	"credence/graph"
	"credence/prob"
)

// twoNormals is the mixture of N(a, b²) and N(c, d²) with log-odds e of the second.
func twoNormals(theta []*graph.Node) prob.Distribution {
	zero := theta[4].Scale(0)
	return prob.Mixture{
		Logits: graph.Stack(-1, zero, theta[4]),
		Of:     prob.Normal{Mu: pairOf(theta[0], theta[2]), Sigma: pairOf(theta[1], theta[3])},
	}
}

// pairOf puts two parameters that may broadcast side by side.
func pairOf(a, b *graph.Node) *graph.Node {
	shape := a.Add(b).Shape()
	return graph.Stack(-1, a.Broadcast(shape...), b.Broadcast(shape...))
}

func transformed(name string, by func(theta []*graph.Node) prob.Bijector, theta [][]float64, span func(theta []float64) points) row {
	return row{
		name: name,
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.Transformed{Base: prob.Normal{Mu: theta[0], Sigma: theta[1]}, By: by(theta)}
		},
		theta: theta, extreme: [][]float64{{0, 1}}, random: locationScale, points: span,
	}
}

// Distributions made of others.
var composedRows = []row{
	{
		name: "Mixture", make: twoNormals,
		theta:  [][]float64{{-1, 0.5, 2, 1.5, 0.4}, {0, 1, 0, 0.1, -2}},
		points: func(theta []float64) points { return line(theta[2], min(theta[1], theta[3]), 60) },
		random: func(rng *rand.Rand) []float64 {
			return append(append(locationScale(rng), locationScale(rng)...), between(rng, -2, 2))
		},
	},
	transformed("Transformed by Exp", func([]*graph.Node) prob.Bijector { return prob.Exp{} },
		[][]float64{{0.3, 0.8}}, func([]float64) points { return halfLine(1) }),
	transformed("Transformed by Softplus", func([]*graph.Node) prob.Bijector { return prob.Softplus{} },
		[][]float64{{0.3, 0.8}, {3, 4}}, func([]float64) points { return halfLine(1) }),
	transformed("Transformed by Sigmoid", func([]*graph.Node) prob.Bijector { return prob.Sigmoid{} },
		[][]float64{{0.3, 0.8}}, func([]float64) points { return interval(0, 1) }),
	transformed("Transformed by Tanh", func([]*graph.Node) prob.Bijector { return prob.Tanh{} },
		[][]float64{{0.3, 0.8}}, func([]float64) points { return interval(-1, 1) }),
	transformed("Transformed by a chain", func(theta []*graph.Node) prob.Bijector {
		g := theta[0].Graph()
		return prob.Chain{prob.Affine{Shift: g.Const(1), Scale: g.Const(0.5)}, prob.Exp{}, prob.Inverse{Of: prob.Softplus{}}}
	}, [][]float64{{0.3, 0.8}}, func([]float64) points { return line(0, 1, 200) }).withoutExtremes(), // softplus(-100) is no float32
}

func (r row) withoutExtremes() row {
	r.extreme = nil
	return r
}

var composedKLs = []klRow{}
