package kernel

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

var transposes = [][2]bool{{false, false}, {true, false}, {false, true}, {true, true}}

func randoms[T Float](rng *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(rng.NormFloat64())
	}
	return x
}

// operand returns data as [m, n], which it holds transposed if trans.
func operand[T Float](data []T, m, n int, trans bool) Matrix[T] {
	if trans {
		return Dense(data, m).Transpose()
	}
	return Dense(data, n)
}

func (m Matrix[T]) at(i, j int) T { return m.Data[i*m.Row+j*m.Col] }

// gemmReference returns A B in float64, and the sum of the magnitudes of the products, with denormal
// numbers taken as zeros. A nil c is all zeros.
func gemmReference[T Float](c []T, a, b Matrix[T], m, n, k int) (sum, magnitude []float64) {
	value := func(x T) float64 {
		if math.Abs(float64(x)) < float64(smallestNormal[T]()) {
			return 0
		}
		return float64(x)
	}
	sum, magnitude = make([]float64, m*n), make([]float64, m*n)
	for i := range sum {
		if c != nil {
			sum[i], magnitude[i] = value(c[i]), math.Abs(value(c[i]))
		}
		for p := range k {
			v := value(a.at(i/n, p)) * value(b.at(p, i%n))
			sum[i] += v
			magnitude[i] += math.Abs(v)
		}
	}
	return sum, magnitude
}

// requireGemm holds c to the bound that Gemm states.
func requireGemm[T Float](t *testing.T, c []T, sum, magnitude []float64, k int) {
	t.Helper()
	unit, largest := 0x1p-24, float64(math.MaxFloat32)
	if _, double := any(T(0)).(float64); double {
		unit, largest = 0x1p-52, math.MaxFloat64 // the reference rounds as well
	}
	for i, v := range c {
		bound := float64(k+1) * (unit*magnitude[i] + float64(smallestNormal[T]()))
		switch got := float64(v); {
		case math.IsNaN(sum[i]):
			require.True(t, math.IsNaN(got), "element %d: %g, want NaN", i, got)
		case math.IsInf(sum[i], 0):
			require.Equal(t, sum[i], got, "element %d", i)
		case magnitude[i]+bound >= largest: // a partial sum may have been too large
		case !(math.Abs(got-sum[i]) <= bound):
			require.Failf(t, "wrong element", "element %d: %g, want %g within %g", i, got, sum[i], bound)
		}
	}
}

// multiply returns A B as Gemm computes it in one block, among guards, over C if it is not nil.
func multiply[T Float](t *testing.T, c []T, a, b Matrix[T], m, n, k int) []T {
	t.Helper()
	const guard = -77
	row := n + 3
	around := slices.Repeat([]T{guard}, 1+m*row)
	at := Matrix[T]{around[1:], row, 1}
	for i := range c {
		at.Data[i/n*row+i%n] = c[i]
	}
	buf := slices.Repeat([]T{guard}, GemmBuffer(m, n, k)+1) // whatever was left there
	Gemm(at, a, b, m, n, k, c != nil, buf[:len(buf)-1])
	require.Equal(t, T(guard), buf[len(buf)-1], "behind the scratch")
	got := make([]T, m*n)
	for i := range around[1:] {
		if r, j := i/row, i%row; j < n {
			got[r*n+j] = around[1+i]
		} else {
			require.Equal(t, T(guard), around[1+i], "behind row %d", r)
		}
	}
	require.Equal(t, T(guard), around[0], "before C")
	return got
}

// cut computes the product in blocks of so many rows and columns.
func cut[T Float](c []T, a, b Matrix[T], m, n, k, rows, cols int) []T {
	got, add := make([]T, m*n), c != nil
	copy(got, c)
	buf := make([]T, GemmBuffer(rows, cols, k))
	for i := 0; i < m; i += rows {
		for j := 0; j < n; j += cols {
			Gemm(Dense(got, n).From(i, j), a.From(i, 0), b.From(0, j), min(rows, m-i), min(cols, n-j), k, add, buf)
		}
	}
	return got
}

func testGemm[T Float](t *testing.T, m, n, k int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(m*n), uint64(k)))
	c := randoms[T](rng, m*n)
	for _, trans := range transposes {
		a, b := operand(randoms[T](rng, m*k), m, k, trans[0]), operand(randoms[T](rng, k*n), k, n, trans[1])
		for _, before := range [][]T{nil, c} {
			sum, magnitude := gemmReference(before, a, b, m, n, k)
			got := multiply(t, before, a, b, m, n, k)
			requireGemm(t, got, sum, magnitude, k)
			if m*n > 0 {
				require.Equal(t, got, cut(before, a, b, m, n, k, 1+rng.IntN(m), 1+rng.IntN(n)), "cut into blocks")
			}
		}
	}
}

