package graph

import (
	"fmt"
	"sync"
	"unsafe"

	"credence/graph/internal/kernel"
)

// machine runs a planned code in one precision.
type machine[T kernel.Float] struct {
	code   *code
	plan   *plan
	inputs map[*Node]*Array
	data   [][]T // of each value
	loops  []loop[T]
	calls  []call[T] // prepared, one for each step
	state  runState

	job     job
	current int       // step
	mine    []call[T] // one for each worker
	mu      sync.Mutex
	failed  error
	failure int // block
}

func newMachine[T kernel.Float](c *code, p *plan, inputs map[*Node]*Array) *machine[T] {
	m := &machine[T]{code: c, plan: p, inputs: inputs, data: make([][]T, len(c.values)), mine: make([]call[T], maxWorkers)}
	arena := aligned[T](p.arena)
	for id, v := range c.values {
		root := p.root[id]
		switch pl := p.place[root]; {
		case pl.kind == inConst:
			m.data[id] = dataOf[T](c.values[root].konst)
		case pl.param != nil:
			m.data[id] = dataOf[T](pl.param.value)
		case pl.kind == inLeaf:
			m.data[id] = dataOf[T](inputs[c.values[root].leaf])
		case pl.kind == inArena:
			size := v.shape.Size()
			m.data[id] = arena[pl.offset : pl.offset+size : pl.offset+size]
		}
	}
	buffer, calls := 0, 0
	for _, st := range p.steps {
		l := loopOf[T](c, p, st)
		prepared := call[T]{dst: m.data[st.out[0]]}
		for _, id := range st.operands() {
			prepared.in = append(prepared.in, m.data[id])
		}
		for _, id := range st.out {
			prepared.out = append(prepared.out, m.data[id])
		}
		m.loops, m.calls = append(m.loops, l), append(m.calls, prepared)
		buffer, calls = max(buffer, l.buffer), max(calls, l.calls)
	}
	for w := range m.mine {
		m.mine[w].buf, m.mine[w].calls = aligned[T](buffer), make([]kernel.Call, calls)
	}
	m.job.run = m.block
	return m
}

// loopOf returns the evaluation of a step.
func loopOf[T kernel.Float](c *code, p *plan, st step) loop[T] {
	var both loops
	if st.size > 0 {
		shape := func(id int) Shape { return c.values[id].shape }
		root := func(id int) int { return p.root[id] }
		both = newBody(st, shape, root).loops()
	} else {
		in := st.instrs[0]
		both = in.op.loops(c.shapes(in.in), c.values[in.out].shape)
	}
	if l, ok := any(both.f32).(loop[T]); ok {
		return l
	}
	return any(both.f64).(loop[T])
}

// aligned returns n elements that begin at a cache line.
func aligned[T kernel.Float](n int) []T {
	const line = 64
	room := make([]T, n+line)
	size := unsafe.Sizeof(room[0])
	skip := (line - uintptr(unsafe.Pointer(&room[0]))%line) % line / size
	return room[skip : skip+uintptr(n)]
}

// run executes the steps from lo up to hi.
func (m *machine[T]) run(lo, hi int) error {
	for i := lo; i < hi; i++ {
		m.current = i
		m.job.do(m.loops[i].blocks)
		if m.failed != nil {
			err := m.failed
			m.failed = nil
			in := m.plan.steps[i].instrs[0]
			return fmt.Errorf("%v: %s: %w", in.node.at, in.node.describeCall(), err)
		}
		if finish := m.loops[i].finish; finish != nil {
			finish(&m.calls[i])
		}
	}
	return nil
}

// block runs one block of the current step as one of the job's workers.
func (m *machine[T]) block(worker, block int) {
	c := &m.mine[worker]
	buf, calls := c.buf, c.calls
	*c = m.calls[m.current]
	c.block, c.buf, c.calls, c.state = block, buf, calls, m.state
	if err := m.loops[m.current].run(c); err != nil {
		m.mu.Lock()
		if m.failed == nil || block < m.failure {
			m.failed, m.failure = err, block
		}
		m.mu.Unlock()
	}
}

// commit copies the updates that no step wrote in place.
func (m *machine[T]) commit() {
	for _, s := range m.plan.tail {
		copy(dataOf[T](s.param.value), m.data[s.value])
	}
}

func (m *machine[T]) setState(s runState) { m.state = s }

// output returns a view of a value.
func (m *machine[T]) output(id int) *Array { return arrayOf(m.data[id], m.code.values[id].shape) }

// badElement returns the first element of a value that is NaN or infinite, or -1.
func (m *machine[T]) badElement(id int) int {
	for i, v := range m.data[id] {
		if v-v != 0 {
			return i
		}
	}
	return -1
}

// blame repeats the run instruction by instruction, up to where parameters would be written, and
// follows an output that is not finite back to a value that is not while all that it was computed from is.
func (m *machine[T]) blame(output int) (*NonFiniteError, error) {
	slow := newMachine[T](m.code, newPlan(m.code, m.code.unfused()), m.inputs)
	slow.state = m.state
	bad := map[int]*NonFiniteError{} // of each root that is not finite
	made := map[int]instr{}
	note := func(id int) {
		if i := slow.badElement(id); i >= 0 {
			bad[id] = &NonFiniteError{Step: m.state.step, Index: i, Value: float64(slow.data[id][i])}
		}
	}
	for id, v := range m.code.values {
		if v.leaf != nil || v.konst != nil {
			note(id)
		}
	}
	for i, st := range slow.plan.steps[:slow.plan.guard] {
		if err := slow.run(i, i+1); err != nil {
			return nil, err
		}
		made[st.out[0]] = st.instrs[0]
		note(st.out[0])
	}
	id := slow.plan.root[output]
	for more := true; more; {
		more = false
		for _, x := range made[id].in {
			if root := slow.plan.root[x]; bad[root] != nil {
				id, more = root, true
				break
			}
		}
	}
	e := bad[id]
	e.Node = m.code.label(id)
	if leaf := m.code.values[id].leaf; leaf != nil {
		e.Node = leaf.describe()
	} else if n := made[id].node; n != nil {
		e.Node, e.Pos = n.describeCall(), n.Pos()
	}
	return e, nil
}
