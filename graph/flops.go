package graph

// multiplying is an op whose work is the multiplications of a product of matrices.
type multiplying interface{ multiplications(in []Shape) int }

// FLOPs returns how many floating-point operations a run spends in matrix products and convolutions, where nearly all
// are that cost much: two for each multiplication, with the addition that follows it. Other operations do not count.
func (p *Program) FLOPs() int {
	n := 0
	for _, st := range p.plan.steps {
		for _, instrs := range [][]instr{st.matmuls, st.instrs} {
			for _, in := range instrs {
				if m, ok := in.op.(multiplying); ok {
					n += 2 * m.multiplications(p.code.shapes(in.in))
				}
			}
		}
	}
	return n
}

func (m matmul) multiplications(in []Shape) int {
	rows, cols, inner, _ := m.dims(in[0], in[1])
	return in[0][:len(in[0])-2].Size() * rows * cols * inner
}

// multiplications are one for each element of the filter at each pixel or, if those are fewer, at each place of a result: others are
// with the zeros around and between pixels. So a gradient has as many as what it is of.
func (c convolution) multiplications([]Shape) int {
	return c.batch * min(c.Height*c.Width, c.Rows*c.Cols) * c.filter().Size()
}
