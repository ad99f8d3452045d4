package infer_test

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/infer"
	"credence/prob"
)

func newPosterior() (*graph.Graph, *infer.Posterior) {
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	return g, infer.NewPosterior(g)
}

func sample(t *testing.T, s infer.NUTS, p *infer.Posterior) *infer.Draws {
	t.Helper()
	draws, err := s.Sample(context.Background(), p)
	require.NoError(t, err)
	return draws
}

// requireMoments holds a mean and a standard deviation to their true values, within 4 of their Monte Carlo standard
// errors: a false alarm in 16,000.
func requireMoments(t *testing.T, m infer.Marginal, mean, stdDev float64, msg ...any) {
	t.Helper()
	require.Less(t, m.RHat(), 1.01, msg...)
	require.InDelta(t, mean, m.Mean(), 4*m.MCSE(), msg...)
	require.InDelta(t, stdDev, m.StdDev(), 4*m.MCSEStdDev(), msg...)
	require.Less(t, m.MCSE(), 0.1*stdDev, msg...)
}

func TestNUTSOnNormals(t *testing.T) {
	for _, dim := range []int{1, 10, 100} {
		t.Run(fmt.Sprint(dim), func(t *testing.T) {
			g, post := newPosterior()
			x := post.Real("x", dim)
			scale := make([]float64, dim) // from 0.1 to 10
			for i := range scale {
				scale[i] = math.Pow(10, 2*float64(i)/float64(max(dim-1, 1))-1)
			}
			post.Add(prob.Normal{Mu: g.Const(3), Sigma: g.ConstArray(scale, dim)}.LogProb(x))
			draws := sample(t, infer.NUTS{Warmup: 500, Seed: 1}, post)
			for i := range dim {
				requireMoments(t, draws.Of("x", i), 3, scale[i], "element %d", i)
			}
			require.Zero(t, draws.Divergences())
			acceptance := 0.0
			for _, s := range draws.Stats {
				acceptance += s.Acceptance / 4
			}
			require.InDelta(t, 0.87, acceptance, 0.08) // averaged steps are rather small
		})
	}
}

// Two numbers of correlation 0.95 are also correct together: their sum and difference have their own moments.
func TestNUTSOnACorrelatedNormal(t *testing.T) {
	const rho = 0.95
	_, post := newPosterior()
	x, y := post.Real("x"), post.Real("y")
	post.Add(x.Square().Add(y.Square()).Sub(x.Mul(y).Scale(2 * rho)).Scale(-0.5 / (1 - rho*rho)))
	post.Record("sum", x.Add(y))
	post.Record("difference", x.Sub(y))
	draws := sample(t, infer.NUTS{Seed: 1}, post)
	requireMoments(t, draws.Of("x"), 0, 1)
	requireMoments(t, draws.Of("y"), 0, 1)
	requireMoments(t, draws.Of("sum"), 0, math.Sqrt(2+2*rho))
	requireMoments(t, draws.Of("difference"), 0, math.Sqrt(2-2*rho))
	require.NoError(t, draws.Check())
}

// A Gamma distribution of shape 3 and rate 2, sampled on the logarithmic scale.
func TestNUTSOnAGamma(t *testing.T) {
	const alpha, beta = 3.0, 2.0
	_, post := newPosterior()
	x := post.Positive("x")
	post.Add(x.Log().Scale(alpha - 1).Sub(x.Scale(beta)))
	post.Record("log x", x.Log())
	post.Record("x squared", x.Square())
	post.Record("x to the minus one", x.Reciprocal())
	draws := sample(t, infer.NUTS{Draws: 4000, Seed: 1}, post)
	requireMoments(t, draws.Of("x"), alpha/beta, math.Sqrt(alpha)/beta)
	digamma, trigamma := 1.5-0.57721566490153286, math.Pi*math.Pi/6-1.25 // at 3
	requireMoments(t, draws.Of("log x"), digamma-math.Log(beta), math.Sqrt(trigamma))
	square := alpha * (alpha + 1) / (beta * beta)
	fourth := square * (alpha + 2) * (alpha + 3) / (beta * beta)
	requireMoments(t, draws.Of("x squared"), square, math.Sqrt(fourth-square*square))
	inverse := draws.Of("x to the minus one")
	require.InDelta(t, beta/(alpha-1), inverse.Mean(), 4*inverse.MCSE())
	for _, c := range []struct{ p, quantile float64 }{ // of the chi-squared distribution of 6 degrees, over 4
		{0.05, 1.6353828943279067 / 4}, {0.5, 5.348120627447118 / 4}, {0.95, 12.591587243743977 / 4},
	} {
		below := 0.0
		for _, chain := range draws.Of("x") {
			for _, v := range chain {
				if v <= c.quantile {
					below++
				}
			}
		}
		require.InDelta(t, c.p, below/16000, 4*math.Sqrt(c.p*(1-c.p)/4000))
		require.InDelta(t, c.quantile, draws.Of("x").Quantile(c.p), 0.1)
	}
}

