//go:build !amd64 || purego

package kernel

func inRunsBuffer(int, int) int { return 0 }

func vectorConvolve[T Float](Conv, pixels[T], []T, []T, int, int, []T) bool { return false }

func vectorFilter[T Float](Conv, []T, []T, []T, int, bool, []T) bool { return false }
