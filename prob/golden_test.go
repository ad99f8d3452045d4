package prob_test

import (
	"encoding/csv"
	"fmt"
	"maps"
	"math"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

// goldenTypes are the distributions of testdata/golden.csv. Their fields are its parameters, in order.
var goldenTypes = map[string]any{
	"Bernoulli":          prob.Bernoulli{},
	"Beta":               prob.Beta{},
	"Binomial":           prob.Binomial{},
	"Categorical":        prob.Categorical{},
	"Cauchy":             prob.Cauchy{},
	"DiagonalNormal":     prob.DiagonalNormal{},
	"Dirichlet":          prob.Dirichlet{},
	"Exponential":        prob.Exponential{},
	"Gamma":              prob.Gamma{},
	"Geometric":          prob.Geometric{},
	"Gumbel":             prob.Gumbel{},
	"HalfCauchy":         prob.HalfCauchy{},
	"HalfNormal":         prob.HalfNormal{},
	"InverseGamma":       prob.InverseGamma{},
	"Laplace":            prob.Laplace{},
	"LogNormal":          prob.LogNormal{},
	"LogUniform":         prob.LogUniform{},
	"Logistic":           prob.Logistic{},
	"Mixture":            normals{},
	"Multinomial":        prob.Multinomial{},
	"MultivariateNormal": prob.MultivariateNormal{},
	"NegativeBinomial":   prob.NegativeBinomial{},
	"Normal":             prob.Normal{},
	"OneHotCategorical":  prob.OneHotCategorical{},
	"Poisson":            prob.Poisson{},
	"RelaxedBernoulli":   prob.RelaxedBernoulli{},
	"RelaxedCategorical": prob.RelaxedCategorical{},
	"StudentT":           prob.StudentT{},
	"TruncatedGeometric": prob.TruncatedGeometric{},
	"TruncatedNormal":    prob.TruncatedNormal{},
	"Uniform":            prob.Uniform{},
}

// normals is a mixture of normals by its parameters.
type normals struct{ Logits, Mu, Sigma *graph.Node }

func (d normals) mixture() prob.Mixture {
	return prob.Mixture{Logits: d.Logits, Of: prob.Normal{Mu: d.Mu, Sigma: d.Sigma}}
}

func (d normals) LogProb(x *graph.Node) *graph.Node { return d.mixture().LogProb(x) }
func (d normals) CDF(x *graph.Node) *graph.Node     { return d.mixture().CDF(x) }

// golden is one line of testdata/golden.csv.
type golden struct {
	distribution, function string
	q, p, x                []array
	value, condition       float64
}

// array is a parameter or a point: a number, or the elements of a vector or matrix.
type array struct {
	shape  []int
	values []float64
}

func (a array) single() bool {
	return !slices.ContainsFunc(a.values, func(v float64) bool { return float64(float32(v)) != v })
}

func parse(t *testing.T, field string) []array {
	t.Helper()
	var arrays []array
	for _, text := range strings.Fields(field) {
		var a array
		for _, number := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' }) {
			a.values = append(a.values, parseNumber(t, number))
		}
		switch rows := strings.Count(strings.TrimSuffix(text, ";"), ";") + 1; {
		case strings.Contains(text, ";"):
			a.shape = []int{rows, len(a.values) / rows}
		case strings.Contains(text, ","):
			a.shape = []int{len(a.values)}
		}
		arrays = append(arrays, a)
	}
	return arrays
}

func parseNumber(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return v
}

func readGolden(t *testing.T) []golden {
	t.Helper()
	file, err := os.Open("testdata/golden.csv")
	require.NoError(t, err)
	defer file.Close()
	r := csv.NewReader(file)
	r.Comment = '#'
	records, err := r.ReadAll()
	require.NoError(t, err)
	var all []golden
	for _, f := range records[1:] {
		q, p, _ := strings.Cut(f[2], "|")
		all = append(all, golden{
			distribution: f[0], function: f[1], q: parse(t, q), p: parse(t, p), x: parse(t, f[3]),
			value: parseNumber(t, f[4]), condition: parseNumber(t, f[5]),
		})
	}
	return all
}

// inputs are all numbers that the value is a function of.
func (w golden) inputs() []array { return slices.Concat(w.q, w.p, w.x) }

// tolerance is how far a value may be off. In float64 that is 1e-12 of the value or of 1, and for a CDF
// 1e-13 of the value times what rounding the inputs could multiply. In float32 it is goldenUlps
// roundings of the value, or of 1, and of each input; and what is below 2⁻¹²⁰ may be 0.
func (w golden) tolerance(p graph.Precision) float64 {
	size := math.Abs(w.value)
	switch {
	case p == graph.Float32 && w.function == "cdf":
		return goldenUlps*0x1p-24*(1+w.condition)*size + 0x1p-120
	case p == graph.Float32:
		return goldenUlps * 0x1p-24 * (max(1, size) + w.condition)
	case w.function == "cdf":
		return 1e-13 * (1 + w.condition) * size
	}
	return 1e-12 * max(1, size)
}

