//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

// best returns the fastest variant that the processor and the operating system support.
func best() variant {
	x := cpu.X86
	switch {
	case x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL && x.HasBMI2:
		return avx512
	case x.HasAVX2 && x.HasFMA && x.HasBMI2:
		return avx2
	}
	return plain
}
