//go:build !purego

package kernel

import (
	"math"
	"slices"
	"unsafe"
)

//go:noescape
func address(i int) uintptr

//go:noescape
func runTiles(calls *Call, n, tiles int)

// kernelNames are the vector kernels that a Call can be of, as tiles_amd64.s lists them.
var kernelNames = []string{
	"Neg", "Abs", "Sign", "Step", "Square", "Sqrt", "Reciprocal", "ReLU", "Exp", "Expm1", "Log", "Log1p", "Tanh",
	"Sigmoid", "LogSigmoid", "Softplus", "Add", "Sub", "Mul", "Div", "Minimum", "Maximum", "Less", "LessEqual", "Equal",
	"NotEqual", "Where", "MulAdd", "MulSub", "SubMul", "SoftplusSigmoid", "Adam", "Normal", "Uniform", "Sum",
	"Clamp", "LeakyReLU", "ELU",
}

// Call is one kernel of a sequence that RunTiles takes tile after tile through, with the arguments of its
// next call. The memory that it points to is kept by others.
type Call struct {
	fn     uintptr
	words  int
	result uintptr // where the next sum goes, or 0
	arg    [9]uintptr
	step   [9]uintptr // from tile to tile
	end    [9]uintptr // where an argument that repeats goes back
	back   [9]uintptr // by how much
	data   [10]uint64 // numbers that an argument points to
}

// NewCall returns the call of a kernel by its name; false if there is no vector version.
func NewCall(name string) (Call, bool) {
	i := slices.Index(kernelNames, name)
	if i < 0 || level == plain {
		return Call{}, false
	}
	return Call{fn: address(2*i + int(level-avx2))}, true
}

// Elementwise sets the arguments of a kernel of elementwise results and operands, for tiles of n elements:
// it takes the length of each operand if it broadcasts.
func (c *Call) Elementwise(n int, broadcasts bool, arrays ...Argument) {
	c.words = 0
	for _, a := range arrays {
		c.array(n, a)
	}
	c.push(uintptr(n), 0)
	if !broadcasts {
		return
	}
	for _, a := range arrays[1:] {
		if a.Single {
			c.push(1, 0)
		} else {
			c.push(uintptr(n), 0)
		}
	}
}

// Numbers adds the one or two numbers that follow the arguments of a kernel such as Clamp.
func (c *Call) Numbers(x ...float64) {
	var word [2]float32
	for i, v := range x {
		word[i] = float32(v)
	}
	c.push(*(*uintptr)(unsafe.Pointer(&word)), 0)
}

func (c *Call) array(n int, a Argument) {
	at := uintptr(unsafe.Pointer(a.At))
	switch {
	case a.Single || a.Fixed:
		c.push(at, 0)
	case a.Period > 0:
		c.push(at, uintptr(4*(n%a.Period)))
		c.back[c.words-1] = uintptr(4 * a.Period)
		c.end[c.words-1] = uintptr(unsafe.Pointer(a.Start)) + c.back[c.words-1]
	default:
		c.push(at, uintptr(4*n))
	}
}

func (c *Call) push(arg, step uintptr) {
	c.arg[c.words], c.step[c.words], c.end[c.words] = arg, step, math.MaxUint64
	c.words++
}

// Adam sets the arguments of that kernel; k are its six numbers.
func (c *Call) Adam(n int, k [6]float32, arrays ...Argument) {
	c.Elementwise(n, false, arrays...)
	numbers := (*[6]float32)(unsafe.Pointer(&c.data))
	*numbers = k
	c.words--
	c.push(uintptr(unsafe.Pointer(numbers)), 0)
	c.push(uintptr(n), 0)
}

// Noise sets the arguments of a draw that begins with an element, a multiple of 64 as n is.
func (c *Call) Noise(n int, dst Argument, first int, seed uint64, node uint32, step uint64) {
	keys := (*[2 * philoxRounds]uint32)(unsafe.Pointer(&c.data))
	*keys = schedule(seed, node, step)
	groups := n / groupSize
	c.words = 0
	c.array(n, dst)
	c.push(uintptr(groups), 0)
	c.push(uintptr(first/groupSize*lanes), uintptr(groups*lanes))
	c.push(uintptr(unsafe.Pointer(keys)), 0)
}

// Sum sets the arguments of sums of tiles of n elements, a multiple of 8; they go to partial, one a tile.
func (c *Call) Sum(n int, x Argument, partial *float64) {
	c.words = 0
	c.array(n, x)
	c.push(uintptr(n), 0)
	c.result = uintptr(unsafe.Pointer(partial))
}

// RunTiles makes the calls, in order, for each of the tiles in turn.
func RunTiles(calls []Call, tiles int) {
	if len(calls) > 0 {
		runTiles(&calls[0], len(calls), tiles)
	}
}
