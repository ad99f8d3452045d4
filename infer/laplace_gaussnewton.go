package infer

import (
	"fmt"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"credence/graph"
	"credence/prob"
)

// Structure says what is kept of the Gauss-Newton matrix of a layer's weights, [rows·columns, rows·columns]: of each
// example it is hhᵀ⊗Σₖδₖδₖᵀ, with the layer's input h [rows], whose last is 1 for the bias, and the gradients δₖ
// [columns] with respect to its output (Martens and Grosse 2015, https://arxiv.org/abs/1503.05671).
type Structure int

const (
	// Kronecker keeps the averages of both factors apart, H ≈ Σhhᵀ⊗Σδδᵀ/N (Ritter et al. 2018,
	// https://openreview.net/forum?id=Skdvd2xAZ): exact where one of them is the same for every example, as in the
	// last layer of a regression.
	Kronecker Structure = iota
	// Diagonal keeps the diagonal, exactly.
	Diagonal
	// Full keeps everything: for layers of some hundred weights.
	Full
)

func (s Structure) String() string { return [...]string{"Kronecker", "diagonal", "full"}[s] }

// Terms returns what is to be summed over all minibatches for Curvature: nodes of h [batch, rows] and delta
// [k, batch, columns].
func (s Structure) Terms(h, delta *graph.Node) []*graph.Node {
	switch s {
	case Kronecker:
		d := delta.Reshape(-1, delta.Dim(2))
		return []*graph.Node{h.TMatMul(h), d.TMatMul(d)}
	case Diagonal:
		return []*graph.Node{h.Square().TMatMul(delta.Square().Sum(0))}
	}
	d := delta.Transpose(1, 2, 0) // [batch, columns, k]
	each := func(m *graph.Node) *graph.Node { return m.Reshape(m.Dim(0), -1) }
	hh := h.ExpandDims(2).Mul(h.ExpandDims(1))
	return []*graph.Node{each(hh).TMatMul(each(d.MatMulT(d)))}
}

// Curvature returns the curvature of the sums over n examples of what Terms returned, for weights [rows, columns] in
// row-major order.
func (s Structure) Curvature(sums [][]float64, rows, columns, n int) (*Curvature, error) {
	switch s {
	case Kronecker:
		g := sums[1]
		floats.Scale(1/float64(n), g)
		return NewKroneckerCurvature(mat.NewSymDense(rows, sums[0]), mat.NewSymDense(columns, g))
	case Diagonal:
		return NewDiagonalCurvature(sums[0])
	case Full:
		h, dim := sums[0], rows*columns
		full := mat.NewSymDense(dim, nil)
		for i := range dim {
			for j := i; j < dim; j++ {
				full.SetSym(i, j, h[(i/columns*rows+j/columns)*columns*columns+i%columns*columns+j%columns])
			}
		}
		return NewCurvature(full)
	}
	return nil, fmt.Errorf("infer: %d is no structure of a curvature", int(s))
}

// CategoricalRoots returns sₖ [k, batch, k] with Σₖ sₖsₖᵀ the Hessian of -log p(label) in logits [batch, k], the same for every label:
// sₖ = √pₖ (eₖ - p).
func CategoricalRoots(logits *graph.Node) *graph.Node {
	p := prob.Categorical{Logits: logits}.Probs()
	return eye(logits).Sub(p).Mul(p.Transpose(1, 0).Sqrt().ExpandDims(2))
}

// NormalRoots returns sₖ [k, batch, k] with Σₖ sₖsₖᵀ the Hessian of -log p(y) in the means mu [batch, k] of normals of standard
// deviation sigma, which broadcasts: sₖ = eₖ/σ.
func NormalRoots(mu, sigma *graph.Node) *graph.Node {
	return eye(mu).Add(mu.Scale(0)).Div(sigma)
}

// eye returns the unit vectors [k, 1, k] of outputs [batch, k].
func eye(outputs *graph.Node) *graph.Node {
	k := outputs.Dim(1)
	ones := make([]float64, k*k)
	for i := range k {
		ones[i*k+i] = 1
	}
	return outputs.Graph().ConstArray(ones, k, 1, k)
}

// BackpropagateRoots returns, for each of the nodes at [batch, width] that outputs [batch, out] are computed from, the
// gradients of roots·outputs, [k, batch, width], for roots [k, batch, out].
func BackpropagateRoots(outputs, roots *graph.Node, at ...*graph.Node) []*graph.Node {
	byNode := make([][]*graph.Node, len(at))
	for k := range roots.Dim(0) {
		root := roots.Slice(0, k, k+1).Reshape(outputs.Shape()...).StopGradient()
		for i, d := range graph.Grad(root.Mul(outputs).Sum(), at...) {
			byNode[i] = append(byNode[i], d)
		}
	}
	stacked := make([]*graph.Node, len(at))
	for i, d := range byNode {
		stacked[i] = graph.Stack(0, d...)
	}
	return stacked
}
