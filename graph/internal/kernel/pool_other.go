//go:build !amd64 || purego

package kernel

func vectorPoolMax[T Float](Pool, []T, []T) bool { return false }

func vectorPoolPlace[T Float](Pool, []T, []T, []T, []T) bool { return false }