func TestNUTSOnIntervalsAndSimplexes(t *testing.T) {
	g, post := newPosterior()
	post.Interval("uniform", -1, 3, 2)
	x := post.Simplex("dirichlet", 3)
	alpha := []float64{2, 3, 5}
	post.Add(x.Log().Mul(g.ConstArray([]float64{1, 2, 4}, 3)))
	draws := sample(t, infer.NUTS{Seed: 3}, post)
	requireMoments(t, draws.Of("uniform", 1), 1, 4/math.Sqrt(12))
	for i, a := range alpha {
		requireMoments(t, draws.Of("dirichlet", i), a/10, math.Sqrt(a*(10-a)/1100))
	}
}

// Neal's funnel narrows faster than one step size can follow, which must be noticed.
func TestNUTSReportsTheFunnel(t *testing.T) {
	g, post := newPosterior()
	y := post.Real("y")
	x := post.Real("x", 9)
	post.Add(prob.Normal{Mu: g.Const(0), Sigma: g.Const(3)}.LogProb(y))
	post.Add(prob.Normal{Mu: g.Const(0), Sigma: y.Scale(0.5).Exp()}.LogProb(x))
	draws := sample(t, infer.NUTS{Chains: 2, Draws: 500, Seed: 1}, post)
	require.Positive(t, draws.Divergences())
	require.ErrorContains(t, draws.Check(), "trajectories diverged")
	n := 0
	for _, s := range draws.Stats {
		n += len(s.Divergent)
	}
	require.Equal(t, n, draws.Divergences())
}

// Chains in two modes far apart never meet: R-hat says so.
func TestNUTSReportsTwoModes(t *testing.T) {
	_, post := newPosterior()
	x := post.Real("x")
	toLeft, toRight := x.AddScalar(-20).Square().Scale(-0.5), x.AddScalar(20).Square().Scale(-0.5)
	post.Add(graph.Stack(0, toLeft, toRight).LogSumExp())
	draws := sample(t, infer.NUTS{Seed: 1}, post)
	require.Greater(t, draws.Of("x").RHat(), 1.1)
	require.ErrorContains(t, draws.Check(), "x: R-hat is")
}

// conjugate has three observations of N(mu, 1) with mu from N(0, 1): the posterior of mu is N(6/4, 1/4).
func conjugate() *infer.Posterior {
	g, post := newPosterior()
	mu := post.Real("mu")
	post.Add(prob.StandardNormal(g).LogProb(mu))
	likelihood := prob.Normal{Mu: mu, Sigma: g.Const(1)}
	post.Add(likelihood.LogProb(g.ConstArray([]float64{1, 2, 3}, 3)))
	post.Record("next", likelihood.Sample())
	post.Record("pair", graph.Stack(0, mu, mu.Neg()))
	return post
}

// The next observation adds a variance of 1 to that of mu.
func TestNUTSRecordsPredictions(t *testing.T) {
	draws := sample(t, infer.NUTS{Draws: 2000, Seed: 1}, conjugate())
	require.Equal(t, []string{"mu", "next", "pair"}, draws.Names())
	require.Equal(t, []int{2}, draws.Shape("pair"))
	requireMoments(t, draws.Of("mu"), 1.5, 0.5)
	requireMoments(t, draws.Of("next"), 1.5, math.Sqrt(1.25))
	mu, pair := draws.Of("mu"), draws.Of("pair", 1)
	for c := range draws.Chains {
		for i := range draws.PerChain {
			require.Equal(t, -mu[c][i], pair[c][i])
			require.Equal(t, []float64{mu[c][i], -mu[c][i]}, draws.At("pair", c, i))
		}
	}
	require.NotEqual(t, draws.Of("next")[0], draws.Of("next")[1])
	require.NoError(t, draws.Check())
	require.Regexp(t, `(?s)mean +MCSE.*\n +mu +1\.[45].*\n +pair\[0\] .*\n4 chains of 2000 draws, 0 divergent\n`, draws.String())
}

