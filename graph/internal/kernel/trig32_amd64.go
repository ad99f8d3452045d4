//go:build !purego

package kernel

// vectorTrig sets dst to sin x or cos x if a vector version can, and reports whether it did. The vector
// versions stop at large numbers, which are left to the functions of one number.
func vectorTrig[T Float](dst, x []T, cosine bool) bool {
	d, s, ok := singles(dst, x)
	if !ok || level == plain {
		return false
	}
	single, step := sin32, 8
	if cosine {
		single = cos32
	}
	if level == avx512 {
		step = 16
	}
	for len(d) > 0 {
		done := trigLoop(&d[0], &s[0], len(d), cosine)
		end := min(done+step, len(d))
		for i := done; i < end; i++ {
			d[i] = single(s[i])
		}
		d, s = d[end:], s[end:]
	}
	return true
}

func trigLoop(dst, x *float32, n int, cosine bool) (done int) {
	switch {
	case level == avx512 && cosine:
		return cosAVX512(dst, x, n)
	case level == avx512:
		return sinAVX512(dst, x, n)
	case cosine:
		return cosAVX2(dst, x, n)
	}
	return sinAVX2(dst, x, n)
}
