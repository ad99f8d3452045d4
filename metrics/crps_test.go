package metrics_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"credence/metrics"
)

var sprintf = fmt.Sprintf

func TestCRPSByHand(t *testing.T) {
	for _, c := range []struct {
		name       string
		draws      []float64
		target     float64
		crps, fair float64
	}{
		{"two draws around it", []float64{0, 2}, 1, 1 - 2*2./8, 1 - 2.*2/4},
		{"two draws beside it", []float64{2, 0}, 5, 4 - 0.5, 4 - 1},
		{"three draws", []float64{0, 1, 3}, 1, 1 - 12./18, 1 - 12./12}, // pairs 1, 3 and 2, each twice
		{"equal draws", []float64{4, 4}, 1, 3, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := metrics.CRPS(c.draws, len(c.draws), []float64{c.target})
			require.NoError(t, err)
			require.InDelta(t, c.crps, got, 1e-15)
			got, err = metrics.FairCRPS(c.draws, len(c.draws), []float64{c.target})
			require.NoError(t, err)
			require.InDelta(t, c.fair, got, 1e-15)
		})
	}
	each, err := metrics.PerExampleCRPS([]float64{0, 2, 7, 9}, 2, []float64{1, 13})
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{0.5, 4.5}, each, 1e-15)
}

func TestCRPSProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-10, 10), 2, 30).Draw(t, "draws")
		y := rapid.Float64Range(-10, 10).Draw(t, "target")
		n, away, pairs := float64(len(x)), 0.0, 0.0
		for _, a := range x {
			away += math.Abs(a-y) / n
			for _, b := range x {
				pairs += math.Abs(a-b) / 2
			}
		}
		plain, err := metrics.CRPS(x, len(x), []float64{y})
		require.NoError(t, err)
		require.InDelta(t, away-pairs/(n*n), plain, 1e-12, "the sum over all pairs")
		require.GreaterOrEqual(t, plain, -1e-12)
		fair, err := metrics.FairCRPS(x, len(x), []float64{y})
		require.NoError(t, err)
		require.InDelta(t, away-pairs/(n*(n-1)), fair, 1e-12)

		point, err := metrics.CRPS(x, 1, x[:1:1])
		if len(x) > 1 {
			require.Error(t, err)
		} else {
			require.Zero(t, point)
		}
		point, err = metrics.CRPS(x[:1], 1, []float64{y})
		require.NoError(t, err)
		require.Equal(t, math.Abs(x[0]-y), point, "of a point, the absolute error")
		point, err = metrics.NormalCRPS(x[:1], []float64{0}, []float64{y})
		require.NoError(t, err)
		require.Equal(t, math.Abs(x[0]-y), point)
	})
}

// The score is the integral of (F(x) - 1{x >= y})² over x.
func TestNormalCRPSIsTheIntegral(t *testing.T) {
	for _, c := range []struct{ mu, sigma, y float64 }{{0, 1, 0}, {0, 1, 0.7}, {2, 0.5, 1}, {-1, 3, 9}, {0, 1e-3, 1}, {5, 100, 4}} {
		n := distuv.Normal{Mu: c.mu, Sigma: c.sigma}
		below := simpson(min(c.mu-12*c.sigma, c.y-1e-9), c.y, func(x float64) float64 { return n.CDF(x) * n.CDF(x) })
		above := simpson(c.y, max(c.mu+12*c.sigma, c.y+1e-9), func(x float64) float64 { return n.Survival(x) * n.Survival(x) })
		got, err := metrics.NormalCRPS([]float64{c.mu}, []float64{c.sigma}, []float64{c.y})
		require.NoError(t, err)
		require.InEpsilon(t, below+above, got, 1e-6, "%+v", c)
	}
}

func simpson(from, to float64, f func(float64) float64) float64 {
	const n = 40_000
	h, sum := (to-from)/n, f(from)+f(to)
	for i := 1; i < n; i++ {
		sum += float64(2+2*(i%2)) * f(from+float64(i)*h)
	}
	return sum * h / 3
}

// The fair score of a few draws from a normal is the normal's on average; the plain one is not.
func TestFairCRPSIsUnbiased(t *testing.T) {
	const n, size = 40_000, 3
	rng := rand.New(rand.NewPCG(1, 2))
	draws, targets := make([]float64, n*size), make([]float64, n)
	mu, sigma := make([]float64, n), make([]float64, n)
	for i := range draws {
		draws[i] = rng.NormFloat64()
	}
	for i := range targets {
		targets[i], sigma[i] = 0.3, 1
	}
	want, err := metrics.NormalCRPS(mu, sigma, targets)
	require.NoError(t, err)
	fair, err := metrics.PerExampleFairCRPS(draws, size, targets)
	require.NoError(t, err)
	mean, std := stat.MeanStdDev(fair, nil)
	require.InDelta(t, want, mean, 4*std/math.Sqrt(n))
	plain, err := metrics.CRPS(draws, size, targets)
	require.NoError(t, err)
	// Its bias is E|X-X'|/(2·size) = 1/(√π·size).
	require.InDelta(t, want+1/(math.Sqrt(math.Pi)*size), plain, 4*std/math.Sqrt(n))
}