func TestNUTSSameSeedSameDraws(t *testing.T) {
	s := infer.NUTS{Chains: 3, Warmup: 200, Draws: 100, Seed: 7}
	want := sample(t, s, conjugate())
	for _, procs := range []int{1, 2, 8} {
		before := runtime.GOMAXPROCS(procs)
		got := sample(t, s, conjugate())
		runtime.GOMAXPROCS(before)
		require.Equal(t, want, got, "GOMAXPROCS %d", procs)
	}
	post := conjugate()
	sample(t, infer.NUTS{Chains: 1, Warmup: 20, Draws: 20}, post)
	require.Equal(t, want, sample(t, s, post), "a posterior can be sampled again")
	s.Seed = 8
	require.NotEqual(t, want.Of("mu"), sample(t, s, conjugate()).Of("mu"))
	require.NotEqual(t, want.Of("mu")[0], want.Of("mu")[1])
}

// With few transitions to warm up in, the draws are still of the posterior.
func TestNUTSShortWarmups(t *testing.T) {
	for _, warmup := range []int{10, 19, 20, 100, 149, 150, 151} {
		draws := sample(t, infer.NUTS{Warmup: warmup, Draws: 2000, Seed: 1}, conjugate())
		mu := draws.Of("mu")
		require.InDelta(t, 1.5, mu.Mean(), 5*mu.MCSE(), "warm-up of %d", warmup)
		require.InDelta(t, 0.5, mu.StdDev(), 5*mu.MCSEStdDev(), "warm-up of %d", warmup)
	}
}

func TestNUTSStopsWithItsContext(t *testing.T) {
	_, post := newPosterior()
	x := post.Real("x", 1000)
	post.Add(x.Square().Scale(-0.5))
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := infer.NUTS{Draws: 1 << 30}.Sample(ctx, post)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(start), 5*time.Second)

	ctx, cancel = context.WithCancel(context.Background())
	cancel()
	_, err = infer.NUTS{}.Sample(ctx, post)
	require.ErrorIs(t, err, context.Canceled)
}

// A density that is not defined everywhere is sampled where it is.
func TestNUTSOnHalfALine(t *testing.T) {
	_, post := newPosterior()
	x := post.Real("x")
	post.Add(x.Log().Scale(4).Sub(x)) // NaN below 0: a Gamma distribution of shape 5
	draws := sample(t, infer.NUTS{Seed: 1, TargetAccept: 0.99}, post)
	m := draws.Of("x")
	require.InDelta(t, 5, m.Mean(), 4*m.MCSE())
	require.Positive(t, m.Quantile(0))
}

// A Cholesky factor exists where |x| < 1 only: elsewhere runs fail, and the density is zero. It is (1 - x²)² / (16/15).
func TestNUTSWhereRunsFail(t *testing.T) {
	g, post := newPosterior()
	x := post.Real("x")
	one, other := g.ConstArray([]float64{1, 0, 0, 1}, 2, 2), g.ConstArray([]float64{0, 1, 1, 0}, 2, 2)
	post.Add(one.Add(x.Mul(other)).Cholesky().Diagonal().Log().Scale(4))
	draws := sample(t, infer.NUTS{Draws: 4000, Seed: 1}, post)
	requireMoments(t, draws.Of("x"), 0, math.Sqrt(1.0/7))
	require.Positive(t, draws.Divergences())
	require.Less(t, draws.Of("x").Quantile(1), 1.0)
}

