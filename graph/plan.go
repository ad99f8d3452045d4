package graph

import "slices"

// plan gives every value of the code a place. Places are fixed before the first run, so that a run
// allocates nothing.
type plan struct {
	root  []int   // the value whose memory each value is: itself, or what it is a reshape of
	place []place // of each root
	arena int     // elements
	steps []instr // without the instructions that only rename memory
	tail  []store // updates that are copied at the end
	guard int     // the steps before this one write no parameter
}

// place is where a root lives.
type place struct {
	kind   placeKind
	offset int    // in the arena
	param  *Param // whose memory it is
}

type placeKind uint8

const (
	inArena placeKind = iota
	inLeaf            // an input or a parameter
	inConst
	inUpdate // the result is written over the parameter
)

// align keeps arrays apart by whole cache lines.
const align = 16

func newPlan(c *code) *plan {
	p := &plan{root: make([]int, len(c.values)), place: make([]place, len(c.values))}
	for id, v := range c.values {
		p.root[id] = id
		switch {
		case v.leaf != nil:
			p.place[id] = place{kind: inLeaf, param: v.leaf.param}
		case v.konst != nil:
			p.place[id].kind = inConst
		}
	}
	for _, in := range c.instrs {
		if _, ok := in.op.(reshape); ok {
			p.root[in.out] = p.root[in.in[0]]
		} else {
			p.steps = append(p.steps, in)
		}
	}
	last := p.lastReads(c)
	p.overwriteParams(c, last)
	p.layOut(c, last)
	return p
}

// lastReads returns the step that reads each root last; outputs and updates are read at the end.
func (p *plan) lastReads(c *code) []int {
	last := make([]int, len(c.values))
	for i, in := range p.steps {
		for _, id := range in.in {
			last[p.root[id]] = i
		}
	}
	for _, id := range c.outputs {
		last[p.root[id]] = len(p.steps)
	}
	for _, s := range c.stores {
		last[p.root[s.value]] = len(p.steps)
	}
	return last
}

// overwriteParams has the step that computes an update write it over the parameter, if by then the run
// can no longer fail, nothing reads the old value later and the step itself reads it, if at all,
// element by element. Other updates are copied at the end.
func (p *plan) overwriteParams(c *code, last []int) {
	made := map[int]int{}
	for i, in := range p.steps {
		made[in.out] = i
	}
	old := map[*Param]int{}
	for id, v := range c.values {
		if v.leaf != nil && v.leaf.param != nil {
			old[v.leaf.param] = id
		}
	}
	p.guard = len(p.steps)
	settled := p.settled(c, made)
	for _, s := range c.stores {
		root := p.root[s.value]
		i, computed := made[root]
		leaf, read := old[s.param]
		free := !read || last[leaf] < i || last[leaf] == i && elementByElement(c, p.steps[i])
		if !computed || !free || i < settled || p.place[root].kind != inArena {
			p.tail = append(p.tail, s)
			continue
		}
		p.place[root] = place{kind: inUpdate, param: s.param}
		p.guard = min(p.guard, i)
	}
}

// settled returns the step from which on every output is computed and no step can fail.
func (p *plan) settled(c *code, made map[int]int) int {
	settled := 0
	for _, id := range c.outputs {
		settled = max(settled, made[p.root[id]]+1)
	}
	for i, in := range p.steps {
		if _, ok := in.op.(fallible); ok {
			settled = max(settled, i+1)
		}
	}
	return settled
}

// elementByElement reports whether the step may write its result over an operand of the same shape.
func elementByElement(c *code, in instr) bool {
	if _, ok := in.op.(inPlace); !ok {
		return false
	}
	for _, id := range in.in {
		if n := c.values[id].shape.Size(); n > 1 && !slices.Equal(c.values[id].shape, c.values[in.out].shape) {
			return false
		}
	}
	return true
}

// layOut places the results in the arena, each over one that is no longer read where one fits.
func (p *plan) layOut(c *code, last []int) {
	var free freeList
	for i, in := range p.steps {
		over := -1
		if p.place[in.out].kind == inArena {
			over = p.dying(c, in, i, last)
			if over >= 0 {
				p.place[in.out].offset = p.place[over].offset
			} else {
				p.place[in.out].offset = free.take(span(c, in.out))
			}
		}
		released := map[int]bool{over: true}
		for _, id := range append(slices.Clone(in.in), in.out) {
			root := p.root[id]
			if last[root] <= i && p.place[root].kind == inArena && !released[root] {
				released[root] = true
				free.give(p.place[root].offset, span(c, root))
			}
		}
	}
	p.arena = free.end
}

// dying returns an operand that the step reads last and may write over, or -1.
func (p *plan) dying(c *code, in instr, i int, last []int) int {
	if _, ok := in.op.(inPlace); !ok {
		return -1
	}
	for _, id := range in.in {
		root := p.root[id]
		if p.place[root].kind == inArena && last[root] == i && slices.Equal(c.values[id].shape, c.values[in.out].shape) {
			return root
		}
	}
	return -1
}

func span(c *code, id int) int {
	return (c.values[id].shape.Size() + align - 1) / align * align
}

// freeList keeps the gaps of the arena, by offset.
type freeList struct {
	gaps []gap
	end  int
}

type gap struct{ offset, size int }

// take returns the offset of the smallest gap that fits, or of new room at the end.
func (f *freeList) take(size int) int {
	best := -1
	for i, g := range f.gaps {
		if g.size >= size && (best < 0 || g.size < f.gaps[best].size) {
			best = i
		}
	}
	if best < 0 {
		f.end += size
		return f.end - size
	}
	g := &f.gaps[best]
	offset := g.offset
	g.offset += size
	g.size -= size
	if g.size == 0 {
		f.gaps = slices.Delete(f.gaps, best, best+1)
	}
	return offset
}

// give returns room, joining it with the gaps that it touches.
func (f *freeList) give(offset, size int) {
	i, _ := slices.BinarySearchFunc(f.gaps, offset, func(g gap, at int) int { return g.offset - at })
	f.gaps = slices.Insert(f.gaps, i, gap{offset, size})
	for j := min(i+1, len(f.gaps)-1); j > max(0, i-1); j-- {
		if prev := &f.gaps[j-1]; prev.offset+prev.size == f.gaps[j].offset {
			prev.size += f.gaps[j].size
			f.gaps = slices.Delete(f.gaps, j, j+1)
		}
	}
}
