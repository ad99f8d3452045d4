//go:build !purego

package kernel

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestGemmRestoresControlRegister calls Gemm with MXCSR as Go sets it, and as nobody does: rounding towards
// zero, half of the flushing, flags raised. The assembly leaves it as it was and does not mind.
func TestGemmRestoresControlRegister(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	usual := mxcsr()
	defer setMXCSR(usual)
	const flags = 0x3f // what happened so far: Go code raises them too
	rng := rand.New(rand.NewPCG(43, 44))
	for _, n := range []int{7, 16, 40} {
		testControlRegister(t, usual, flags, Dense(randoms[float32](rng, n*n), n), n)
		testControlRegister(t, usual, flags, Dense(randoms[float64](rng, n*n), n).Transpose(), n)
	}
}

func testControlRegister[T Float](t *testing.T, usual, flags uint32, x Matrix[T], n int) {
	t.Helper()
	want, buf := Dense(make([]T, n*n), n), make([]T, GemmBuffer(n, n, n))
	Gemm(want, x, x, n, n, n, false, buf)
	require.Equal(t, usual&^flags, mxcsr()&^flags)
	for _, register := range []uint32{0x7f80, 0x1fc0, 0x9f80, 0x1fbf} {
		got := Dense(make([]T, n*n), n)
		setMXCSR(register)
		Gemm(got, x, x, n, n, n, false, buf)
		after := mxcsr()
		setMXCSR(usual)
		require.Equal(t, register&^flags, after&^flags, fmt.Sprintf("%#x", register))
		if level != plain {
			require.Equal(t, want, got, fmt.Sprintf("%#x", register))
		}
	}
}
