//go:build amd64 && !purego

package kernel

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestControlRegister calls kernels with MXCSR as Go sets it, and as nobody does: rounding towards zero,
// half of the flushing, flags raised. They leave it as it was; and loops that are assembly from end to
// end do not mind.
func TestControlRegister(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	usual := mxcsr()
	defer setMXCSR(usual)
	const flags = 0x3f // what happened so far: Go code raises them too
	for _, row := range []struct {
		family
		assembly bool
	}{
		{unaryFamily(), true}, {binaryFamily(), true}, {ternaryFamily(), true}, {fusedFamily(), true}, {noiseFamily(), true}, {reduceFamily(), false},
	} {
		x := everyMagnitude(rand.New(rand.NewPCG(41, 42)), 3*67)
		size := row.size(len(x), 0)
		want, got := make([]float32, size), make([]float32, size+2)
		for kernel, name := range row.names {
			row.run(kernel, want, x, 0)
			require.Equal(t, usual&^flags, mxcsr()&^flags, name)
			for _, register := range []uint32{0x7f80, 0x1fc0, 0x9f80, 0x1fbf} {
				fill(got, []float32{-77})
				setMXCSR(register)
				row.run(kernel, got[1:size+1], x, 0)
				after := mxcsr()
				setMXCSR(usual)
				require.Equal(t, register&^flags, after&^flags, "%s: %#x", name, register)
				if row.assembly && level != plain && !plainOnly[name] {
					sameBits(t, want, got, name, register)
				}
			}
		}
	}
}

// plainOnly are the kernels that call functions of one number, for all or some elements.
var plainOnly = map[string]bool{"Erf": true, "GELU": true, "Map": true, "Sin": true, "Cos": true, "Pow": true, "Map2": true}
