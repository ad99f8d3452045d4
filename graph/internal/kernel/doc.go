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
// Products that feed a sum are written T(x*y) + z: the conversion forbids fusing the two, so that
// the float32 functions give the same bits on every processor.
//
// Errors of float32 functions are stated in ulp, the distance between the neighbours of the true
// value; a result below the smallest normal number is rounded gradually, never flushed to zero.
package kernel

// Float is the type of an element.
type Float interface{ float32 | float64 }
