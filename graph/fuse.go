package graph

import "slices"

// fusion decides which instructions share a loop. Each instruction that is no loop is a cluster by
// itself. Clusters depend on one another without circles, which every decision here keeps so.
type fusion struct {
	c        *code
	root     []int
	instrs   []instr       // the code's, and repetitions of cheap ones
	home     []int         // the cluster of each instruction, or none
	readers  map[int][]int // the instructions that read each root
	made     map[int]int   // the instruction that computes each root
	clusters []cluster
	outputs  map[int]bool // roots
	stored   map[int]bool // roots that may be written over a parameter
	kept     map[int]bool // roots that are read after the last instruction
	cheap    map[int]bool // roots that cost less to compute again than to keep
}

// cluster is a step in the making.
type cluster struct {
	size    int   // of the loop, or 0
	members []int // instructions
}

const (
	none = -1
	// settled is the cluster, of no instructions, that stands for the moment from which parameters may
	// be written: all outputs are computed and nothing can fail any more.
	settled = 0
)

// fuse partitions the code into steps in an order in which they can run.
func fuse(c *code) []step {
	f := newFusion(c)
	for i := len(c.instrs) - 1; i >= 0; i-- {
		if _, ok := c.instrs[i].op.(reshape); !ok {
			f.place(i)
		}
	}
	f.join()
	f.absorb()
	return f.steps()
}

func newFusion(c *code) *fusion {
	f := &fusion{
		c: c, root: c.roots(), instrs: slices.Clone(c.instrs), home: make([]int, len(c.instrs)),
		readers: map[int][]int{}, made: map[int]int{}, clusters: make([]cluster, 1),
		outputs: map[int]bool{}, stored: map[int]bool{}, kept: map[int]bool{},
	}
	for i, in := range f.instrs {
		f.instrs[i].in = slices.Clone(in.in)
		f.home[i] = none
		if f.root[in.out] == in.out {
			f.made[in.out] = i
		}
	}
	for _, id := range c.outputs {
		f.outputs[f.root[id]], f.kept[f.root[id]] = true, true
	}
	for _, s := range c.stores {
		f.stored[f.root[s.value]], f.kept[f.root[s.value]] = true, true
	}
	f.removeEarly()
	f.cheap = f.findCheap()
	return f
}

// removeEarly takes out of stored what must be computed before parameters may be written.
func (f *fusion) removeEarly() {
	early := map[int]bool{}
	for _, in := range slices.Backward(f.instrs) {
		r := f.root[in.out]
		if _, ok := in.op.(fallible); ok || f.outputs[r] {
			early[r] = true
		}
		if early[r] {
			delete(f.stored, r)
			for _, id := range in.in {
				early[f.root[id]] = true
			}
		}
	}
}

// Costs are in elements of a plain kernel such as Add. Keeping a value costs as much as writing it,
// and reading it again, from wherever arrays of its size stay.
const (
	plainCost    = 1
	functionCost = 6
	noiseCost    = 12
	nearCost     = 2  // of keeping an array that stays in the second-level cache
	farCost      = 10 // of keeping one that does not
	nearSize     = 1 << 16
)

// findCheap finds what a loop had better compute again than read: what is soon computed from leaves.
func (f *fusion) findCheap() map[int]bool {
	cost, cheap := map[int]int{}, map[int]bool{}
	for _, in := range f.instrs {
		size := f.c.loopSize(in)
		if _, sum := in.op.(reduction); sum || size <= 1 {
			continue
		}
		total := costOf(in.op)
		for _, id := range in.in {
			r := f.root[id]
			if v := f.c.values[r]; v.leaf != nil || v.konst != nil || v.shape.Size() == 1 {
				continue
			}
			if k, ok := cost[r]; ok && f.c.values[id].shape.Size() == size {
				total += k
			} else {
				total += farCost + 1
			}
		}
		limit := nearCost
		if size >= nearSize {
			limit = farCost
		}
		cost[in.out], cheap[in.out] = total, total <= limit
	}
	return cheap
}