func TestNUTSErrors(t *testing.T) {
	settings := infer.NUTS{Chains: 2, Warmup: 50, Draws: 20}
	for name, c := range map[string]struct {
		settings infer.NUTS
		build    func(g *graph.Graph, p *infer.Posterior)
		want     string
	}{
		"NaN everywhere": {settings, func(g *graph.Graph, p *infer.Posterior) {
			p.Add(p.Real("x").Square().Neg().AddScalar(-1).Log())
		}, `^infer: NUTS: chain \d: no point to start from in 100 tries: the density is zero or not a number$`},
		"no gradient": {settings, func(g *graph.Graph, p *infer.Posterior) {
			p.Add(p.Real("x").Scale(0).Sqrt())
		}, `no point to start from in 100 tries: the log-density -?0 has gradient NaN in unconstrained number 0$`},
		"a run that fails": {settings, func(g *graph.Graph, p *infer.Posterior) {
			p.Add(g.ConstArray([]float64{1, 2}, 2).Gather(0, p.Real("x").AddScalar(10)))
		}, `no point to start from in 100 tries: nuts_test.go:\d+: Gather`},
		"an input": {settings, func(g *graph.Graph, p *infer.Posterior) {
			p.Add(p.Real("x").Mul(g.Input("data")))
		}, `no point to start from in 100 tries: graph: input data \[\] is not fed$`},
		"flat": {settings, func(g *graph.Graph, p *infer.Posterior) {
			p.Real("x")
		}, `chain \d: the energy is conserved by steps of any size`},
		"no variables": {settings, func(g *graph.Graph, p *infer.Posterior) {
			p.Add(g.Const(1))
		}, `^infer: NUTS: the posterior has no variables$`},
		"twice the same name": {settings, func(g *graph.Graph, p *infer.Posterior) {
			p.Real("x")
			p.Positive("x")
		}, `^infer: NUTS: nuts_test.go:\d+: input x is declared twice$`},
		"a record of a taken name": {settings, func(g *graph.Graph, p *infer.Posterior) {
			p.Record("x", p.Real("x").Exp())
		}, `^infer: NUTS: nuts_test.go:\d+: posterior: x is declared or recorded twice$`},
		"bounds": {settings, func(g *graph.Graph, p *infer.Posterior) {
			p.Interval("x", 1, math.Inf(1))
		}, `^infer: NUTS: nuts_test.go:\d+: posterior: x lies between 1 and \+Inf`},
		"simplex of one": {settings, func(g *graph.Graph, p *infer.Posterior) {
			p.Simplex("x", 3, 1)
		}, `^infer: NUTS: nuts_test.go:\d+: posterior: simplex x has shape \[3 1\]`},
		"shapes": {settings, func(g *graph.Graph, p *infer.Posterior) {
			p.Add(p.Real("x", 3).Sub(g.ConstArray([]float64{1, 2}, 2)))
		}, `^infer: NUTS: nuts_test.go:\d+: Sub x \[3\]`},
		"chains":     {infer.NUTS{Chains: -1}, func(*graph.Graph, *infer.Posterior) {}, `^infer: NUTS: Chains is -1, want 1\.\.`},
		"depth":      {infer.NUTS{MaxDepth: 31}, func(*graph.Graph, *infer.Posterior) {}, `^infer: NUTS: MaxDepth is 31, want 1\.\.30$`},
		"acceptance": {infer.NUTS{TargetAccept: 1}, func(*graph.Graph, *infer.Posterior) {}, `^infer: NUTS: TargetAccept is 1, want`},
	} {
		t.Run(name, func(t *testing.T) {
			g, post := newPosterior()
			c.build(g, post)
			_, err := c.settings.Sample(context.Background(), post)
			require.Error(t, err)
			require.Regexp(t, c.want, err.Error())
		})
	}
}

func TestDrawsMisused(t *testing.T) {
	draws := sample(t, infer.NUTS{Chains: 1, Warmup: 20, Draws: 20}, conjugate())
	for want, f := range map[string]func(){
		"infer: no draws of tau, there are those of mu, next, pair": func() { draws.Of("tau") },
		"infer: pair has shape [2], which index [] does not fit":    func() { draws.Of("pair") },
		"infer: pair has shape [2], which index [2] does not fit":   func() { draws.Of("pair", 2) },
		"infer: mu has shape [], which index [0] does not fit":      func() { draws.Of("mu", 0) },
		"infer: the 1.5-quantile":                                   func() { draws.Of("mu").Quantile(1.5) },
	} {
		require.PanicsWithValue(t, want, f)
	}
}

// A coin that fell heads 7 times of 10, with all biases as likely before: a Beta distribution of mean 8/12.
func ExampleNUTS() {
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	post := infer.NewPosterior(g)
	bias := post.Interval("bias", 0, 1)
	post.Add(bias.Log().Scale(7), bias.Neg().AddScalar(1).Log().Scale(3))

	draws, err := infer.NUTS{Seed: 1}.Sample(context.Background(), post)
	if err != nil {
		fmt.Println(err)
		return
	}
	b := draws.Of("bias")
	fmt.Printf("mean %.1f, standard deviation %.1f, R-hat %.1f\n", b.Mean(), b.StdDev(), b.RHat())
	fmt.Println("to be trusted:", draws.Check() == nil)
	// Output:
	// mean 0.7, standard deviation 0.1, R-hat 1.0
	// to be trusted: true
}
