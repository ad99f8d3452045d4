//go:build !amd64 || purego

package kernel

func vectorSumRow[T Float](_ []T) (sum float64, done int) { return 0, 0 }

func vectorSumColumns[T Float](_, _ []T, _ int) bool { return false }

func vectorVarianceColumns[T Float](_, _ []T, _ int) bool { return false }

func vectorExtreme[T Float](_ []T, _ bool) (best T, ok bool) { return 0, false }
