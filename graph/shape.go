package graph

import (
	"errors"
	"fmt"
	"slices"
)

// Shape is the length of each axis of an array; the empty shape is a scalar's.
type Shape []int

// maxRank bounds the number of axes, so that kernels can keep their indices on the stack.
const maxRank = 8

// Size returns the number of elements.
func (s Shape) Size() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

func (s Shape) String() string { return fmt.Sprint([]int(s)) }

// check panics on a shape that no array has.
func (s Shape) check() {
	if len(s) > maxRank {
		panic(fmt.Sprintf("graph: shape %v has more than %d axes", s, maxRank))
	}
	for _, d := range s {
		if d < 1 {
			panic(fmt.Sprintf("graph: shape %v has a dimension below 1", s))
		}
	}
}

// strides returns the distance between neighbours along each axis, in elements.
func (s Shape) strides() []int {
	st := make([]int, len(s))
	n := 1
	for i := len(s) - 1; i >= 0; i-- {
		st[i] = n
		n *= s[i]
	}
	return st
}

// stridesIn returns the strides with which an array of shape s is read as one of shape out, which
// s broadcasts to: 0 along the axes that are repeated.
func (s Shape) stridesIn(out Shape) []int {
	own, st := s.strides(), make([]int, len(out))
	pad := len(out) - len(s)
	for i := range s {
		if s[i] == out[pad+i] && s[i] != 1 {
			st[pad+i] = own[i]
		}
	}
	return st
}

// fold views s as [outer, n, inner], n being the axes from lo up to hi.
func (s Shape) fold(lo, hi int) (outer, n, inner int) {
	return s[:lo].Size(), s[lo:hi].Size(), s[hi:].Size()
}

// axis resolves a possibly negative axis of s.
func (s Shape) axis(a int) (int, error) {
	i := a
	if i < 0 {
		i += len(s)
	}
	if i < 0 || i >= len(s) {
		return 0, fmt.Errorf("no axis %d", a)
	}
	return i, nil
}

// axes resolves the named axes in ascending order; none names them all.
func (s Shape) axes(named []int) ([]int, error) {
	if len(named) == 0 {
		all := make([]int, len(s))
		for i := range all {
			all[i] = i
		}
		return all, nil
	}
	out := make([]int, len(named))
	for i, a := range named {
		var err error
		if out[i], err = s.axis(a); err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	if len(slices.Compact(slices.Clone(out))) != len(out) {
		return nil, fmt.Errorf("axes %v repeat", named)
	}
	return out, nil
}

var errBroadcast = errors.New("shapes do not broadcast")

// broadcast returns the common shape of the operands by NumPy's rule: axes are matched from the
// last, and an axis of length 1 or a missing one is repeated.
func broadcast(shapes ...Shape) (Shape, error) {
	rank := 0
	for _, s := range shapes {
		rank = max(rank, len(s))
	}
	out := make(Shape, rank)
	for i := range out {
		out[i] = 1
	}
	for _, s := range shapes {
		for i, d := range s {
			o := &out[rank-len(s)+i]
			switch {
			case *o == 1:
				*o = d
			case d != 1 && d != *o:
				return nil, errBroadcast
			}
		}
	}
	return out, nil
}
