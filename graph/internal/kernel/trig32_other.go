//go:build !amd64 || purego

package kernel

func vectorTrig[T Float](_, _ []T, _ bool) bool { return false }