func TestGemm(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	sizes := [][3]int{{0, 3, 2}, {3, 0, 2}, {33, 5, 256}, {3, 129, 257}, {65, 127, 3}, {5, 260, 515}, {30, 40, 1024}, {200, 33, 16}, {29, 1024, 9}, {270, 40, 20}}
	for range 8 {
		sizes = append(sizes, [3]int{1 + rng.IntN(70), 1 + rng.IntN(70), 1 + rng.IntN(300)})
	}
	for _, s := range sizes {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			testGemm[float32](t, s[0], s[1], s[2])
			testGemm[float64](t, s[0], s[1], s[2])
		})
	}
}

// TestGemmOfEverySize goes through the shapes of a tile and their edges.
func TestGemmOfEverySize(t *testing.T) {
	for m := 0; m <= 40; m++ {
		for n := m % 5; n <= 40; n += 5 {
			testGemm[float32](t, m, n, (3*m+5*n)%41)
			testGemm[float64](t, m, n, (5*m+3*n)%41)
		}
	}
}

// TestGemmOfManyTiles holds a product whose B takes several panels to its blocks, which take none.
func TestGemmOfManyTiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	testManyTiles[float32](t, rng, 180, 545, 256)
	testManyTiles[float64](t, rng, 180, 545, 256)
}

func testManyTiles[T Float](t *testing.T, rng *rand.Rand, m, n, k int) {
	t.Helper()
	x, y := randoms[T](rng, m*k), randoms[T](rng, k*n)
	for _, trans := range transposes {
		a, b := operand(x, m, k, trans[0]), operand(y, k, n, trans[1])
		require.Equal(t, cut(nil, a, b, m, n, k, 20, 100), multiply(t, nil, a, b, m, n, k), "%v", trans)
	}
}

// TestGemmSumsInOrder computes each element as the doc comment says, rounding where it says.
func TestGemmSumsInOrder(t *testing.T) {
	const m, n, k = 17, 39, 600
	rng := rand.New(rand.NewPCG(15, 16))
	a, b := randoms[float32](rng, m*k), randoms[float32](rng, k*n)
	want := make([]float32, m*n)
	for i := range want {
		for p := range k {
			x, y := a[i/n*k+p], b[p*n+i%n]
			if level == plain {
				want[i] += float32(x * y)
				continue
			}
			sum, product := big.NewFloat(float64(want[i])), big.NewFloat(float64(x)*float64(y))
			want[i], _ = new(big.Float).SetPrec(24).Add(sum, product).Float32()
		}
	}
	require.Equal(t, want, multiply(t, nil, Dense(a, k), Dense(b, n), m, n, k))
}

func TestGemmOfInfinitiesStaysInItsRowAndColumn(t *testing.T) {
	a, b := []float32{float32(inf), 1, 1, 1, 1, 1}, []float32{1, 1, 1, 1, 1, 1, 1, 1, 1, float32(nan)}
	for i, v := range multiply(t, nil, Dense(a, 2), Dense(b, 5), 3, 5, 2) {
		switch {
		case i%5 == 4:
			require.True(t, v != v)
		case i < 5:
			require.Equal(t, float32(inf), v)
		default:
			require.Equal(t, float32(2), v)
		}
	}
}

func testGemmFlushes[T Float](t *testing.T, denormal, normal T) {
	t.Helper()
	for _, p := range []struct {
		name       string
		a, b, c, v T
	}{
		{"left operand", denormal, 1, 0, 0},
		{"right operand", 1, -denormal, 0, 0},
		{"product", normal, 0.5, 0, 0},
		{"sum", normal, -1, denormal, -normal},
		{"what is added to", denormal, 1, denormal, 0},
		{"difference", normal, 1, -1.5 * normal, 0},
		{"smallest normal", normal, -1, 0, -normal},
		{"large times denormal", 1 / normal, denormal, 0, 0},
	} {
		for _, n := range []int{1, 9, 33} {
			a, b, c := slices.Repeat([]T{p.a}, n), slices.Repeat([]T{p.b}, n), slices.Repeat([]T{p.c}, n*n)
			got := multiply(t, c, Dense(a, 1), Dense(b, n), n, n, 1)
			require.Equal(t, slices.Repeat([]T{p.v}, n*n), got, "%s, %d", p.name, n)
		}
	}
}

func TestGemmFlushesDenormals(t *testing.T) {
	testGemmFlushes(t, 0x1p-130, float32(0x1p-126))
	testGemmFlushes(t, 0x1p-1030, float64(0x1p-1022))

	x := float32(0x1p-130) // the caller's own arithmetic still has them
	got := multiply(t, nil, Dense([]float32{1}, 1), Dense([]float32{1}, 1), 1, 1, 1)
	require.Equal(t, float32(0x1p-131), x*got[0]/2)
}

func TestGemmAllocatesNothing(t *testing.T) {
	x, c := make([]float32, 400), make([]float32, 400)
	buf := make([]float32, GemmBuffer(20, 20, 20))
	require.Zero(t, testing.AllocsPerRun(10, func() {
		Gemm(Dense(c, 20), Dense(x, 20), Dense(x, 20).Transpose(), 20, 20, 20, false, buf)
	}))
}

