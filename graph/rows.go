package graph

// rowPlan says where the elements of an operand are that is repeated to a larger shape: row by row,
// each row being the longest stretch along which the operand either advances element by element or
// stands still.
type rowPlan struct {
	inner   int   // elements in a row
	step    int   // of the operand within a row: 1 or 0
	dims    []int // the axes that count the rows
	strides []int // of the operand, along dims
}

func rowsOf(in, out Shape) *rowPlan {
	p := &rowPlan{inner: 1}
	strides := in.stridesIn(out)
	axis := len(out)
	for axis > 0 && (out[axis-1] == 1 || p.inner == 1 || strides[axis-1] == p.step*p.inner) {
		axis--
		if out[axis] > 1 {
			if p.inner == 1 {
				p.step = strides[axis]
			}
			p.inner *= out[axis]
		}
	}
	p.dims, p.strides = out[:axis], strides[:axis]
	return p
}

// offset returns where row r begins.
func (p *rowPlan) offset(r int) int {
	off := 0
	for a := len(p.dims) - 1; a >= 0; a-- {
		off += r % p.dims[a] * p.strides[a]
		r /= p.dims[a]
	}
	return off
}

// repeats reports whether all rows are the same stretch, the whole operand.
func (p *rowPlan) repeats() bool {
	for a, s := range p.strides {
		if s != 0 && p.dims[a] > 1 {
			return false
		}
	}
	return p.step == 1
}
