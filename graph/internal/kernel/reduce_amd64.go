//go:build !purego

package kernel

// vectorSumRow returns what sumEights does; 0 of none if no vector version can.
func vectorSumRow[T Float](x []T) (sum float64, done int) {
	s, _ := any(x).([]float32)
	done = len(s) &^ 7
	switch {
	case done == 0 || level == plain:
		return 0, 0
	case level == avx512:
		return sumRowAVX512(&s[0], done), done
	}
	return sumRowAVX2(&s[0], done), done
}

// vectorSumColumns sums x, rows of len(dst) elements, if a vector version can, and reports whether it did.
func vectorSumColumns[T Float](dst, x []T, rows int) bool {
	d, ok := any(dst).([]float32)
	s, _ := any(x).([]float32)
	if !ok || level == plain || rows == 0 || len(d) == 0 {
		return false
	}
	s = s[:rows*len(d)]
	if level == avx512 {
		sumColumnsAVX512(&d[0], &s[0], rows, len(d), len(d))
	} else {
		sumColumnsAVX2(&d[0], &s[0], rows, len(d), len(d))
	}
	return true
}

// vectorVarianceColumns is vectorSumColumns for variances.
func vectorVarianceColumns[T Float](dst, x []T, rows int) bool {
	d, ok := any(dst).([]float32)
	s, _ := any(x).([]float32)
	if !ok || level == plain || rows == 0 || len(d) == 0 {
		return false
	}
	s = s[:rows*len(d)]
	if level == avx512 {
		varianceColumnsAVX512(&d[0], &s[0], rows, len(d), len(d), 1/float64(rows))
	} else {
		varianceColumnsAVX2(&d[0], &s[0], rows, len(d), len(d), 1/float64(rows))
	}
	return true
}

// vectorExtreme returns the maximum or the minimum of a long row if a vector version can.
func vectorExtreme[T Float](x []T, maximum bool) (best T, ok bool) {
	const lanes = 16
	s, _ := any(x).([]float32)
	done := len(s) &^ (lanes - 1)
	if level == plain || done == 0 {
		return 0, false
	}
	var lane [lanes]float32
	switch {
	case level == avx512 && maximum:
		maxRowAVX512(&lane[0], &s[0], done)
	case level == avx512:
		minRowAVX512(&lane[0], &s[0], done)
	case maximum:
		maxRowAVX2(&lane[0], &s[0], done)
	default:
		minRowAVX2(&lane[0], &s[0], done)
	}
	used := lane[:]
	if level == avx2 {
		used = lane[:lanes/2]
	}
	for _, part := range [][]float32{used, s[done:]} {
		for _, v := range part {
			v = flush(v, minNormal)
			if maximum {
				used[0] = max(used[0], v)
			} else {
				used[0] = min(used[0], v)
			}
		}
	}
	return T(used[0]), true
}