func costOf(o op) int {
	switch o := o.(type) {
	case noise:
		return noiseCost
	case elementwise:
		switch o.label {
		case "Exp", "Expm1", "Log", "Log1p", "Sin", "Cos", "Tanh", "Sigmoid", "LogSigmoid", "Softplus", "XLogY":
			return functionCost
		case "Pow", "Erf", "GELU", "ELU":
			return farCost + 1
		case "Tan", "Atan", "Log1mExp", "Erfc", "ErfInv", "Ndtr", "LogNdtr", "NormalHazard", "NdtrInv", "NdtrInvExp",
			"Lgamma", "Polygamma", "StirlingError", "StirlingSlope", "FactorialExcess", "FactorialExcessSlope",
			"Deviance", "DevianceSlope", "LogRatio", "LogBeta", "DigammaDrop",
			"GammaP", "GammaQ", "GammaPInv", "GammaPSlope", "GammaDensity", "GammaQuantileSlope",
			"BetaInc", "BetaIncInv", "BetaDensity", "BetaIncSlopeA", "BetaIncSlopeB":
			return farCost + 1
		}
	}
	return plainCost
}

// place gives the instruction a cluster, once all that read its result have theirs: one of theirs if
// that can be, or a new one. What is cheap is repeated in each of them instead.
func (f *fusion) place(i int) {
	in := f.instrs[i]
	size := f.c.loopSize(in)
	if size == 0 {
		f.add(i, f.newCluster(0))
		return
	}
	homes := f.readerClusters(in.out)
	fits := func(k int) bool {
		return f.clusters[k].size == size && len(f.clusters[k].members) < most && f.readsAlong(k, in.out, size)
	}
	if f.cheap[in.out] && !f.kept[in.out] && len(homes) > 1 && !slices.ContainsFunc(homes, func(k int) bool { return !fits(k) }) {
		for _, k := range homes {
			f.repeat(i, k)
		}
		return
	}
	leaves := f.leaves(i, homes)
	for _, k := range homes {
		if fits(k) && !slices.ContainsFunc(leaves, func(other int) bool { return other != k && f.reaches(other, k) }) {
			f.add(i, k)
			return
		}
	}
	f.add(i, f.newCluster(size))
}

// leaves returns the clusters that wait for the instruction's result.
func (f *fusion) leaves(i int, homes []int) []int {
	if _, ok := f.instrs[i].op.(fallible); ok || f.outputs[f.instrs[i].out] {
		return append(slices.Clone(homes), settled)
	}
	return homes
}

func (f *fusion) newCluster(size int) int {
	f.clusters = append(f.clusters, cluster{size: size})
	return len(f.clusters) - 1
}

func (f *fusion) add(i, k int) {
	f.home[i] = k
	f.clusters[k].members = append(f.clusters[k].members, i)
	for _, id := range f.instrs[i].in {
		if r := f.root[id]; !slices.Contains(f.readers[r], i) {
			f.readers[r] = append(f.readers[r], i)
		}
	}
}

// repeat adds a copy of the instruction to cluster k, for its members to read.
func (f *fusion) repeat(i, k int) {
	in := f.instrs[i]
	old := in.out
	in.in, in.out = slices.Clone(in.in), f.c.add(f.c.values[old])
	f.root = append(f.root, in.out)
	f.instrs, f.home = append(f.instrs, in), append(f.home, none)
	f.made[in.out], f.cheap[in.out] = len(f.instrs)-1, true
	f.redirect(old, in.out, func(reader int) bool { return f.home[reader] == k })
	f.add(len(f.instrs)-1, k)
}

// redirect has the readers chosen read another value of the same size instead.
func (f *fusion) redirect(from, to int, chosen func(reader int) bool) {
	var left []int
	for _, reader := range f.readers[from] {
		if !chosen(reader) {
			left = append(left, reader)
			continue
		}
		for j, id := range f.instrs[reader].in {
			if f.root[id] == from {
				f.instrs[reader].in[j] = to
			}
		}
		f.readers[to] = append(f.readers[to], reader)
	}
	f.readers[from] = left
}

// readerClusters returns the clusters that read the root.
func (f *fusion) readerClusters(root int) []int {
	var ks []int
	for _, i := range f.readers[root] {
		if k := f.home[i]; k != none && !slices.Contains(ks, k) {
			ks = append(ks, k)
		}
	}
	return ks
}

// readsAlong reports whether each reader in cluster k reads the root at the element that the loop is at.
func (f *fusion) readsAlong(k, root, size int) bool {
	for _, i := range f.readers[root] {
		if f.home[i] != k {
			continue
		}
		for _, id := range f.instrs[i].in {
			if f.root[id] == root && f.c.values[id].shape.Size() != size {
				return false
			}
		}
	}
	return true
}

