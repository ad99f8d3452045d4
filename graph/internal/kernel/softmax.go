package kernel

import "math"

// LogSumExp sets dst [outer, inner] to ln Σ e^x over n of x [outer, n, inner], shifted by the maximum
// so that it cannot overflow. Where all are -Inf, and of nothing, it is -Inf; with a +Inf it is +Inf.
func LogSumExp[T Float](dst, x []T, outer, n, inner int) {
	for o := range outer {
		for j := 0; j < inner; j += columns {
			width := min(columns, inner-j)
			logSumExp(dst[o*inner+j:][:width], x[min(o*n*inner+j, len(x)):], n, inner)
		}
	}
}

// logSumExp reduces n rows, inner apart, of len(dst) <= columns elements.
func logSumExp[T Float](dst, x []T, n, inner int) {
	var maxima, sums [columns]T
	shift, sum := maxima[:len(dst)], sums[:len(dst)]
	shiftedSum(shift, sum, x, n, inner)
	Log(sum, sum)
	for j, m := range shift {
		dst[j] = flush(m+sum[j], smallest[T]())
		if math.IsInf(float64(m), 0) {
			dst[j] = m
		}
	}
}

// shiftedSum sets shift to the maxima over n rows, inner apart, of len(shift) <= columns elements, and
// sum to Σ e^(x-shift).
func shiftedSum[T Float](shift, sum, x []T, n, inner int) {
	if len(shift) == 1 && inner == 1 {
		shift[0] = maxRow(x[:n])
		sum[0] = T(expSumRow(x[:n], shift[0]))
		return
	}
	var terms [columns]T
	var totals [columns]float64
	e, total := terms[:len(shift)], totals[:len(shift)]
	fill(shift, []T{T(math.Inf(-1))})
	for i := range n {
		binary(opMax, shift, shift, x[i*inner:][:len(shift)])
	}
	for i := range n {
		binary(opSub, e, x[i*inner:][:len(e)], shift)
		Exp(e, e)
		for j, v := range e {
			total[j] += float64(v)
		}
	}
	for j, s := range total {
		sum[j] = T(s)
	}
}

// expSumRow returns Σ e^(x-shift) in float64: the sums of blocks, in order.
func expSumRow[T Float](x []T, shift T) float64 {
	const block = 256
	var terms [block]T
	total := 0.0
	for i := 0; i < len(x); i += block {
		e := terms[:min(block, len(x)-i)]
		binary(opSub, e, x[i:][:len(e)], []T{shift})
		Exp(e, e)
		total += SumFloat64(e)
	}
	return total
}

// Softmax sets dst to e^x / Σ e^x, the sum over n; dst and x are [outer, n, inner]. Where all of a sum
// are -Inf, or one is +Inf or NaN, it is NaN.
func Softmax[T Float](dst, x []T, outer, n, inner int) { softmax(dst, x, outer, n, inner, false) }

// LogSoftmax sets dst to x - ln Σ e^x, the sum over n; dst and x are [outer, n, inner]. Where all of a
// sum are -Inf, or one is +Inf or NaN, it is NaN.
func LogSoftmax[T Float](dst, x []T, outer, n, inner int) { softmax(dst, x, outer, n, inner, true) }

func softmax[T Float](dst, x []T, outer, n, inner int, logarithm bool) {
	if inner == 1 && 0 < n && 2*n <= rowsBlock {
		softmaxRows(dst[:outer*n], x[:outer*n], n, logarithm)
		return
	}
	var maxima, sums [columns]T
	for o := range outer {
		for j := 0; j < inner && n > 0; j += columns {
			width := min(columns, inner-j)
			shift, sum := maxima[:width], sums[:width]
			at := o*n*inner + j
			shiftedSum(shift, sum, x[at:], n, inner)
			if logarithm {
				Log(sum, sum)
			} else {
				Reciprocal(sum, sum)
			}
			if inner == 1 { // one long row, rather than n rows of one element
				normalise(dst[at:][:n], x[at:][:n], shift, sum, logarithm)
				continue
			}
			for i := range n {
				normalise(dst[at+i*inner:][:width], x[at+i*inner:][:width], shift, sum, logarithm)
			}
		}
	}
}

// rowsBlock is how many elements softmaxRows takes at once.
const rowsBlock = 256

// softmaxRows is softmax of short rows, several at once. The operations on each are those of softmax.
func softmaxRows[T Float](dst, x []T, n int, logarithm bool) {
	var numbers [rowsBlock]T // of rows
	var spread, terms [rowsBlock]T
	for len(dst) > 0 {
		rows := min(rowsBlock/n, len(dst)/n)
		size := rows * n
		of, each, d := numbers[:rows], spread[:size], dst[:size]
		for r := range of {
			of[r] = maxRow(x[r*n:][:n])
			fill(each[r*n:][:n], of[r:][:1])
		}
		binary(opSub, d, x[:size], each)
		e := terms[:size]
		Exp(e, d)
		for r := range of {
			of[r] = T(SumFloat64(e[r*n:][:n]))
		}
		op := opMul
		if logarithm {
			op, e = opSub, d
			Log(of, of)
		} else {
			Reciprocal(of, of)
		}
		for r := range of {
			fill(each[r*n:][:n], of[r:][:1])
		}
		binary(op, d, e, each)
		dst, x = dst[size:], x[size:]
	}
}

// normalise sets dst = (x - shift) - sum for a logarithm, and e^(x-shift) * sum otherwise; shift and
// sum have len(dst) elements or one.
func normalise[T Float](dst, x, shift, sum []T, logarithm bool) {
	binary(opSub, dst, x, shift)
	if logarithm {
		binary(opSub, dst, dst, sum)
		return
	}
	Exp(dst, dst)
	binary(opMul, dst, dst, sum)
}
