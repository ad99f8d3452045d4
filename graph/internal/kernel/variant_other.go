//go:build !amd64 || purego

package kernel

func best() variant { return plain }
