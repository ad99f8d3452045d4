package graph

import (
	"fmt"
	"math"

	"credence/graph/internal/kernel"
)

// Constraint is a set of numbers, of rows or of matrices: the support of a distribution, or what a
// parameter of one must be. The zero Constraint is a set of finite numbers between 0 and 0.
type Constraint struct {
	Name     string  // of its elements, after "want": "a positive number"
	Axes     int     // of an element: 0 for a number, 1 for a row along the last axis, 2 for a matrix
	Low      float64 // no number is below it
	High     float64 // no number is above it
	OpenLow  bool    // Low itself is excluded
	OpenHigh bool    // High itself is excluded
	Whole    bool    // numbers have no fraction

	// wrong returns the place of what is wrong with an element of more than one number, each of which
	// is in bounds, or -1; n is the length of its last axis.
	wrong func(x []float64, n int) int
}

var inf = math.Inf(1)

// The constraints that have no attributes. Infinities satisfy none.
var (
	Real         = Constraint{Name: "a finite number", Low: -inf, High: inf, OpenLow: true, OpenHigh: true}
	Positive     = Constraint{Name: "a positive number", High: inf, OpenLow: true, OpenHigh: true}
	NonNegative  = Constraint{Name: "a number of at least 0", High: inf, OpenHigh: true}
	UnitInterval = Constraint{Name: "a number from 0 to 1", High: 1}
	OpenUnit     = Constraint{Name: "a number between 0 and 1", High: 1, OpenLow: true, OpenHigh: true}
	Counts       = Constraint{Name: "a whole number of at least 0", High: inf, OpenHigh: true, Whole: true}

	// Simplex is the rows of probabilities, which sum to 1 up to 1e-4.
	Simplex = Constraint{Name: "a row of probabilities that sums to 1", Axes: 1, High: 1, wrong: unsummed}
	// OneHotRows is the rows with a single 1 and zeros elsewhere.
	OneHotRows = Constraint{Name: "a row with one 1 and zeros", Axes: 1, High: 1, Whole: true, wrong: unsummed}
	// RealRows is the rows of finite numbers.
	RealRows = Constraint{Name: "a row of finite numbers", Axes: 1, Low: -inf, High: inf, OpenLow: true, OpenHigh: true}
	// PositiveDefinite is the symmetric positive definite matrices; symmetric up to rounding.
	PositiveDefinite = Constraint{
		Name: "a symmetric positive definite matrix", Axes: 2, Low: -inf, High: inf, OpenLow: true, OpenHigh: true, wrong: indefinite,
	}
	// LowerTriangular is the lower triangular matrices with a positive diagonal: Cholesky factors.
	LowerTriangular = Constraint{
		Name: "a lower triangular matrix with a positive diagonal", Axes: 2, Low: -inf, High: inf, OpenLow: true, OpenHigh: true, wrong: unfactor,
	}
)

// Interval returns the numbers from lo to hi, both included.
func Interval(lo, hi float64) Constraint {
	return Constraint{Name: fmt.Sprintf("a number from %v to %v", lo, hi), Low: lo, High: hi}
}

// Whole returns the whole numbers from lo to hi, both included.
func Whole(lo, hi float64) Constraint {
	return Constraint{Name: fmt.Sprintf("a whole number from %v to %v", lo, hi), Low: lo, High: hi, Whole: true}
}

// CountRows returns the rows of whole numbers of at least 0 that sum to n.
func CountRows(n int) Constraint {
	return Constraint{
		Name: fmt.Sprintf("a row of counts that sums to %d", n), Axes: 1, High: float64(n), Whole: true,
		wrong: func(x []float64, _ int) int {
			if sumOf(x) == float64(n) {
				return -1
			}
			return 0
		},
	}
}

// Holds tells whether a number is in bounds: what a Constraint on rows or matrices asks of each alone.
func (c Constraint) Holds(v float64) bool {
	return v >= c.Low && v <= c.High && !(c.OpenLow && v == c.Low) && !(c.OpenHigh && v == c.High) &&
		!math.IsInf(v, 0) && !(c.Whole && v != math.Trunc(v))
}

// boundsOf returns the least and the largest number of the precision that are in bounds.
func boundsOf[T kernel.Float](c Constraint) (lo, hi T) {
	next := func(from, to float64) T {
		if v, single := any(T(from)).(float32); single {
			return T(math.Nextafter32(v, float32(to)))
		}
		return T(math.Nextafter(from, to))
	}
	lo, hi = T(c.Low), T(c.High)
	if c.OpenLow || math.IsInf(c.Low, -1) {
		lo = next(c.Low, inf)
	}
	if c.OpenHigh || math.IsInf(c.High, 1) {
		hi = next(c.High, -inf)
	}
	return lo, hi
}

// violated returns the place in x, an array of the given shape, of the first number that breaks the
// constraint, or -1.
func violated[T kernel.Float](c Constraint, x []T, shape Shape) int {
	if i := outOfBounds(c, x); i >= 0 {
		return i
	}
	if c.wrong == nil || len(x) == 0 {
		return -1
	}
	n := shape[len(shape)-1]
	size := shape[len(shape)-c.Axes:].Size()
	element := make([]float64, size)
	for first := 0; first < len(x); first += size {
		for i := range element {
			element[i] = float64(x[first+i])
		}
		if i := c.wrong(element, n); i >= 0 {
			return first + i
		}
	}
	return -1
}

// outOfBounds returns the place of the first number that is out of bounds, or -1.
func outOfBounds[T kernel.Float](c Constraint, x []T) int {
	lo, hi := boundsOf[T](c)
	var least, most [1]T
	if !c.Whole {
		kernel.Min(least[:], x, 1, len(x), 1)
		kernel.Max(most[:], x, 1, len(x), 1)
		if least[0] >= lo && most[0] <= hi {
			return -1
		}
	}
	for i, v := range x {
		if !(v >= lo && v <= hi) || c.Whole && float64(v) != math.Trunc(float64(v)) {
			return i
		}
	}
	return -1
}

func sumOf(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum
}

func unsummed(row []float64, _ int) int {
	if math.Abs(sumOf(row)-1) <= 1e-4 {
		return -1
	}
	return 0
}

// indefinite tries a Cholesky factorisation.
func indefinite(x []float64, n int) int {
	for i := range n {
		for j := range i {
			a, b := x[i*n+j], x[j*n+i]
			if math.Abs(a-b) > 1e-5*max(math.Abs(a), math.Abs(b)) {
				return i*n + j
			}
		}
	}
	l := make([]float64, n*n)
	for i := range n {
		for j := range i + 1 {
			rest := x[i*n+j]
			for k := range j {
				rest -= l[i*n+k] * l[j*n+k]
			}
			switch {
			case i != j:
				l[i*n+j] = rest / l[j*n+j]
			case rest > 0:
				l[i*n+i] = math.Sqrt(rest)
			default:
				return i*n + i
			}
		}
	}
	return -1
}

func unfactor(x []float64, n int) int {
	for i := range n {
		for j := i; j < n; j++ {
			if v := x[i*n+j]; i == j && v <= 0 || i != j && v != 0 {
				return i*n + j
			}
		}
	}
	return -1
}
