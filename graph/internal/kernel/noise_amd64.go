//go:build !purego

package kernel

// vectorNoise is noiseGroups if a vector version can do it, and reports whether it did.
func vectorNoise[T Float](dst []T, first uint32, seed uint64, node uint32, step uint64, law distribution) bool {
	d, ok := any(dst).([]float32)
	if !ok || level == plain {
		return false
	}
	groups := len(d) / groupSize
	seedLow, seedHigh, stepLow, stepHigh := uint32(seed), uint32(seed>>32), uint32(step), uint32(step>>32)
	switch {
	case level == avx512 && law == uniform:
		uniformAVX512(&d[0], groups, first, node, seedLow, seedHigh, stepLow, stepHigh)
	case level == avx512 && law == normal:
		normalAVX512(&d[0], groups, first, node, seedLow, seedHigh, stepLow, stepHigh)
	case law == uniform:
		uniformAVX2(&d[0], groups, first, node, seedLow, seedHigh, stepLow, stepHigh)
	case law == normal:
		normalAVX2(&d[0], groups, first, node, seedLow, seedHigh, stepLow, stepHigh)
	}
	return true
}
