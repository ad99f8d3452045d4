package infer

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
)

func newPosterior() *Posterior {
	return NewPosterior(graph.New(graph.NewParams(graph.Float64, 1), graph.Train))
}

func compiled(t *testing.T, p *Posterior) *target {
	t.Helper()
	targets, err := p.compile(1)
	require.NoError(t, err)
	return targets[0]
}

// variables are a posterior of each kind of variable, without terms: the log-density is the log-Jacobian. The first
// free elements of the variable are a function of as many unconstrained numbers.
var variables = map[string]struct {
	declare func(p *Posterior) *graph.Node
	free    int
}{
	"real":     {func(p *Posterior) *graph.Node { return p.Real("x", 3) }, 3},
	"positive": {func(p *Posterior) *graph.Node { return p.Positive("x", 3) }, 3},
	"interval": {func(p *Posterior) *graph.Node { return p.Interval("x", -2, 5, 3) }, 3},
	"simplex":  {func(p *Posterior) *graph.Node { return p.Simplex("x", 4) }, 3},
	"pair":     {func(p *Posterior) *graph.Node { return p.Simplex("x", 2) }, 1},
}

func TestJacobiansByFiniteDifferences(t *testing.T) {
	const h = 1e-5
	rng := rand.New(rand.NewPCG(1, 2))
	for name, v := range variables {
		t.Run(name, func(t *testing.T) {
			p := newPosterior()
			v.declare(p)
			target := compiled(t, p)
			value := func(q []float64) []float64 {
				draws := [][]float64{nil}
				require.NoError(t, target.record(&point{q: q}, 0, draws))
				return draws[0]
			}
			for range 5 {
				x := newPoint(p.dim)
				for i := range x.q {
					x.q[i] = 2 * rng.NormFloat64()
				}
				require.NoError(t, target.start(&x))
				jacobian := make([][]float64, v.free)
				for i := range jacobian {
					jacobian[i] = make([]float64, v.free)
				}
				for j := range v.free {
					q := append([]float64(nil), x.q...)
					q[j] += h
					above := value(q)
					q[j] -= 2 * h
					below := value(q)
					for i := range v.free {
						jacobian[i][j] = (above[i] - below[i]) / (2 * h)
					}
				}
				require.InDelta(t, math.Log(math.Abs(determinant(jacobian))), x.logp, 1e-6)
			}
		})
	}
}

// determinant eliminates without pivoting, which the triangular Jacobians do not need.
func determinant(m [][]float64) float64 {
	det := 1.0
	for i := range m {
		det *= m[i][i]
		for k := i + 1; k < len(m); k++ {
			f := m[k][i] / m[i][i]
			for j := range m {
				m[k][j] -= f * m[i][j]
			}
		}
	}
	return det
}

