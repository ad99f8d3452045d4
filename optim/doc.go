// Package optim has optimisers, written as updates of a graph, and learning-rate schedules.
//
// An optimiser adds to a graph the expression of each parameter's new value. It is compiled, checked
// and run with the rest; the learning rate is a node, usually an input, so that it changes from step
// to step without compiling again:
//
//	lr := g.Input("lr")
//	optim.Minimize(optim.Adam{}, loss, lr)
//	prog, err := g.Compile(loss)
//	rate := optim.Cosine(1e-3, 0, steps)
//	out, err := prog.Run(t, graph.Feed{x: images, y: labels, lr: rate(t)})
//
// What an optimiser remembers between steps lies in slots of the graph's Params, under the name of
// the parameter, fc0/mu/adam.m. Graphs on the same Params, a second one for the last, smaller batch
// say, share it, and a checkpoint that includes slots resumes to the same bits.
package optim
