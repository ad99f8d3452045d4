//go:build !amd64 || purego

package kernel

func vectorBuffer(int, int) int { return 0 }

func vectorGemm[T Float](_, _, _ []T, _, _, _ int, _, _ bool, _, _ int, _ []T) bool { return false }
