package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"credence/graph"
)

// Gorgonia and its tensors multiply with the kernels of programs.
func ExampleBLAS() {
	gorgonia.Use(graph.BLAS())
	defer gorgonia.Use(gonum.Implementation{})
	x := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{1, 2, 3, 4}))
	y := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float32{1, 0, 1, 0, 1, 1}))
	product, err := tensor.MatMul(x, y)
	fmt.Println(product.Data(), err)
	// Output: [1 2 3 3 4 7] <nil>
}

// gemmCall is one call of Sgemm and of Dgemm.
type gemmCall struct {
	tA, tB        blas.Transpose
	m, n, k       int
	alpha, beta   float64
	lda, ldb, ldc int
	a, b, c       []float64
}

func (g gemmCall) single(to blas.Float32Level3) []float32 {
	a, b, c := narrow(g.a), narrow(g.b), narrow(g.c)
	to.Sgemm(g.tA, g.tB, g.m, g.n, g.k, float32(g.alpha), a, g.lda, b, g.ldb, float32(g.beta), c, g.ldc)
	return c
}

func (g gemmCall) double(to blas.Float64Level3) []float64 {
	c := slices.Clone(g.c)
	to.Dgemm(g.tA, g.tB, g.m, g.n, g.k, g.alpha, g.a, g.lda, g.b, g.ldb, g.beta, c, g.ldc)
	return c
}

func narrow(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

func normals(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

// randomCall has operands of m, n and k whose rows are a few elements apart, with no element behind the
// last.
func randomCall(rng *rand.Rand, m, n, k int) gemmCall {
	kinds := []blas.Transpose{blas.NoTrans, blas.Trans, blas.ConjTrans}
	g := gemmCall{tA: kinds[rng.IntN(3)], tB: kinds[rng.IntN(3)], m: m, n: n, k: k}
	factors := []float64{0, 1, -1, 0.75}
	g.alpha, g.beta = factors[rng.IntN(4)], factors[rng.IntN(4)]
	some := func(rows, cols int, t blas.Transpose) ([]float64, int) {
		if t != blas.NoTrans {
			rows, cols = cols, rows
		}
		ld := max(1, cols) + rng.IntN(4)
		return normals(rng, max(0, (rows-1)*ld+cols)), ld
	}
	g.a, g.lda = some(m, k, g.tA)
	g.b, g.ldb = some(k, n, g.tB)
	g.c, g.ldc = some(m, n, blas.NoTrans)
	return g
}

func requireGonum(t *testing.T, g gemmCall) {
	t.Helper()
	what := fmt.Sprintf("%c%c %dx%dx%d, ld %d %d %d, alpha %g, beta %g", g.tA, g.tB, g.m, g.n, g.k, g.lda, g.ldb, g.ldc, g.alpha, g.beta)
	want := g.double(gonum.Implementation{})
	tolerance := 60 * math.Sqrt(float64(g.k+1)) // times the roundoff of a sum of such numbers
	for i, v := range g.double(graph.BLAS()) {
		require.InDelta(t, want[i], v, tolerance*0x1p-53, "Dgemm %s, element %d", what, i)
	}
	for i, v := range g.single(graph.BLAS()) {
		require.InDelta(t, want[i], v, tolerance*0x1p-24, "Sgemm %s, element %d", what, i)
	}
}

func TestBLASMultipliesAsGonum(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	for range 300 {
		requireGonum(t, randomCall(rng, rng.IntN(50), rng.IntN(50), rng.IntN(50)))
	}
	for range 6 { // in several blocks
		requireGonum(t, randomCall(rng, 150+rng.IntN(90), 150+rng.IntN(90), 100+rng.IntN(90)))
	}
}

func TestBLASTakesOnlyWhatItMultiplies(t *testing.T) {
	nan := math.NaN()
	g := gemmCall{tA: blas.NoTrans, tB: blas.NoTrans, m: 1, n: 2, k: 1, alpha: 2, lda: 1, ldb: 2, ldc: 2,
		a: []float64{3}, b: []float64{1, 2}, c: []float64{nan, nan}}
	require.Equal(t, []float64{6, 12}, g.double(graph.BLAS()), "beta 0 does not read C")
	g.alpha, g.beta, g.a, g.c = 0, 0.5, []float64{nan}, []float64{4, 8}
	require.Equal(t, []float64{2, 4}, g.double(graph.BLAS()), "alpha 0 does not read A")
	g.alpha, g.beta, g.k, g.a, g.b = 1, 0, 0, nil, nil
	require.Equal(t, []float64{0, 0}, g.double(graph.BLAS()), "no products")
}

func TestBLASPanicsAsGonum(t *testing.T) {
	good := randomCall(rand.New(rand.NewPCG(33, 34)), 3, 4, 5)
	for _, row := range []struct {
		name  string
		spoil func(g *gemmCall)
	}{
		{"transpose of A", func(g *gemmCall) { g.tA = 'X' }},
		{"transpose of B", func(g *gemmCall) { g.tB = 0 }},
		{"m", func(g *gemmCall) { g.m = -1 }},
		{"n", func(g *gemmCall) { g.n = -1 }},
		{"k", func(g *gemmCall) { g.k = -1 }},
		{"lda", func(g *gemmCall) { g.lda = 2 }},
		{"ldb", func(g *gemmCall) { g.ldb = 3 }},
		{"ldc", func(g *gemmCall) { g.ldc = 3 }},
		{"short A", func(g *gemmCall) { g.a = g.a[1:] }},
		{"short B", func(g *gemmCall) { g.b = g.b[1:] }},
		{"short C", func(g *gemmCall) { g.c = g.c[1:] }},
	} {
		t.Run(row.name, func(t *testing.T) {
			g := good
			row.spoil(&g)
			want := recovered(func() { g.double(gonum.Implementation{}) })
			require.NotNil(t, want)
			require.PanicsWithValue(t, want, func() { g.double(graph.BLAS()) })
			require.PanicsWithValue(t, want, func() { g.single(graph.BLAS()) })
		})
	}
}

func recovered(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

// BenchmarkSgemm multiplies as a hidden layer does, with our BLAS and with gonum's.
func BenchmarkSgemm(b *testing.B) {
	rng := rand.New(rand.NewPCG(35, 36))
	const m, n, k = 100, 400, 784
	x, w, y := narrow(normals(rng, m*k)), narrow(normals(rng, k*n)), make([]float32, m*n)
	for _, row := range []struct {
		name string
		blas.Float32Level3
	}{{"graph", graph.BLAS()}, {"gonum", gonum.Implementation{}}} {
		b.Run(row.name, func(b *testing.B) {
			for b.Loop() {
				row.Sgemm(blas.NoTrans, blas.NoTrans, m, n, k, 1, x, k, w, n, 0, y, n)
			}
		})
	}
}
