package graph

import (
	"maps"
	"math"
	"slices"
	"strings"

	"gorgonia.org/tensor"
)

// vmRules are for a graph that runs as built, the gradients in it included. The poolings and their
// gradients, which share state, stay foreign.
var vmRules = map[string]rule{
	"gorgonia.constantScalar":       constantRule,
	"gorgonia.constantTensor":       constantRule,
	"gorgonia.elemUnaryOp":          unaryRule,
	"gorgonia.elemBinOp":            binaryRule,
	"gorgonia.linAlgBinOp":          productRule,
	"gorgonia.sumOp":                func(a application) *Node { return a.in[0].Sum(a.ints("along")...) },
	"*gorgonia.maxOp":               func(a application) *Node { return a.in[0].Max(a.ints("along")...) },
	"gorgonia.sizeOp":               sizeRule,
	"*gorgonia.repeatOp":            repeatRule,
	"gorgonia.reshapeOp":            same,
	"gorgonia.Iop":                  same,
	"gorgonia.transposeOp":          func(a application) *Node { return a.in[0].Transpose(a.ints("pattern")...) },
	"gorgonia.concatOp":             func(a application) *Node { return Concat(a.int("axis"), a.in...) },
	"*gorgonia.sliceOp":             sliceRule,
	"gorgonia.sliceIncrOp":          sliceGradRule,
	"gorgonia.atOp":                 atRule,
	"*gorgonia.byIndicesOp":         func(a application) *Node { return a.in[0].Gather(a.int("axis"), a.in[1].Reshape(-1)) },
	"*gorgonia.softmaxOp":           softmaxRule,
	"*gorgonia.softmaxDiffOp":       softmaxGradRule,
	"*gorgonia.globalAveragePoolOp": func(a application) *Node { return a.in[0].Mean(2, 3) },
	"gorgonia.im2colOp":             im2colRule,
	"gorgonia.col2imOp":             col2imRule,
	"*gorgonia.dropoutOp":           inactiveDropout,
}

// importRules are for a graph that is differentiated afresh.
var importRules map[string]rule

func init() {
	importRules = maps.Clone(vmRules)
	importRules["*gorgonia.avgPoolOp"] = averagePoolRule
	importRules["*gorgonia.dropoutOp"] = dropoutRule
}

func same(a application) *Node { return a.in[0] }

func unaryRule(a application) *Node {
	if f := unaries[a.text]; f != nil {
		return f(a.in[0])
	}
	return nil
}

var unaries = map[string]func(*Node) *Node{
	"abs": (*Node).Abs, "sign": (*Node).Sign, "sin": (*Node).Sin, "cos": (*Node).Cos,
	"exp": (*Node).Exp, "expm1": (*Node).Expm1, "ln": (*Node).Log, "log1p": (*Node).Log1p,
	"neg": (*Node).Neg, "square": (*Node).Square, "sqrt": (*Node).Sqrt, "inv": (*Node).Reciprocal,
	"tanh": (*Node).Tanh, "sigmoid": (*Node).Sigmoid, "softplus": (*Node).Softplus,
	"log2":    func(x *Node) *Node { return x.Log().Scale(1 / math.Ln2) },
	"invSqrt": func(x *Node) *Node { return x.Sqrt().Reciprocal() },
	"cube":    func(x *Node) *Node { return x.Square().Mul(x) },
}

// binaryRule is for functions of two arrays of one size, or of an array and a number.
func binaryRule(a application) *Node {
	symbol, _, _ := strings.Cut(a.text, " ")
	f := binaries[symbol]
	x, y := a.fit(a.in[0]), a.fit(a.in[1])
	if f == nil || x == nil || y == nil {
		return nil
	}
	return f(x, y)
}

var binaries = map[string]func(x, y *Node) *Node{
	"+": (*Node).Add, "-": (*Node).Sub, "⊙": (*Node).Mul, "÷": (*Node).Div, "^": (*Node).Pow,
	"<": (*Node).Less, ">": (*Node).Greater, "<=": (*Node).LessEqual, ">=": (*Node).GreaterEqual,
	"==": (*Node).Equal, "!=": (*Node).NotEqual,
}

// fit gives an operand the result's shape, or makes it a number.
func (a application) fit(x *Node) *Node {
	switch x.shape.Size() {
	case a.shape.Size():
		return x.Reshape(a.shape...)
	case 1:
		return x.Reshape()
	}
	return nil
}

