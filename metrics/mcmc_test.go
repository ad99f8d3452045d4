package metrics_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/metrics"
)

// autoregressive returns chains of n draws x = phi·x + u, chain c moved by c·drift, with u from the generator
// s = 1103515245 s + 12345 mod 2^31 over 2^31, less a half: the same numbers in any language.
func autoregressive(chains, n int, phi, drift float64) [][]float64 {
	out, s := make([][]float64, chains), uint64(1)
	for c := range out {
		x := 0.0
		for range n {
			s = (1103515245*s + 12345) % (1 << 31)
			x = phi*x + float64(s)/(1<<31) - 0.5
			out[c] = append(out[c], x+drift*float64(c))
		}
	}
	return out
}

// rounded returns twice the draws as whole numbers, many of which are equal.
func rounded(chains [][]float64) [][]float64 {
	for _, c := range chains {
		for i := range c {
			c[i] = math.RoundToEven(2 * c[i])
		}
	}
	return chains
}

// The digits are those of ArviZ, which has no R-hat of one chain: testdata/mcmc.py prints them.
func TestChainsAgainstArviZ(t *testing.T) {
	for name, c := range map[string]struct {
		chains                                  [][]float64
		rHat, ess, bulk, tail, mcse, mcseStdDev float64
	}{
		"slow": {autoregressive(4, 100, 0.9, 0),
			1.0970505692651693, 36.397992260539155, 36.716257563967865, 96.59174861683444, 0.10640508792792057, 0.04292263847037431},
		"alternating": {autoregressive(2, 75, -0.6, 0),
			1.000579520538327, 321.1987338784537, 321.1987338784537, 140.43153778532252, 0.019635232067860883, 0.01942887792210093},
		"apart": {autoregressive(3, 52, 0.2, 0.5),
			1.7246202209410681, 5.129252357703155, 5.453035829300903, 74.24855365609639, 0.21612511388532188, 0.05389246175492135},
		"ties": {rounded(autoregressive(4, 60, 0.5, 0)),
			1.0255152724430345, 84.99927566109855, 85.1481505626085, 135.71805774011864, 0.07812756335083311, 0.027127038238320054},
		"one chain": {autoregressive(1, 200, 0.7, 0),
			math.NaN(), 38.33434490201043, 36.12890234488054, 83.76038614104385, 0.06339888104429524, 0.027830962453938297},
	} {
		t.Run(name, func(t *testing.T) {
			for _, s := range []struct {
				name string
				of   func([][]float64) (float64, error)
				want float64
			}{
				{"RHat", metrics.RHat, c.rHat}, {"ESS", metrics.ESS, c.ess}, {"ESSBulk", metrics.ESSBulk, c.bulk},
				{"ESSTail", metrics.ESSTail, c.tail}, {"MCSE", metrics.MCSE, c.mcse}, {"MCSEStdDev", metrics.MCSEStdDev, c.mcseStdDev},
			} {
				got, err := s.of(c.chains)
				require.NoError(t, err)
				if !math.IsNaN(s.want) {
					require.InEpsilon(t, s.want, got, 1e-10, s.name)
				}
			}
		})
	}
}

// An autoregressive process of coefficient phi has n(1 - phi)/(1 + phi) effective draws for its mean.
func TestESSOfAnAutoregression(t *testing.T) {
	const chains, n = 8, 20000
	for _, phi := range []float64{0, 0.3, 0.9, -0.3} {
		rng := rand.New(rand.NewPCG(1, 2))
		draws := make([][]float64, chains)
		for c := range draws {
			x := rng.NormFloat64() / math.Sqrt(1-phi*phi)
			for range n {
				draws[c] = append(draws[c], x)
				x = phi*x + rng.NormFloat64()
			}
		}
		ess, err := metrics.ESS(draws)
		require.NoError(t, err)
		require.InEpsilon(t, chains*n*(1-phi)/(1+phi), ess, 0.1, "phi %v", phi)
		rHat, err := metrics.RHat(draws)
		require.NoError(t, err)
		require.InDelta(t, 1, rHat, 2e-3, "phi %v", phi)
	}
}

// Ranks forget the scale: R-hat, and the bulk and tail sample sizes, are those of any increasing function.
func TestRanksAreInvariant(t *testing.T) {
	x := autoregressive(3, 101, 0.5, 0.1)
	y := make([][]float64, len(x))
	for c := range x {
		for _, v := range x[c] {
			y[c] = append(y[c], math.Exp(20*v))
		}
	}
	for name, f := range map[string]func([][]float64) (float64, error){"bulk": metrics.ESSBulk, "tail": metrics.ESSTail} {
		a, err := f(x)
		require.NoError(t, err)
		b, err := f(y)
		require.NoError(t, err)
		require.Equal(t, a, b, name)
	}
}

// Chains in one place that differ in spread are told from each other by the folded draws.
func TestRHatSeesSpread(t *testing.T) {
	x := autoregressive(4, 500, 0, 0)
	same, err := metrics.RHat(x)
	require.NoError(t, err)
	require.Less(t, same, 1.01)
	for i := range x[0] {
		x[0][i] *= 3
	}
	wide, err := metrics.RHat(x)
	require.NoError(t, err)
	require.Greater(t, wide, 1.05)
}

func TestChainsRefused(t *testing.T) {
	long := autoregressive(2, 20, 0, 0)
	bad := autoregressive(2, 20, 0, 0)
	bad[1][3] = math.Inf(1)
	for want, chains := range map[string][][]float64{
		"of no chains": {},
		"chain 1 has 19 draws and chain 0 has 20: want as many, at least 12": {long[0], long[1][:19]},
		"chain 0 has 11 draws and chain 0 has 11: want as many, at least 12": {long[0][:11], long[1][:11]},
		"chain 1: number 3 is +Inf, want a finite one":                       bad,
	} {
		for _, f := range []func([][]float64) (float64, error){
			metrics.RHat, metrics.ESS, metrics.ESSBulk, metrics.ESSTail, metrics.MCSE, metrics.MCSEStdDev,
		} {
			_, err := f(chains)
			require.ErrorContains(t, err, want)
		}
	}
}

func TestEqualDrawsSayNothing(t *testing.T) {
	same := [][]float64{make([]float64, 30), make([]float64, 30)}
	for _, c := range same {
		for i := range c {
			c[i] = 0.1
		}
	}
	for _, f := range []func([][]float64) (float64, error){
		metrics.RHat, metrics.ESS, metrics.ESSBulk, metrics.ESSTail, metrics.MCSE, metrics.MCSEStdDev,
	} {
		v, err := f(same)
		require.NoError(t, err)
		require.True(t, math.IsNaN(v))
	}
}

// Two chains that sit in different places have not converged, whatever either looks like alone.
func ExampleRHat() {
	together := [][]float64{{1, 3, 2, 5, 4, 2, 1, 4, 3, 5, 2, 4}, {4, 2, 5, 1, 3, 4, 2, 5, 1, 3, 4, 1}}
	apart := [][]float64{{1, 3, 2, 5, 4, 2, 1, 4, 3, 5, 2, 4}, {14, 12, 15, 11, 13, 14, 12, 15, 11, 13, 14, 11}}
	for _, chains := range [][][]float64{together, apart} {
		r, err := metrics.RHat(chains)
		fmt.Printf("%.2f %v\n", r, err)
	}
	// Output:
	// 0.93 <nil>
	// 1.80 <nil>
}
