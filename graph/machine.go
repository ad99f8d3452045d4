package graph

import (
	"fmt"
	"sync"
	"unsafe"

	"credence/graph/internal/kernel"
)

// machine runs a planned code in one precision.
type machine[T kernel.Float] struct {
	code  *code
	plan  *plan
	data  [][]T // of each value
	loops []loop[T]
	calls []call[T] // prepared, one for each step
	state runState

	job     job
	current int       // step
	mine    []call[T] // one for each worker
	mu      sync.Mutex
	failed  error
	failure int // block
}

func newMachine[T kernel.Float](c *code, p *plan, inputs map[*Node]*Array) *machine[T] {
	m := &machine[T]{code: c, plan: p, data: make([][]T, len(c.values)), mine: make([]call[T], maxWorkers)}
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
		default:
			size := v.shape.Size()
			m.data[id] = arena[pl.offset : pl.offset+size : pl.offset+size]
		}
	}
	buffer := 0
	for _, in := range p.steps {
		var l loop[T]
		both := in.op.loops(c.shapes(in.in), c.values[in.out].shape)
		if l32, ok := any(both.f32).(loop[T]); ok {
			l = l32
		} else {
			l = any(both.f64).(loop[T])
		}
		prepared := call[T]{dst: m.data[in.out]}
		for i, id := range in.in {
			prepared.bind(i, m.data[id])
		}
		m.loops, m.calls = append(m.loops, l), append(m.calls, prepared)
		buffer = max(buffer, l.buffer)
	}
	for w := range m.mine {
		m.mine[w].buf = aligned[T](buffer)
	}
	m.job.run = m.block
	return m
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
			in := m.plan.steps[i]
			return fmt.Errorf("%v: %s: %w", in.node.at, in.node.describeCall(), err)
		}
	}
	return nil
}

// block runs one block of the current step as one of the job's workers.
func (m *machine[T]) block(worker, block int) {
	c := &m.mine[worker]
	buf := c.buf
	*c = m.calls[m.current]
	c.block, c.buf, c.state = block, buf, m.state
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

// blame runs the steps before the guard again, one by one, and follows an output that is not finite
// back to a value that is not while all that it was computed from is.
func (m *machine[T]) blame(output int) (*NonFiniteError, error) {
	first := map[int]*NonFiniteError{} // of each root that is not finite
	made := map[int]instr{}
	note := func(id int) {
		if i := m.badElement(id); i >= 0 {
			first[id] = &NonFiniteError{Step: m.state.step, Index: i, Value: float64(m.data[id][i])}
		}
	}
	for id, v := range m.code.values {
		if v.leaf != nil || v.konst != nil {
			note(id)
		}
	}
	for i, in := range m.plan.steps[:m.plan.guard] {
		if err := m.run(i, i+1); err != nil {
			return nil, err
		}
		made[in.out] = in
		note(in.out)
	}
	id := m.plan.root[output]
	for more := true; more; {
		more = false
		for _, x := range made[id].in {
			if root := m.plan.root[x]; first[root] != nil {
				id, more = root, true
				break
			}
		}
	}
	e := first[id]
	e.Node = m.code.label(id)
	if leaf := m.code.values[id].leaf; leaf != nil {
		e.Node = leaf.describe()
	} else if n := made[id].node; n != nil {
		e.Node, e.Pos = n.describeCall(), n.Pos()
	}
	return e, nil
}
