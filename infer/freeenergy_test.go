package infer_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"credence/graph"
	"credence/infer"
	"credence/prob"
)

// The line y = w·x + noise with w from N(0, 1) has a posterior and an evidence in closed form.
var (
	xs = []float64{1, 2, -1, 0.5}
	ys = []float64{0.9, 2.5, -1.4, 0.1}
)

const noise = 0.6

func exactPosterior() (mu, sigma float64) {
	precision, xy := 1.0, 0.0
	for i, x := range xs {
		precision += x * x / (noise * noise)
		xy += x * ys[i] / (noise * noise)
	}
	return xy / precision, 1 / math.Sqrt(precision)
}

// logEvidence predicts one y after the other by the chain rule, each from those before it.
func logEvidence() float64 {
	sum, mu, variance := 0.0, 0.0, 1.0
	for i, x := range xs {
		predicted := x*x*variance + noise*noise
		sum += distuv.Normal{Mu: x * mu, Sigma: math.Sqrt(predicted)}.LogProb(ys[i])
		gain := x * variance / predicted
		mu += gain * (ys[i] - x*mu)
		variance -= gain * x * variance
	}
	return sum
}

// At the exact posterior log q(w) - log p(w) - log p(y|w) is -log evidence at every w.
func TestFreeEnergyAtThePosteriorIsTheEvidence(t *testing.T) {
	n := len(xs)
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	mu, sigma := exactPosterior()
	q := prob.Normal{Mu: g.Const(mu), Sigma: g.Const(sigma)}
	w, weight := q.Sample(), g.Input("weight")
	y := prob.Normal{Mu: g.ConstArray(xs, n).Mul(w), Sigma: g.Const(noise)}
	f := infer.NewFreeEnergy(y.LogProb(g.ConstArray(ys, n)), prob.SampledKL(q, prob.Gaussian{Sigma: 1}, w), weight)
	program, err := g.Compile(f.Total, f.Likelihood, f.Complexity)
	require.NoError(t, err)
	for step := range 5 {
		out, err := program.Run(uint64(step), graph.Feed{weight: 1 / float64(n)})
		require.NoError(t, err)
		require.InDelta(t, -logEvidence()/float64(n), out[0].Item(), 1e-9)
		require.InDelta(t, out[0].Item(), out[1].Item()+out[2].Item()/float64(n), 1e-12)
	}
}

// Whatever the minibatch weights, an epoch's average is the negative ELBO per example.
func TestFreeEnergyOfAnEpoch(t *testing.T) {
	const batches, batch, kl = 4, 3, 7.0
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	logLik, weight := g.Input("log-likelihood", batch), g.Input("weight")
	f := infer.NewFreeEnergy(logLik, g.Const(kl), weight)
	program, err := g.Compile(f.Total)
	require.NoError(t, err)

	uniform := func(int) float64 { return 1.0 / batches }
	halving := func(i int) float64 { return math.Pow(2, -float64(i+1)) / (1 - math.Pow(2, -batches)) }
	for name, pi := range map[string]func(i int) float64{"uniform": uniform, "halving": halving} {
		sum, epoch := 0.0, 0.0
		for i := range batches {
			lik := make([]float64, batch)
			for j := range lik {
				lik[j] = -float64(i*batch + j)
				sum += lik[j]
			}
			out, err := program.Run(0, graph.Feed{logLik: lik, weight: batches * pi(i) / (batches * batch)})
			require.NoError(t, err)
			epoch += out[0].Item() / batches
		}
		require.InDelta(t, -(sum-kl)/(batches*batch), epoch, 1e-12, name)
	}
}

func TestFreeEnergyMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		logLik, kl, weight []int
		want               string
	}{
		"unsummed likelihood": {[]int{5, 3}, nil, nil, `log-likelihood logLik \[5 3\] is not \[batch\]`},
		"mean likelihood":     {nil, nil, nil, `log-likelihood logLik \[\] is not \[batch\]`},
		"unsummed divergence": {[]int{5}, []int{4, 2}, nil, `divergence kl \[4 2\] is not a scalar`},
		"weights":             {[]int{5}, nil, []int{5}, `weight weight \[5\] is not a scalar`},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New(graph.NewParams(graph.Float32, 1), graph.Train)
			infer.NewFreeEnergy(g.Input("logLik", c.logLik...), g.Input("kl", c.kl...), g.Input("weight", c.weight...))
			require.Regexp(t, `^freeenergy_test\.go:\d+: free energy: the `+c.want, g.Err())
		})
	}
}
