// Package benchmarks times the framework: products of matrices, elementwise programs, noise, training
// steps and predictions, all through the public API.
//
//	go test -run '^$' -bench . -benchmem ./benchmarks
//
// A Work is what one repetition does, named and defined in one place: Go's benchmarks time it here, and
// the command in peers times it beside PyTorch, JAX, Gorgonia and GoMLX, which do the same work.
package benchmarks
