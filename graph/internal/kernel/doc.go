// Package kernel holds the inner loops of programs: elementwise functions, reductions, moves,
// matrix products and noise, over dense row-major slices of float32 or float64.
//
// The plain Go is the specification. For float32 (and float64 in Gemm) most functions have versions in
// assembly too, for AVX-512 and for AVX2 with fused multiply-add, chosen when the program starts; the
// build tag purego leaves them out. They give the bits of the specification, on every processor, but in
// Gemm, whose sums they round once where it rounds twice. The generator in _asm writes them; its
// formulas are those of the Go functions, operation by operation.
//
// Every function runs on the caller's goroutine, allocates nothing (but for an error it returns) and
// always gives the same bits for the same arguments. In elementwise functions dst may be one of the
// operands, exactly (the same first element); any other overlap of dst with an operand is a mistake.
// Lengths that do not fit are a mistake of the caller and panic as any slice does.
//
// Denormals, the float32 below 2^-126 in magnitude, are flushed: what calculates or compares reads them as
// zeros of their signs, and has such a zero for a result that is tiny once rounded. What only moves elements
// or sets their signs (Copy, Neg, Abs, the values of Where, moves and indexing) keeps them. The assembly has
// the processor do so, by MXCSR, which it restores; the Go does it by flush. Float64, which is Go throughout
// but for Gemm, rounds gradually: there a denormal costs nothing worth flushing.
//
// Polynomials use fused multiply-add: fma, which rounds once. Elsewhere products that feed a sum are
// written T(x*y) + z: the conversion forbids fusing the two, so that the float32 functions give the same
// bits on every processor.
//
// RunTiles takes short pieces of arrays through a sequence of the vector versions: loading MXCSR, and the way
// from Go to assembly and back, would take as long as many of them do. Its Calls hold their arguments as words.
//
// Errors of float32 functions are stated in ulp, the distance between the neighbours of the true value,
// where zero is the neighbour of 2^-126.
package kernel

// Float is the type of an element.
type Float interface{ float32 | float64 }
