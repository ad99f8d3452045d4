package graph

import "slices"

// plan gives every value of the code a place. Places are fixed before the first run, so that a run
// allocates nothing.
type plan struct {
	root  []int   // the value whose memory each value is: itself, or what it is a reshape of
	place []place // of each root
	arena int     // elements
	steps []step
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
	inLoop placeKind = iota // in the scratch of the loop that computes and reads it
	inArena
	inLeaf // an input or a parameter
	inConst
	inUpdate // the result is written over the parameter
)

// align keeps arrays apart by whole cache lines.
const align = 16

func newPlan(c *code, steps []step) *plan {
	p := &plan{root: c.roots(), place: make([]place, len(c.values)), steps: steps}
	for id, v := range c.values {
		switch {
		case v.leaf != nil:
			p.place[id] = place{kind: inLeaf, param: v.leaf.param}
		case v.konst != nil:
			p.place[id].kind = inConst
		}
	}
	for _, st := range steps {
		for _, id := range st.out {
			p.place[id].kind = inArena
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
	for i, st := range p.steps {
		for _, id := range st.in {
			last[id] = i
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
	for i, st := range p.steps {
		for _, id := range st.out {
			made[id] = i
		}
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
		free := !read || last[leaf] < i || last[leaf] == i && p.steps[i].mayOverwrite(c, p.root, root, leaf)
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
	for i, st := range p.steps {
		if _, ok := st.instrs[0].op.(fallible); ok {
			settled = max(settled, i+1)
		}
	}
	return settled
}

// layOut places the results in the arena, each over one that is no longer read where one fits.
func (p *plan) layOut(c *code, last []int) {
	var free freeList
	for i, st := range p.steps {
		taken := map[int]bool{}
		for _, id := range st.out {
			if p.place[id].kind != inArena {
				continue
			}
			if over, ok := p.dying(c, st, i, id, last, taken); ok {
				taken[over] = true
				p.place[id].offset = p.place[over].offset
			} else {
				p.place[id].offset = free.take(span(c, id))
			}
		}
		for _, id := range slices.Concat(st.in, st.out) {
			if last[id] <= i && p.place[id].kind == inArena && !taken[id] {
				free.give(p.place[id].offset, span(c, id))
			}
		}
	}
	p.arena = free.end
}

// dying returns an operand that step i reads last and may write the result over.
func (p *plan) dying(c *code, st step, i, result int, last []int, taken map[int]bool) (int, bool) {
	for _, id := range st.in {
		if p.place[id].kind == inArena && last[id] == i && !taken[id] && st.mayOverwrite(c, p.root, result, id) {
			return id, true
		}
	}
	return 0, false
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
