//go:build !purego

package kernel

// vectorNoise is noiseGroups if a vector version can do it, and reports whether it did.
func vectorNoise[T Float](dst []T, first uint32, seed uint64, node uint32, step uint64, law distribution) bool {
	d, ok := any(dst).([]float32)
	if !ok || level == plain {
		return false
	}
	groups := len(d) / groupSize
	keys := schedule(seed, node, step)
	switch {
	case level == avx512 && law == uniform:
		uniformAVX512(&d[0], groups, first, &keys[0])
	case level == avx512 && law == normal:
		normalAVX512(&d[0], groups, first, &keys[0])
	case law == uniform:
		uniformAVX2(&d[0], groups, first, &keys[0])
	case law == normal:
		normalAVX2(&d[0], groups, first, &keys[0])
	}
	return true
}

// schedule returns what the rounds of Philox combine with the words that depend on the first word of the
// counter: the keys, and in the first three rounds products that do not depend on it.
//
//	0     round 0: the third word is the upper half of a product, xor this
//	1, 2  round 1: so is the first word; the third is the fourth, xor this
//	3, 4  round 2: so is the third word; the key of the first
//	5...  keys of the third and the first word in rounds 3 to 9
func schedule(seed uint64, node uint32, step uint64) (keys [2 * philoxRounds]uint32) {
	k0, k1 := uint32(seed), uint32(seed>>32)
	key := func(round uint32) (uint32, uint32) { return k0 + round*philoxWeyl0, k1 + round*philoxWeyl1 }
	// The first counter word and what becomes of it are 0 here: the products below are without it.
	b := block{0, node, uint32(step), uint32(step >> 32)}
	keys[0] = b.w3 ^ k1
	b = b.round(k0, k1)
	k10, k11 := key(1)
	second := b.round(k10, k11)
	keys[1] = b.w1 ^ k10
	keys[2] = second.w2
	k20, k21 := key(2)
	keys[3], keys[4] = second.w3^k21, k20
	for r := uint32(3); r < philoxRounds; r++ {
		keys[2*r], keys[2*r-1] = key(r)
	}
	return keys
}
