package infer

import (
	"context"
	"math"
	"math/rand/v2"
)

// phase is a position with a momentum.
type phase struct {
	point
	p []float64
}

func newPhase(dim int) phase { return phase{newPoint(dim), make([]float64, dim)} }

func (z *phase) copyFrom(y *phase) {
	z.point.copyFrom(&y.point)
	copy(z.p, y.p)
}

// tree is a piece of a trajectory: what choosing a state of it and telling whether it turns back need.
type tree struct {
	first, last []float64 // momenta at its ends
	sum         []float64 // of the momenta of its states
	logWeight   float64   // log Σ exp(H₀ - H) over its states
	choice      point     // one of its positions, with probability exp(H₀ - H)
}

func newTree(dim int) tree {
	return tree{first: make([]float64, dim), last: make([]float64, dim), sum: make([]float64, dim), choice: newPoint(dim)}
}

// leaf makes t the tree of one state.
func (t *tree) leaf(z *phase, logWeight float64) {
	copy(t.first, z.p)
	copy(t.last, z.p)
	copy(t.sum, z.p)
	t.choice.copyFrom(&z.point)
	t.logWeight = logWeight
}

func (t *tree) reverse() { t.first, t.last = t.last, t.first }

// join puts u after t. The choice becomes that of u if take.
func (t *tree) join(u *tree, take bool) {
	if take {
		t.choice.copyFrom(&u.choice)
	}
	copy(t.last, u.last)
	for i, p := range u.sum {
		t.sum[i] += p
	}
	t.logWeight = logAddExp(t.logWeight, u.logWeight)
}

// logAddExp returns log(eᵃ + eᵇ).
func logAddExp(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(a, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// maxEnergyError is the error of the energy at which a trajectory has diverged, as in Stan.
const maxEnergyError = 1000

// sampler makes transitions of the No-U-Turn sampler with multinomial sampling and the generalised criterion
// (Betancourt 2017, https://arxiv.org/abs/1701.02434, appendix A), with Stan's further checks where two trees meet.
type sampler struct {
	target   *target
	rng      *rand.Rand
	variance []float64 // the inverse of the diagonal mass matrix
	step     float64
	maxDepth int

	state point    // of the chain
	now   phase    // where the integrator is
	ends  [2]phase // of the trajectory, backward and forward
	whole tree
	next  tree   // what a doubling adds
	inner []tree // the second half of a tree of each depth

	energy float64 // at the start of the trajectory
	last   transition
}

// transition is what is known of one.
type transition struct {
	acceptance float64 // the sum over steps of min(1, exp(H₀ - H))
	steps      int     // leapfrog steps
	energy     float64 // at its start
	divergent  bool
	saturated  bool // ended by the maximal depth
}

func newSampler(t *target, rng *rand.Rand, maxDepth int) *sampler {
	dim := len(t.q)
	s := &sampler{
		target: t, rng: rng, maxDepth: maxDepth, step: 1, variance: make([]float64, dim),
		state: newPoint(dim), now: newPhase(dim), ends: [2]phase{newPhase(dim), newPhase(dim)},
		whole: newTree(dim), next: newTree(dim),
	}
	for i := range s.variance {
		s.variance[i] = 1
	}
	for range maxDepth {
		s.inner = append(s.inner, newTree(dim))
	}
	return s
}

// begin moves the integrator to the chain's state, with a fresh momentum.
func (s *sampler) begin() {
	s.now.point.copyFrom(&s.state)
	for i, v := range s.variance {
		s.now.p[i] = s.rng.NormFloat64() / math.Sqrt(v)
	}
	s.energy = s.hamiltonian()
}

// hamiltonian returns the energy of where the integrator is, +Inf where it is not a number.
func (s *sampler) hamiltonian() float64 {
	h := -s.now.logp
	for i, p := range s.now.p {
		h += 0.5 * s.variance[i] * p * p
	}
	if math.IsNaN(h) {
		return math.Inf(1)
	}
	return h
}

// leapfrog takes one step of the integrator, backward if the step is negative.
func (s *sampler) leapfrog(step float64) {
	z := &s.now
	for i, g := range z.grad {
		z.p[i] += 0.5 * step * g
		z.q[i] += step * s.variance[i] * z.p[i]
	}
	_ = s.target.evaluate(&z.point) // what fails has density 0, and ends the trajectory
	for i, g := range z.grad {
		z.p[i] += 0.5 * step * g
	}
}

// transit makes one transition: trajectories forward and backward at random, each as long as all before, until the
// ends come nearer to each other. The next state is one of theirs, and rather one of the later ones.
func (s *sampler) transit(ctx context.Context) error {
	s.begin()
	s.last = transition{energy: s.energy, saturated: true}
	s.whole.leaf(&s.now, 0)
	s.ends[0].copyFrom(&s.now)
	s.ends[1].copyFrom(&s.now)
	for depth := range s.maxDepth {
		side := s.rng.IntN(2)
		if !s.double(ctx, side, depth) {
			s.last.saturated = false
			break
		}
	}
	s.state.copyFrom(&s.whole.choice)
	return ctx.Err()
}

// double extends the trajectory at one side by as many steps as it has, and reports whether it may go on.
func (s *sampler) double(ctx context.Context, side, depth int) bool {
	s.now.copyFrom(&s.ends[side])
	complete := s.grow(ctx, &s.next, depth, float64(2*side-1)*s.step)
	s.ends[side].copyFrom(&s.now)
	if !complete {
		return false
	}
	if side == 0 {
		s.whole.reverse()
		defer s.whole.reverse()
	}
	straight := s.straight(&s.whole, &s.next)
	s.whole.join(&s.next, s.rng.Float64() < math.Exp(s.next.logWeight-s.whole.logWeight))
	return straight
}

// grow makes t the tree of the next 2^depth states, and reports whether it is complete: it ends early where it
// diverges, where a part of it turns back, and when the context is done.
func (s *sampler) grow(ctx context.Context, t *tree, depth int, step float64) bool {
	if depth == 0 {
		return s.extend(ctx, t, step)
	}
	u := &s.inner[depth]
	if !s.grow(ctx, t, depth-1, step) || !s.grow(ctx, u, depth-1, step) {
		return false
	}
	straight := s.straight(t, u)
	t.join(u, s.rng.Float64() < math.Exp(u.logWeight-logAddExp(t.logWeight, u.logWeight)))
	return straight
}

// extend makes t the tree of the next state.
func (s *sampler) extend(ctx context.Context, t *tree, step float64) bool {
	s.leapfrog(step)
	gain := s.energy - s.hamiltonian()
	s.last.steps++
	s.last.acceptance += min(1, math.Exp(gain))
	if -gain > maxEnergyError {
		s.last.divergent = true
		return false
	}
	t.leaf(&s.now, gain)
	return ctx.Err() == nil
}

// straight reports whether neither t and u together, nor t with the first state of u, nor u with the last of t,
// turns back.
func (s *sampler) straight(t, u *tree) bool {
	return s.apart(t.first, u.last, t.sum, u.sum) &&
		s.apart(t.first, u.first, t.sum, u.first) &&
		s.apart(t.last, u.last, t.last, u.sum)
}

// apart reports whether both momenta, as velocities, have a positive product with the sum a + b of the momenta
// between: whether the ends move away from each other.
func (s *sampler) apart(first, last, a, b []float64) bool {
	var atFirst, atLast float64
	for i, v := range s.variance {
		rho := v * (a[i] + b[i])
		atFirst += first[i] * rho
		atLast += last[i] * rho
	}
	return atFirst > 0 && atLast > 0
}
