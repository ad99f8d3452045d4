package graph

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
)

// Kind says what an entry of Params is for.
type Kind uint8

const (
	Trainable Kind = iota // learnt by an optimiser, saved with the model
	State                 // updated by training programs, saved with the model: running statistics
	Slot                  // an optimiser's memory, kept in checkpoints only
)

func (k Kind) String() string { return [...]string{"trainable", "state", "slot"}[k] }

// Params owns named arrays that outlive the graphs built on them. Names are paths, fc0/mu.
// It is not safe for concurrent use while a Program that updates it runs.
type Params struct {
	precision Precision
	seed      uint64
	all       []*Param
	byName    map[string]*Param
	err       error
}

// Param is one named array of a Params.
type Param struct {
	owner *Params
	name  string
	kind  Kind
	value *Array
}

// NewParams returns an empty set whose entries, and whose graphs, compute in precision p. Initial
// values and all noise are functions of the seed.
func NewParams(p Precision, seed uint64) *Params {
	return &Params{precision: p, seed: seed, byName: map[string]*Param{}}
}

// New declares a trainable array. Its initial values depend on the seed and its name only. A name
// that is taken is a mistake that Compile reports.
func (ps *Params) New(name string, init Init, shape ...int) *Param {
	return ps.Declare(Trainable, name, init, shape...)
}

// Declare is New for any kind of entry.
func (ps *Params) Declare(kind Kind, name string, init Init, shape ...int) *Param {
	s := Shape(slices.Clone(shape))
	s.check()
	p := &Param{owner: ps, name: name, kind: kind, value: newArray(ps.precision, s)}
	if ps.byName[name] != nil {
		ps.err = errors.Join(ps.err, fmt.Errorf("%v: parameter %s is declared twice", here(), name))
		return p
	}
	h := fnv.New64a()
	h.Write([]byte(name))
	values := make([]float64, s.Size())
	init(rand.New(rand.NewPCG(ps.seed, h.Sum64())), s, values)
	if err := p.value.SetFloat64s(values); err != nil {
		panic(err)
	}
	ps.all = append(ps.all, p)
	ps.byName[name] = p
	return p
}

// All returns the entries in the order of their declaration, of the named kinds or, if none is
// named, of all.
func (ps *Params) All(kinds ...Kind) []*Param {
	var out []*Param
	for _, p := range ps.all {
		if len(kinds) == 0 || slices.Contains(kinds, p.kind) {
			out = append(out, p)
		}
	}
	return out
}

// Lookup returns the entry of that name, or nil.
func (ps *Params) Lookup(name string) *Param { return ps.byName[name] }

// Precision returns the precision of the entries.
func (ps *Params) Precision() Precision { return ps.precision }

// Seed returns the seed of initial values and noise.
func (ps *Params) Seed() uint64 { return ps.seed }

// Clone returns a copy that shares no memory with ps.
func (ps *Params) Clone() *Params {
	c := NewParams(ps.precision, ps.seed)
	c.err = ps.err
	for _, p := range ps.all {
		v := &Array{shape: p.value.shape, f32: slices.Clone(p.value.f32), f64: slices.Clone(p.value.f64)}
		q := &Param{owner: c, name: p.name, kind: p.kind, value: v}
		c.all = append(c.all, q)
		c.byName[q.name] = q
	}
	return c
}

// CopyFrom copies the values of the entries of the same names in src. Nothing is copied unless src has
// them all, in the same shapes.
func (ps *Params) CopyFrom(src *Params) error {
	for _, p := range ps.all {
		q := src.byName[p.name]
		if q == nil || !slices.Equal(q.value.shape, p.value.shape) || src.precision != ps.precision {
			return fmt.Errorf("graph: copying parameters: the source has no %s %v in %v", p.name, p.value.shape, ps.precision)
		}
	}
	for _, p := range ps.all {
		q := src.byName[p.name]
		copy(p.value.f32, q.value.f32)
		copy(p.value.f64, q.value.f64)
	}
	return nil
}

// Name returns the entry's path.
func (p *Param) Name() string { return p.name }

// Kind returns what the entry is for.
func (p *Param) Kind() Kind { return p.kind }

// Shape returns a copy of the entry's shape.
func (p *Param) Shape() []int { return p.value.Shape() }

// Value returns the array itself: what is written to it is seen by every graph's next run.
func (p *Param) Value() *Array { return p.value }

// Params returns the set that owns the entry.
func (p *Param) Params() *Params { return p.owner }
