// Package graph builds expressions over arrays, differentiates them and compiles them into programs
// that run without allocating.
//
// An expression is made of nodes. A Node wraps a node of a Gorgonia expression graph; operations are
// methods on it, with NumPy's broadcasting. Parameters live in Params, which outlives graphs, so that
// a graph for training and one for prediction share them:
//
//	ps := graph.NewParams(graph.Float32, 1)
//	w := ps.New("w", graph.Glorot, 784, 10)
//
//	g := graph.New(ps, graph.Train)
//	x, y := g.Input("x", 100, 784), g.Input("y", 100)
//	logits := x.MatMul(g.Param(w))
//	loss := logits.LogSoftmax(1).Pick(y).Mean().Neg()
//	dw := graph.Grad(loss, g.Param(w))[0]
//	g.Update(w, g.Param(w).Sub(dw.Scale(0.1)))
//
//	prog, err := g.Compile(loss)
//	out, err := prog.Run(step, graph.Feed{x: images, y: labels}) // out[0] is the loss
//
// # Mistakes
//
// Building a graph cannot fail in the middle. The first mistake, say operands whose shapes do not
// fit, is kept with the file and line of the caller's code; later operations do nothing, and Compile
// returns it. What no data can cause (mixing the nodes of two graphs, a dimension below one) panics.
//
// # Noise
//
// Normal and Uniform are functions of (seed, noise node, step, element), computed by the
// counter-based generator Philox4x32-10: the same numbers come on any number of cores, in the
// backward pass and after a resume. Graph.Normal says which number is whose.
//
// # Two ways to run
//
// Compile makes a Program, the product. Reference runs the same nodes on Gorgonia's TapeMachine, op by
// op, and is what tests hold a Program equal to.
//
// # Other people's graphs
//
// NewVM runs a graph made with Gorgonia, by the training loop that it has, on a Program. Import makes a
// Graph of one, with gradients that are right where Gorgonia's own rules are not.
package graph
