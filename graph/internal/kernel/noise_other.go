//go:build !amd64 || purego

package kernel

func vectorNoise[T Float](_ []T, _ uint32, _ uint64, _ uint32, _ uint64, _ distribution) bool {
	return false
}
