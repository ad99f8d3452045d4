//go:build !amd64 || purego

package kernel

func vectorUnary[T Float](_ unaryOp, _, _ []T) bool { return false }

func vectorLeakyReLU[T Float](_, _ []T, _ T) bool { return false }

func vectorELU[T Float](_, _ []T, _ T) bool { return false }

func vectorClamp[T Float](_, _ []T, _, _ T) bool { return false }
