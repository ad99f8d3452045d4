package graph

// OutputValues returns the number of the value that each output is: equal if they were merged.
func (p *Program) OutputValues() []int { return p.code.outputs }

// Instructions returns how many instructions a run executes.
func (p *Program) Instructions() int { return len(p.plan.steps) }

// TakeHashes makes the graph treat the hashes as those of nodes that it has.
func (g *Graph) TakeHashes(hashes ...uint32) {
	for _, h := range hashes {
		g.hashes[h] = true
	}
}

// WithoutFusion runs f with each instruction of the programs that it compiles as a step by itself.
func WithoutFusion(f func()) {
	arrange = (*code).unfused
	defer func() { arrange = fuse }()
	f()
}
