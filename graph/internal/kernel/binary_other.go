//go:build !amd64 || purego

package kernel

func vectorBinary[T Float](_ binaryOp, _, _, _ []T) bool { return false }

func vectorWhere[T Float](_, _, _, _ []T) bool { return false }
