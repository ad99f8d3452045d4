//go:build purego || !amd64

package kernel

// Call is one kernel of a sequence of vector kernels, of which there are none.
type Call struct{}

// NewCall returns false: there are no vector kernels.
func NewCall(string) (Call, bool) { return Call{}, false }

// The methods of a Call are never called.

func (*Call) Elementwise(int, bool, ...Argument)               {}
func (*Call) Numbers(...float64)                               {}
func (*Call) Adam(int, [6]float32, ...Argument)                {}
func (*Call) Noise(int, Argument, int, uint64, uint32, uint64) {}
func (*Call) Sum(int, Argument, *float64)                      {}

// RunTiles makes no calls.
func RunTiles([]Call, int) {}
