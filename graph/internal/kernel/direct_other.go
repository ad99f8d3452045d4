//go:build purego || !amd64

package kernel

// Direct returns nil: there are no vector versions.
func Direct(string) func(dst, a, b, c []float32) { return nil }
