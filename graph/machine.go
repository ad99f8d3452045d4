package graph

import (
	"fmt"
	"math"
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
// back to the first value that went bad.
func (m *machine[T]) blame(output int) *NonFiniteError {
	by := map[int]instr{}
	at := map[int]int{} // the first bad element of each bad value
	worth := map[int]float64{}
	note := func(id int) {
		if _, known := at[id]; known {
			return
		}
		if i := m.badElement(id); i >= 0 {
			at[id], worth[id] = i, float64(m.data[id][i])
		}
	}
	for i, in := range m.plan.steps[:m.plan.guard] {
		for _, id := range in.in {
			if m.code.values[id].leaf != nil || m.code.values[id].konst != nil {
				note(id)
			} else if root := m.plan.root[id]; root != id {
				if bad, ok := at[root]; ok {
					at[id], worth[id] = bad, worth[root]
				} else if m.code.values[root].leaf != nil {
					note(id)
				}
			}
		}
		if err := m.run(i, i+1); err != nil {
			return nil
		}
		by[in.out] = in
		note(in.out)
	}
	id := m.plan.root[output]
	for {
		next := -1
		for _, x := range by[id].in {
			if _, bad := at[x]; bad {
				next = m.plan.root[x]
				break
			}
		}
		if next < 0 {
			break
		}
		id = next
	}
	e := &NonFiniteError{Step: m.state.step, Index: at[id], Value: worth[id]}
	if leaf := m.code.values[id].leaf; leaf != nil {
		e.Node = leaf.describe()
	} else if n := by[id].node; n != nil {
		e.Node, e.Pos = n.describeCall(), n.Pos()
	} else {
		e.Value = math.NaN()
	}
	return e
}