// goldenUlps is 8 for what takes a few operations; sums over the nodes of a quadrature take 22.
const goldenUlps = 32

// method names the method of the distribution that computes the value.
func (w golden) method() string {
	if name, other := strings.CutPrefix(w.function, "kl:"); other {
		return "KL" + name
	}
	return map[string]string{"logprob": "LogProb", "cdf": "CDF", "entropy": "Entropy", "kl": "KL"}[w.function]
}

// other names the family of p.
func (w golden) other() string {
	if name, other := strings.CutPrefix(w.function, "kl:"); other {
		return name
	}
	return w.distribution
}

// group tells which lines one program can compute: those with inputs of equal shapes, and with equal
// values of the parameters that are no nodes.
func (w golden) group(t *testing.T) string {
	key := ""
	for _, a := range w.inputs() {
		key += fmt.Sprint(a.shape)
	}
	return key + fmt.Sprint(numbers(t, w.distribution, w.q), numbers(t, w.other(), w.p))
}

func goldenType(t *testing.T, name string) reflect.Type {
	t.Helper()
	require.Contains(t, goldenTypes, name)
	return reflect.TypeOf(goldenTypes[name])
}

// numbers returns the parameters of a distribution that are Go's integers.
func numbers(t *testing.T, name string, theta []array) []float64 {
	t.Helper()
	var values []float64
	d := goldenType(t, name)
	require.LessOrEqual(t, len(theta), d.NumField(), "parameters of %s", name)
	for i, a := range theta {
		if d.Field(i).Type.Kind() == reflect.Int {
			values = append(values, a.values...)
		}
	}
	return values
}

// build makes a distribution of its parameters as nodes; of one that is an integer, the value counts.
func build(t *testing.T, name string, nodes []*graph.Node, theta []array) reflect.Value {
	d := reflect.New(goldenType(t, name)).Elem()
	require.Equal(t, d.NumField(), len(nodes), "fields of %s", name)
	for i, n := range nodes {
		if d.Field(i).Kind() == reflect.Int {
			d.Field(i).SetInt(int64(theta[i].values[0]))
		} else {
			d.Field(i).Set(reflect.ValueOf(n))
		}
	}
	return d
}

// evaluate computes the values of lines of one group.
func evaluate(t *testing.T, p graph.Precision, lines []golden) []float64 {
	t.Helper()
	var args []graphtest.Arg
	first := lines[0]
	for i, a := range first.inputs() {
		var values []float64
		for _, w := range lines {
			values = append(values, w.inputs()[i].values...)
		}
		args = append(args, graphtest.Values(values, append([]int{len(lines)}, a.shape...)...))
	}
	values := graphtest.Eval(t, p, func(in ...*graph.Node) *graph.Node {
		nq, np := len(first.q), len(first.p)
		q := build(t, first.distribution, in[:nq], first.q)
		var operands []reflect.Value
		if np > 0 {
			operands = append(operands, build(t, first.other(), in[nq:nq+np], first.p))
		}
		for _, x := range in[nq+np:] {
			operands = append(operands, reflect.ValueOf(x))
		}
		method := q.MethodByName(first.method())
		require.True(t, method.IsValid(), "%s has no method %s", first.distribution, first.method())
		return method.Call(operands)[0].Interface().(*graph.Node)
	}, args...)
	require.Len(t, values, len(lines), "%s of %s", first.function, first.distribution)
	return values
}

// by splits lines into those of equal keys, in the order of the keys.
func by(lines []golden, key func(w golden) string) [][]golden {
	groups := map[string][]golden{}
	for _, w := range lines {
		groups[key(w)] = append(groups[key(w)], w)
	}
	var sorted [][]golden
	for _, k := range slices.Sorted(maps.Keys(groups)) {
		sorted = append(sorted, groups[k])
	}
	return sorted
}

// TestGolden holds densities, CDFs, entropies and divergences against values of 25 digits, in float64
// and, at inputs that float32 has, in float32.
func TestGolden(t *testing.T) {
	all := readGolden(t)
	require.Greater(t, len(all), 2000)
	for _, lines := range by(all, func(w golden) string { return w.distribution + "/" + w.function }) {
		t.Run(lines[0].distribution+"/"+lines[0].function, func(t *testing.T) {
			for _, p := range precisions {
				lines := lines
				if p == graph.Float32 {
					lines = slices.DeleteFunc(slices.Clone(lines), func(w golden) bool {
						return slices.ContainsFunc(w.inputs(), func(a array) bool { return !a.single() })
					})
				}
				require.NotEmpty(t, lines, "inputs that %v has", p)
				for _, group := range by(lines, func(w golden) string { return w.group(t) }) {
					for i, got := range evaluate(t, p, group) {
						w := group[i]
						if off := math.Abs(got - w.value); !(off <= w.tolerance(p)) {
							t.Errorf("%v: at %v %v | %v: %v, want %v: off by %.2g of %.2g", p, w.x, w.q, w.p, got, w.value, off, w.tolerance(p))
						}
					}
				}
			}
		})
	}
}