// productRule is for the products of linear algebra.
func productRule(a application) *Node {
	const matrices, matrixVector, dot, outer, batched = 0, 1, 2, 3, 4
	x, y, transX, transY := a.in[0], a.in[1], a.bool("transA"), a.bool("transB")
	switch kind := a.op.FieldByName("āBinaryOperator").Uint(); kind {
	case matrices, batched:
		if transX && transY {
			return y.MatMul(x).swapLast()
		}
		return x.matmul(y, transX, transY)
	case matrixVector:
		return x.matmul(y.Reshape(-1), transX, false)
	case dot:
		return x.Reshape(-1).Mul(y.Reshape(-1)).Sum()
	case outer:
		return x.Reshape(-1, 1).Mul(y.Reshape(1, -1))
	}
	return nil
}

func (x *Node) swapLast() *Node {
	p := identity(x.Rank())
	n := len(p)
	p[n-1], p[n-2] = p[n-2], p[n-1]
	return x.Transpose(p...)
}

// sizeRule is the length of an axis, known before the run.
func sizeRule(a application) *Node { return a.g.Const(float64(a.in[0].Dim(a.int("axis")))) }

// repeatRule repeats each entry of an axis, one after the other; axes that the operand lacks are
// appended to it.
func repeatRule(a application) *Node {
	along, x := a.int("along"), a.in[0]
	from := append(slices.Clone(x.shape), ones(len(a.shape)-len(x.shape))...)
	if along >= len(a.shape) || len(from) != len(a.shape) || a.shape[along]%from[along] != 0 {
		return nil
	}
	apart := slices.Insert(slices.Clone(from), along+1, 1)
	repeated := slices.Insert(slices.Clone(from), along+1, a.shape[along]/from[along])
	if len(apart) > maxRank {
		return nil
	}
	return x.Reshape(apart...).Broadcast(repeated...)
}

func ones(n int) []int {
	s := make([]int, max(0, n))
	for i := range s {
		s[i] = 1
	}
	return s
}

// stretch returns the axis that a slice is along, where it begins, how many entries it takes and the
// distance between them.
func (a application) stretch(x *Node) (axis, lo, n, step int) {
	s := a.n.Op().(interface{ IsSlice() tensor.Slice }).IsSlice()
	axis = a.int("along")
	if s == nil || s.End() <= s.Start() {
		return axis, 0, x.Dim(axis), 1
	}
	lo, step = s.Start(), max(1, s.Step())
	n = max(1, (min(s.End(), x.Dim(axis))-lo)/step)
	return axis, lo, n, step
}

func sliceRule(a application) *Node {
	axis, lo, n, step := a.stretch(a.in[0])
	if step == 1 {
		return a.in[0].Slice(axis, lo, lo+n)
	}
	return a.in[0].Gather(axis, a.g.every(lo, n, step))
}

// sliceGradRule puts the second operand where the slice of the first would be, among zeros.
func sliceGradRule(a application) *Node {
	x, dy := a.in[0], a.in[1]
	axis, lo, n, step := a.stretch(x)
	kept := slices.Clone(x.shape)
	kept[axis] = n
	dy = dy.Reshape(kept...)
	if step == 1 {
		return a.g.apply(pad{section{axis, lo, lo + n}, x.shape[axis]}, dy)
	}
	return a.g.apply(scatter{axis, x.shape[axis]}, dy, a.g.every(lo, n, step))
}

// every returns lo, lo + step, ...: n indices.
func (g *Graph) every(lo, n, step int) *Node {
	idx := make([]float64, n)
	for i := range idx {
		idx[i] = float64(lo + i*step)
	}
	return g.ConstArray(idx, n)
}

func atRule(a application) *Node {
	flat := 0
	for i, c := range a.ints("coordinates") {
		flat = flat*a.in[0].shape[i] + c
	}
	return a.in[0].Reshape(-1).Slice(0, flat, flat+1)
}

// softmaxRule: without an axis, a column is normalised along its first, all else along the last.
func softmaxRule(a application) *Node {
	axis, s := a.int("axis"), a.shape
	if axis == -1 && len(s) == 2 && s[1] == 1 && s[0] > 1 {
		axis = 0
	}
	return a.in[0].softmax(axis, a.bool("isLog"))
}

// softmaxGradRule is the gradient of softmaxRule, from the operand, the result y and its gradient.
func softmaxGradRule(a application) *Node {
	y, dy, axis := a.in[1], a.in[2], a.int("axis")
	if axis == -1 {
		axis = len(a.shape) - 1
	}
	return softmax{axis, a.bool("isLog")}.grad(nil, y, dy)[0]
}

func inactiveDropout(a application) *Node {
	if a.float("probability") == 0 || !a.bool("isTraining") {
		return a.in[0]
	}
	return nil
}

// dropoutRule draws the mask from our noise.
func dropoutRule(a application) *Node {
	if x := inactiveDropout(a); x != nil {
		return x
	}
	keep := 1 - a.float("probability")
	return a.in[0].Mul(a.g.Uniform(a.shape...).Less(a.g.Const(keep))).Scale(1 / keep)
}
