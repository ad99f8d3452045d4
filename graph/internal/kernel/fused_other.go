//go:build !amd64 || purego

package kernel

func vectorTernary[T Float](_ ternaryOp, _, _, _, _ []T) bool { return false }

func vectorSoftplusSigmoid[T Float](_, _, _ []T) bool { return false }

func vectorAdam[T Float](_, _, _, _, _, _, _ []T, _ *[6]T) bool { return false }
