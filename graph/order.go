package graph

import (
	"fmt"
	"slices"
)

// steps puts the clusters, and the members of each, in an order in which they can run.
func (f *fusion) steps() []step {
	var steps []step
	for _, k := range f.order() {
		f.mergeRepeated(k)
		steps = append(steps, f.combine(f.step(k)))
	}
	return steps
}

// order sorts the clusters so that each comes after those that it needs and, where that can be, the
// parameters are written after they have been read. Writers come as early as they can, since they are
// the last to read a gradient; else the order is that of the code.
func (f *fusion) order() []int {
	needs := make([]int, len(f.clusters)) // how many must come before
	next := make([][]int, len(f.clusters))
	for k := range f.clusters {
		next[k] = f.next(k)
		slices.Sort(next[k])
		next[k] = slices.Compact(next[k])
		for _, other := range next[k] {
			needs[other]++
		}
	}
	done := make([]bool, len(f.clusters))
	readers, rank := f.paramReaders(), f.ranks()
	unread := func(k int) bool { // no one else reads what k writes over
		return !slices.ContainsFunc(readers[k], func(other int) bool { return !done[other] })
	}
	less := func(a, b int) bool {
		if x, y := len(readers[a]) > 0 && unread(a), len(readers[b]) > 0 && unread(b); x != y {
			return x
		}
		if x, y := unread(a), unread(b); x != y {
			return x
		}
		return rank[a] < rank[b]
	}
	var sorted []int
	for range f.clusters {
		best := none
		for k := range f.clusters {
			if !done[k] && needs[k] == 0 && (best == none || less(k, best)) {
				best = k
			}
		}
		done[best] = true
		for _, other := range next[best] {
			needs[other]--
		}
		if len(f.clusters[best].members) > 0 {
			sorted = append(sorted, best)
		}
	}
	return sorted
}

// paramReaders returns, for each cluster, the others that read a parameter which it may write over.
func (f *fusion) paramReaders() [][]int {
	readers := make([][]int, len(f.clusters))
	leaf := map[*Param]int{}
	for id, v := range f.c.values {
		if v.leaf != nil && v.leaf.param != nil {
			leaf[v.leaf.param] = id
		}
	}
	for _, s := range f.c.stores {
		r := f.root[s.value]
		id, read := leaf[s.param]
		if i, ok := f.made[r]; ok && read && f.stored[r] {
			k := f.home[i]
			for _, other := range f.readerClusters(id) {
				if other != k {
					readers[k] = append(readers[k], other)
				}
			}
		}
	}
	return readers
}

// ranks returns where in the code the last instruction of each cluster is.
func (f *fusion) ranks() []int {
	rank := make([]int, len(f.clusters))
	for k, cl := range f.clusters {
		for _, i := range cl.members {
			if i < len(f.c.instrs) {
				rank[k] = max(rank[k], i)
			}
		}
	}
	return rank
}

// mergeRepeated has the members of a cluster share equal repetitions.
func (f *fusion) mergeRepeated(k int) {
	first := map[string]int{}
	f.clusters[k].members = slices.DeleteFunc(f.sorted(k), func(i int) bool {
		in := f.instrs[i]
		key := fmt.Sprint(in.op)
		for _, id := range in.in {
			key += fmt.Sprint(" ", f.root[id])
		}
		out, ok := first[key]
		if !ok {
			first[key] = in.out
			return false
		}
		if i >= len(f.c.instrs) {
			f.redirect(in.out, out, func(int) bool { return true })
			return true
		}
		return false
	})
}

// sorted returns the members of a cluster in an order of evaluation: what is stored and read by no
// other member comes last, so that parameters are read before they are written over.
func (f *fusion) sorted(k int) []int {
	var out []int
	done := map[int]bool{}
	var visit func(i int)
	operands := func(i int) {
		for _, id := range f.instrs[i].in {
			if j, ok := f.made[f.root[id]]; ok && f.home[j] == k {
				visit(j)
			}
		}
	}
	visit = func(i int) {
		if !done[i] {
			done[i] = true
			operands(i)
			out = append(out, i)
		}
	}
	members := slices.Sorted(slices.Values(f.clusters[k].members))
	last := func(i int) bool {
		r := f.instrs[i].out
		return f.stored[r] && !slices.Contains(f.readerClusters(r), k)
	}
	for _, i := range members {
		if !last(i) && !slices.Contains(f.readerClusters(f.instrs[i].out), k) {
			visit(i)
		}
	}
	for _, i := range members {
		if last(i) {
			operands(i)
		}
	}
	for _, i := range members {
		visit(i)
	}
	return out
}

func (f *fusion) step(k int) step {
	s := step{size: f.clusters[k].size}
	inside := map[int]bool{}
	for _, i := range f.clusters[k].members {
		in := f.instrs[i]
		inside[in.out] = true
		if _, ok := in.op.(matmul); ok && s.size > 0 {
			s.matmuls = append(s.matmuls, in)
		} else {
			s.instrs = append(s.instrs, in)
		}
		elsewhere := func(other int) bool { return other != k }
		if s.size == 0 || f.kept[in.out] || slices.ContainsFunc(f.readerClusters(in.out), elsewhere) {
			s.out = append(s.out, in.out)
		}
		for _, id := range in.in {
			if r := f.root[id]; !inside[r] && !slices.Contains(s.in, r) {
				s.in = append(s.in, r)
			}
		}
	}
	return s
}