func TestCRPSMistakes(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"no targets", second(metrics.CRPS(nil, 2, nil)), "metrics: CRPS of 0 draws for 0 targets with 2 each: want at least 1, and as many for each"},
		{"no draws", second(metrics.CRPS(nil, 0, []float64{1})), "metrics: CRPS of 0 draws for 1 targets with 0 each: want at least 1, and as many for each"},
		{"lengths", second(metrics.CRPS([]float64{1, 2, 3}, 2, []float64{1})), "metrics: CRPS of 3 draws for 1 targets with 2 each: want at least 1, and as many for each"},
		{"NaN draw", second(metrics.CRPS([]float64{1, nan}, 2, []float64{1})), "metrics: CRPS: number 1 is NaN, want a finite one"},
		{"infinite target", second(metrics.CRPS([]float64{1, 2}, 2, []float64{inf})), "metrics: CRPS: number 0 is +Inf, want a finite one"},
		{"one draw for fair", second(metrics.FairCRPS([]float64{1}, 1, []float64{1})), "metrics: fair CRPS of 1 draws, want at least 2"},
		{"fair lengths", second(metrics.FairCRPS([]float64{1, 2}, 2, nil)), "metrics: fair CRPS of 2 draws for 0 targets with 2 each: want at least 1, and as many for each"},
		{"normal lengths", second(metrics.NormalCRPS([]float64{1, 2}, []float64{1, 1}, []float64{1})), "metrics: CRPS of 1 and 2 numbers: want as many, at least 1"},
		{"sigma lengths", second(metrics.NormalCRPS([]float64{1}, nil, []float64{1})), "metrics: CRPS with 0 standard deviations for 1 means"},
		{"negative sigma", second(metrics.NormalCRPS([]float64{1}, []float64{-1}, []float64{1})), "metrics: CRPS: standard deviation 0 is -1, want a finite one, at least 0"},
		{"NaN sigma", second(metrics.NormalCRPS([]float64{1}, []float64{nan}, []float64{1})), "metrics: CRPS: standard deviation 0 is NaN, want a finite one, at least 0"},
		{"density of nothing", second(metrics.LogPredictiveDensity(nil, nil, 1, nil)), "metrics: log predictive density of 0 draws for 0 targets with 1 each: want at least 1, and as many for each"},
		{"density of points", second(metrics.LogPredictiveDensity([]float64{1}, []float64{0}, 1, []float64{1})), "metrics: log predictive density: standard deviation 0 is 0, want a positive one"},
		{"density without sigma", second(metrics.LogPredictiveDensity([]float64{1}, nil, 1, []float64{1})), "metrics: log predictive density with 0 standard deviations for 1 means"},
		{"density of NaN", second(metrics.LogPredictiveDensity([]float64{nan}, []float64{1}, 1, []float64{1})), "metrics: log predictive density: number 0 is NaN, want a finite one"},
	} {
		t.Run(c.name, func(t *testing.T) { require.EqualError(t, c.err, c.want) })
	}
}

func second(_ float64, err error) error { return err }

func TestLogPredictiveDensity(t *testing.T) {
	normal := func(y, mu, sigma float64) float64 { return distuv.Normal{Mu: mu, Sigma: sigma}.Prob(y) }
	mu, sigma := []float64{0, 1, 2, -3, 0.5, 0}, []float64{1, 2, 0.5, 1, 1, 3}
	got, err := metrics.PerExampleLogPredictiveDensity(mu, sigma, 3, []float64{0.5, -2})
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{
		math.Log((normal(0.5, 0, 1) + normal(0.5, 1, 2) + normal(0.5, 2, 0.5)) / 3),
		math.Log((normal(-2, -3, 1) + normal(-2, 0.5, 1) + normal(-2, 0, 3)) / 3),
	}, got, 1e-14)

	// Where every density underflows, the nearest normal decides.
	far, err := metrics.LogPredictiveDensity([]float64{0, 1}, []float64{1, 1}, 2, []float64{1001})
	require.NoError(t, err)
	require.InDelta(t, -500_000-math.Log(2)-math.Log(2*math.Pi)/2, far, 1e-9)
}