// A density of the variable that integrates to one does so over the unconstrained numbers.
func TestVariablesIntegrateToOne(t *testing.T) {
	for name, build := range map[string]func(p *Posterior){
		"exponential": func(p *Posterior) { p.Add(p.Positive("x").Neg()) },
		"gamma": func(p *Posterior) {
			x := p.Positive("x")
			p.Add(x.Log().Scale(2).Sub(x).AddScalar(-math.Log(2)))
		},
		"uniform": func(p *Posterior) {
			p.Interval("x", 3, 7)
			p.Add(p.Graph().Const(-math.Log(4)))
		},
		"beta": func(p *Posterior) {
			x := p.Interval("x", 0, 1)
			p.Add(x.Log(), x.Neg().AddScalar(1).Log(), p.Graph().Const(math.Log(6)))
		},
		"uniform on a simplex": func(p *Posterior) {
			p.Simplex("x", 3)
			p.Add(p.Graph().Const(math.Log(2)))
		},
		"Dirichlet": func(p *Posterior) { // of parameters 1, 2, 3
			x := p.Simplex("x", 3)
			p.Add(x.Log().Mul(p.Graph().ConstArray([]float64{0, 1, 2}, 3)), p.Graph().Const(math.Log(60)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPosterior()
			build(p)
			target, x := compiled(t, p), newPoint(p.dim)
			const reach = 40.0
			n := map[int]int{1: 801, 2: 161}[p.dim] // the trapezoidal rule
			width, sum := 2*reach/float64(n-1), 0.0
			for i := range pow(n, p.dim) {
				for k := range x.q {
					x.q[k] = -reach + width*float64(i%n)
					i /= n
				}
				require.NoError(t, target.evaluate(&x))
				sum += math.Exp(x.logp) * math.Pow(width, float64(p.dim))
			}
			require.InDelta(t, 1, sum, 1e-9)
		})
	}
}

func pow(n, k int) int {
	out := 1
	for range k {
		out *= n
	}
	return out
}

func TestSimplexIsEvenAtZero(t *testing.T) {
	p := newPosterior()
	p.Simplex("x", 2, 5)
	target, draws := compiled(t, p), [][]float64{nil}
	require.Equal(t, 8, p.dim)
	require.NoError(t, target.record(&point{q: make([]float64, 8)}, 0, draws))
	for _, x := range draws[0] {
		require.InDelta(t, 0.2, x, 1e-15)
	}
	q := []float64{3, -1, 0.5, 20, -30, 4, 1, 2}
	draws[0] = nil
	require.NoError(t, target.record(&point{q: q}, 0, draws))
	for row := range 2 {
		sum := 0.0
		for _, x := range draws[0][5*row : 5*row+5] {
			require.Positive(t, x)
			sum += x
		}
		require.InDelta(t, 1, sum, 1e-14)
	}
}

func TestWindows(t *testing.T) {
	for warmup, want := range map[int]struct {
		start int
		ends  []int
	}{
		1000: {75, []int{100, 150, 250, 450, 950}},
		2000: {75, []int{100, 150, 250, 450, 850, 1950}},
		500:  {75, []int{100, 150, 250, 450}},
		175:  {75, []int{100, 125}},
		150:  {75, []int{100}},
		149:  {22, []int{135}},
		100:  {15, []int{90}},
		20:   {3, []int{18}},
		19:   {19, nil},
		1:    {1, nil},
	} {
		start, ends := windows(warmup)
		require.Equal(t, want.start, start, warmup)
		require.Equal(t, want.ends, ends, warmup)
	}
}

// The step at which acceptance, exp(-step), has the target is found, whatever the first one is.
func TestAveragingFindsTheStep(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, first := range []float64{1e-3, 1, 100} {
		a := averaging{target: 0.8}
		a.restart(first)
		step := first
		for range 5000 {
			step = a.next(math.Exp(-step) * (0.9 + 0.2*rng.Float64()))
		}
		require.InEpsilon(t, -math.Log(0.8), a.final(), 0.1, "from %v", first)
	}
}

func TestSpreadIsRegularised(t *testing.T) {
	v, variance := newSpread(2), []float64{7, 7}
	v.read(variance)
	require.Equal(t, []float64{7, 7}, variance, "no draws, no change")
	for _, q := range [][]float64{{1, 1e8 + 1}, {2, 1e8 + 2}, {3, 1e8 + 3}, {4, 1e8 + 4}, {5, 1e8 + 5}} {
		v.add(q)
	}
	v.read(variance)
	want := 0.5*2.5 + 0.5*1e-3
	require.InDeltaSlice(t, []float64{want, want}, variance, 1e-7)
	require.Zero(t, v.count)
}

// bananaSampler returns a sampler in the middle of a density that is no product and no normal.
func bananaSampler(t *testing.T) *sampler {
	t.Helper()
	p := newPosterior()
	x, y := p.Real("x"), p.Positive("y", 2)
	p.Add(x.Square().Scale(-0.5), y.Log().Sub(x).Square().Scale(-0.5))
	s := newSampler(compiled(t, p), rand.New(rand.NewPCG(3, 4)), 10)
	copy(s.state.q, []float64{0.3, -0.2, 0.5})
	s.variance = []float64{0.5, 2, 1}
	s.step = 0.1
	require.NoError(t, s.target.start(&s.state))
	return s
}

// The integrator comes back where it started, and its error in the energy is of second order.
func TestLeapfrog(t *testing.T) {
	s := bananaSampler(t)
	errorAt := func(step float64) float64 {
		s.now.copyFrom(&phase{s.state, []float64{0.7, -1, 0.4}})
		before := s.hamiltonian()
		for range int(math.Round(1 / step)) {
			s.leapfrog(step)
		}
		after := s.hamiltonian()
		for range int(math.Round(1 / step)) {
			s.leapfrog(-step)
		}
		require.InDeltaSlice(t, s.state.q, s.now.q, 1e-12)
		require.InDeltaSlice(t, []float64{0.7, -1, 0.4}, s.now.p, 1e-12)
		return after - before
	}
	require.InDelta(t, 4, errorAt(0.02)/errorAt(0.01), 0.05)
}

func TestTransitionsDoNotAllocate(t *testing.T) {
	s := bananaSampler(t)
	ctx := context.Background()
	require.Zero(t, testing.AllocsPerRun(50, func() {
		if err := s.transit(ctx); err != nil {
			panic(err)
		}
	}))
	require.Positive(t, s.last.steps)
}