// next returns the clusters that must come after cluster k.
func (f *fusion) next(k int) []int {
	var ks []int
	if k == settled {
		for r := range f.stored {
			if i, ok := f.made[r]; ok && f.home[i] != none {
				ks = append(ks, f.home[i])
			}
		}
		return ks
	}
	for _, i := range f.clusters[k].members {
		for _, other := range f.leaves(i, f.readerClusters(f.instrs[i].out)) {
			if other != k {
				ks = append(ks, other)
			}
		}
	}
	return ks
}

// reaches reports whether cluster to must come after cluster from, or is it.
func (f *fusion) reaches(from, to int) bool {
	seen := make([]bool, len(f.clusters))
	var visit func(k int) bool
	visit = func(k int) bool {
		if k == to {
			return true
		}
		if seen[k] {
			return false
		}
		seen[k] = true
		return slices.ContainsFunc(f.next(k), visit)
	}
	return visit(from)
}

// join puts together loops of one size that read the same arrays.
func (f *fusion) join() {
	for a := 1; a < len(f.clusters); a++ {
		for b := a + 1; b < len(f.clusters); b++ {
			if f.related(a, b) && f.joinable(a, b) && f.joinable(b, a) {
				for _, i := range f.clusters[b].members {
					f.home[i] = a
				}
				f.clusters[a].members = append(f.clusters[a].members, f.clusters[b].members...)
				f.clusters[b] = cluster{}
				b = a // what could not join before may now
			}
		}
	}
}

// most bounds the instructions of a loop, whose scratch is to stay in the first-level cache.
const most = 128

// related reports whether two clusters are loops of one size with something in common.
func (f *fusion) related(a, b int) bool {
	x, y := f.clusters[a], f.clusters[b]
	if x.size == 0 || x.size != y.size || len(x.members)+len(y.members) > most {
		return false
	}
	if x.size == 1 {
		return true
	}
	touched := map[int]bool{}
	for _, i := range x.members {
		touched[f.instrs[i].out] = true
		for _, id := range f.instrs[i].in {
			touched[f.root[id]] = true
		}
	}
	return slices.ContainsFunc(y.members, func(i int) bool {
		return slices.ContainsFunc(f.instrs[i].in, func(id int) bool {
			return touched[f.root[id]] && f.c.values[id].shape.Size() == x.size
		})
	})
}

// joinable reports whether what cluster b reads of cluster a it reads element by element, and nothing
// lies between the two.
func (f *fusion) joinable(a, b int) bool {
	for _, i := range f.clusters[a].members {
		if out := f.instrs[i].out; slices.Contains(f.readerClusters(out), b) &&
			(f.c.values[out].shape.Size() != f.clusters[a].size || !f.readsAlong(b, out, f.clusters[b].size)) {
			return false
		}
	}
	return !slices.ContainsFunc(f.next(a), func(k int) bool { return k != b && f.reaches(k, b) })
}

// absorb has a loop compute the products that it alone reads, some rows at a time, rather than read them
// from memory: the gradient of a weight need not be stored before the optimiser's step.
func (f *fusion) absorb() {
	for k := range f.clusters {
		if len(f.clusters[k].members) != 1 {
			continue
		}
		i := f.clusters[k].members[0]
		homes := f.readerClusters(f.instrs[i].out)
		if len(homes) == 1 && f.absorbable(i, homes[0]) {
			f.clusters[k], f.home[i] = cluster{}, homes[0]
			f.clusters[homes[0]].members = append(f.clusters[homes[0]].members, i)
		}
	}
}

// largestOperand bounds the elements of a right operand that a loop's product reads again for every few
// rows: it is to stay in the second-level cache.
const largestOperand = 1 << 17

func (f *fusion) absorbable(i, k int) bool {
	in := f.instrs[i]
	o, ok := in.op.(matmul)
	shape, size := f.c.values[in.out].shape, f.clusters[k].size
	if !ok || f.kept[in.out] || len(shape) != 2 || size < nearSize || shape.Size() != size || !f.readsAlong(k, in.out, size) {
		return false
	}
	if _, cols, inner, _ := o.dims(f.c.values[in.in[0]].shape, f.c.values[in.in[1]].shape); inner*cols > largestOperand {
		return false
	}
	others := 0
	for _, j := range f.clusters[k].members {
		switch other := f.instrs[j]; other.op.(type) {
		case reduction: // sums go by whole tiles
			return false
		case matmul:
			if others++; others == maxMatmuls || f.c.values[other.out].shape[1] != shape[1] {
				return false
			}
		}
	}
	return true
}
