//go:build !purego

package kernel

type (
	unary32     = func(dst, x *float32, n int)
	binary32    = func(dst, a, b *float32, n, lenA, lenB int)
	ternaryFunc = func(dst, a, b, c *float32, n, lenA, lenB, lenC int)
)

// Direct returns the vector version of an elementwise kernel, by name, for float32 slices that are not
// empty; nil if there is none. It does what the kernel does without the way there, which counts where
// slices are short. Operands that the kernel does not take are ignored.
func Direct(name string) func(dst, a, b, c []float32) {
	if level == plain {
		return nil
	}
	at := 0
	if level == avx512 {
		at = 1
	}
	if swapped, ok := map[string]string{"Greater": "Less", "GreaterEqual": "LessEqual"}[name]; ok {
		less := Direct(swapped)
		return func(dst, a, b, _ []float32) { less(dst, b, a, nil) }
	}
	switch f := direct[name]; {
	case f.of1[at] != nil:
		run := f.of1[at]
		return func(dst, a, _, _ []float32) { run(&dst[0], &a[0], len(dst)) }
	case f.of2[at] != nil:
		run := f.of2[at]
		return func(dst, a, b, _ []float32) { run(&dst[0], &a[0], &b[0], len(dst), len(a), len(b)) }
	case f.of3[at] != nil:
		run := f.of3[at]
		return func(dst, a, b, c []float32) { run(&dst[0], &a[0], &b[0], &c[0], len(dst), len(a), len(b), len(c)) }
	}
	return nil
}

// versions are those for AVX2 and AVX-512 of a kernel of one, two or three operands.
type versions struct {
	of1 [2]unary32
	of2 [2]binary32
	of3 [2]ternaryFunc
}

var direct = map[string]versions{
	"Neg":        {of1: [2]unary32{negAVX2, negAVX512}},
	"Abs":        {of1: [2]unary32{absAVX2, absAVX512}},
	"Sign":       {of1: [2]unary32{signAVX2, signAVX512}},
	"Step":       {of1: [2]unary32{stepAVX2, stepAVX512}},
	"Square":     {of1: [2]unary32{squareAVX2, squareAVX512}},
	"Sqrt":       {of1: [2]unary32{sqrtAVX2, sqrtAVX512}},
	"Reciprocal": {of1: [2]unary32{reciprocalAVX2, reciprocalAVX512}},
	"ReLU":       {of1: [2]unary32{reluAVX2, reluAVX512}},
	"Exp":        {of1: [2]unary32{expAVX2, expAVX512}},
	"Expm1":      {of1: [2]unary32{expm1AVX2, expm1AVX512}},
	"Log":        {of1: [2]unary32{logAVX2, logAVX512}},
	"Log1p":      {of1: [2]unary32{log1pAVX2, log1pAVX512}},
	"Tanh":       {of1: [2]unary32{tanhAVX2, tanhAVX512}},
	"Sigmoid":    {of1: [2]unary32{sigmoidAVX2, sigmoidAVX512}},
	"LogSigmoid": {of1: [2]unary32{logSigmoidAVX2, logSigmoidAVX512}},
	"Softplus":   {of1: [2]unary32{softplusAVX2, softplusAVX512}},
	"Add":        {of2: [2]binary32{addAVX2, addAVX512}},
	"Sub":        {of2: [2]binary32{subAVX2, subAVX512}},
	"Mul":        {of2: [2]binary32{mulAVX2, mulAVX512}},
	"Div":        {of2: [2]binary32{divAVX2, divAVX512}},
	"Minimum":    {of2: [2]binary32{minAVX2, minAVX512}},
	"Maximum":    {of2: [2]binary32{maxAVX2, maxAVX512}},
	"Less":       {of2: [2]binary32{lessAVX2, lessAVX512}},
	"LessEqual":  {of2: [2]binary32{lessEqualAVX2, lessEqualAVX512}},
	"Equal":      {of2: [2]binary32{equalAVX2, equalAVX512}},
	"NotEqual":   {of2: [2]binary32{notEqualAVX2, notEqualAVX512}},
	"Where":      {of3: [2]ternaryFunc{whereAVX2, whereAVX512}},
	"MulAdd":     {of3: [2]ternaryFunc{mulAddAVX2, mulAddAVX512}},
	"MulSub":     {of3: [2]ternaryFunc{mulSubAVX2, mulSubAVX512}},
	"SubMul":     {of3: [2]ternaryFunc{subMulAVX2, subMulAVX512}},
}