func TestGemmRefusesWhatIsTooShort(t *testing.T) {
	full, short := make([]float32, 12), make([]float32, 8)
	buf := make([]float32, GemmBuffer(3, 4, 4))
	for i, x := range [][3][]float32{{short, full, full}, {full, short, full}, {full, full, short}} {
		require.Panics(t, func() { Gemm(Dense(x[0], 4), Dense(x[1], 3), Dense(x[2], 4), 3, 4, 3, false, buf) }, "operand %d", i)
	}
}

// FuzzGemm holds the version that runs and the plain one to the bound that Gemm states, on numbers made of
// any bits, and blocks to the bits of the whole.
func FuzzGemm(f *testing.F) {
	f.Add(uint8(3), uint8(4), uint8(5), uint8(1), uint8(2), uint8(1), []byte{0, 0, 0x80, 0x3f, 1, 0, 0, 0, 0, 0, 0xc0, 0x7f})
	f.Add(uint8(14), uint8(33), uint8(20), uint8(7), uint8(16), uint8(6), []byte{1, 2, 3, 0x40, 4, 5, 6, 0xbf, 0, 0, 0x80, 0x7f, 0xff, 0xff, 0x7f, 0x7f})
	f.Fuzz(func(t *testing.T, m, n, k, rows, cols, how uint8, bits []byte) {
		if m > 70 || n > 70 || k > 70 || m == 0 || n == 0 {
			t.Skip()
		}
		x := numbers(bits, int(m)*int(k)+int(k)*int(n)+int(m)*int(n))
		fuzzGemm(t, x, int(m), int(n), int(k), 1+int(rows)%int(m), 1+int(cols)%int(n), how)
		wide := make([]float64, len(x))
		for i, v := range x {
			wide[i] = float64(v)
		}
		fuzzGemm(t, wide, int(m), int(n), int(k), 1+int(rows)%int(m), 1+int(cols)%int(n), how)
	})
}

// numbers makes n numbers of bits, over and over with a turn.
func numbers(bits []byte, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		var v uint32
		for b := range 4 {
			if len(bits) > 0 {
				v = v<<8 | uint32(bits[(4*i+b+i/len(bits))%len(bits)])
			}
		}
		x[i] = math.Float32frombits(v)
	}
	return x
}

func fuzzGemm[T Float](t *testing.T, x []T, m, n, k, rows, cols int, how uint8) {
	a, b, c := operand(x, m, k, how&1 > 0), operand(x[m*k:], k, n, how&2 > 0), x[m*k+k*n:]
	if how&4 > 0 {
		c = nil
	}
	sum, magnitude := gemmReference(c, a, b, m, n, k)
	fast := level
	defer func() { level = fast }()
	for _, level = range []variant{plain, fast} {
		got := multiply(t, c, a, b, m, n, k)
		requireGemm(t, got, sum, magnitude, k)
		for i, v := range cut(c, a, b, m, n, k, rows, cols) {
			require.True(t, v == got[i] || v != v && got[i] != got[i], "element %d: %g in a block, %g in all", i, v, got[i])
		}
	}
}

var gemmShapes = []struct {
	m, k, n        int
	transA, transB bool
}{
	{100, 784, 400, false, false}, {100, 400, 400, false, false}, {100, 400, 10, false, false}, {128, 784, 1200, false, false},
	{100, 1200, 1200, false, false}, {784, 100, 400, true, false}, {1200, 100, 1200, true, false}, {100, 400, 784, false, true},
	{100, 1200, 1200, false, true}, {100, 500, 784, false, false}, {1024, 1024, 1024, false, false}, {97, 131, 61, false, false},
	{33, 1000, 10, false, false}, {1, 784, 400, false, false}, {1, 784, 400, false, true}, {10000, 400, 400, false, false},
	{400, 100, 10, true, false}, {100, 10, 400, false, true},
}

func BenchmarkGemm(b *testing.B) {
	for _, s := range gemmShapes {
		name := fmt.Sprintf("%dx%dx%d/%v%v", s.m, s.k, s.n, s.transA, s.transB)
		b.Run(name, func(b *testing.B) { benchmarkGemm[float32](b, s.m, s.n, s.k, s.transA, s.transB) })
		b.Run(name+"/float64", func(b *testing.B) { benchmarkGemm[float64](b, s.m, s.n, s.k, s.transA, s.transB) })
	}
}

func benchmarkGemm[T Float](b *testing.B, m, n, k int, transA, transB bool) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := operand(randoms[T](rng, m*k), m, k, transA), operand(randoms[T](rng, k*n), k, n, transB)
	c, buf := Dense(make([]T, m*n), n), make([]T, GemmBuffer(m, n, k))
	for b.Loop() {
		Gemm(c, x, y, m, n, k, false, buf)
	}
	b.ReportMetric(2*float64(m*n*k)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
}
