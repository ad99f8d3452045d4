// Package graphtest checks what is built on package graph: that gradients, first and second, are
// those of finite differences, that a Program computes what the reference computes, and that results
// stay finite where inputs are extreme.
//
//	graphtest.Gradient(t, func(x ...*graph.Node) *graph.Node { return x[0].MatMul(x[1]) },
//		graphtest.Between(-1, 1, 3, 4), graphtest.Between(-1, 1, 4, 2))
//
// Every number drawn is a function of a fixed seed.
package graphtest
