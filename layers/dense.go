package layers

import "credence/graph"

// Dense is the affine map xW + B.
type Dense struct {
	W *graph.Param // [in, out]
	B *graph.Param // [out]
}

// NewDense declares name/w, filled by init, and name/b, zero.
func NewDense(ps *graph.Params, name string, in, out int, init graph.Init) *Dense {
	return &Dense{W: ps.New(name+"/w", init, in, out), B: ps.New(name+"/b", graph.Zeros, out)}
}

// Forward maps x [..., in] to [..., out].
func (l *Dense) Forward(x *graph.Node) *graph.Node {
	g := x.Graph()
	return x.MatMul(g.Param(l.W)).Add(g.Param(l.B))
}
