package kernel

const (
	philoxRounds                         = 10
	philoxMultiplier0, philoxMultiplier1 = 0xD2511F53, 0xCD9E8D57
	philoxWeyl0, philoxWeyl1             = 0x9E3779B9, 0xBB67AE85
)

// Philox returns the block of random bits that Philox4x32-10 makes of a counter and a key
// (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
func Philox(ctr [4]uint32, key [2]uint32) [4]uint32 {
	b := block{ctr[0], ctr[1], ctr[2], ctr[3]}
	k0, k1 := key[0], key[1]
	for range philoxRounds {
		b = b.round(k0, k1)
		k0, k1 = k0+philoxWeyl0, k1+philoxWeyl1
	}
	return [4]uint32{b.w0, b.w1, b.w2, b.w3}
}

// philoxPair returns the blocks of counters {c0, c1, c2, c3} and {c0+1, c1, c2, c3}: two at once keep
// the multipliers busy.
func philoxPair(c0, c1, c2, c3, k0, k1 uint32) (a, b block) {
	a, b = block{c0, c1, c2, c3}, block{c0 + 1, c1, c2, c3}
	for range philoxRounds {
		a, b = a.round(k0, k1), b.round(k0, k1)
		k0, k1 = k0+philoxWeyl0, k1+philoxWeyl1
	}
	return a, b
}

// block is four words that stay in registers.
type block struct{ w0, w1, w2, w3 uint32 }

func (b block) round(k0, k1 uint32) block {
	p0, p1 := philoxMultiplier0*uint64(b.w0), philoxMultiplier1*uint64(b.w2)
	return block{uint32(p1>>32) ^ b.w1 ^ k0, uint32(p1), uint32(p0>>32) ^ b.w3 ^ k1, uint32(p0)}
}
