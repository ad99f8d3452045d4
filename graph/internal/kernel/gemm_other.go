//go:build !amd64 || purego

package kernel

func vectorBuffer(int, int, int) int { return 0 }

func vectorGemm[T Float](_, _, _ Matrix[T], _, _, _ int, _ bool, _ []T) bool { return false }
