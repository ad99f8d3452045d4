package experiments

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/combin"
	"gonum.org/v1/gonum/stat/distuv"

	"credence/metrics"
	"credence/models/conjugate"
	"credence/report"
)

// The learners of a coin's probability of heads. Maximum likelihood has an infinite loss where all flips fell
// on one side; it is averaged over the other coins, and so is Bayes once more, to compare them there.
const (
	learnerBayes = iota
	learnerMAP
	learnerMLE
	learnerBayesThere
	learners
)

var learnerNames = [learners]string{"Bayes", "MAP", "MLE where finite", "Bayes there"}

// regrets are the learners' average log-losses on the next flip above the coins' entropy, in nats.
type regrets [learners]float64

// coinPredicts compares the learners' predictions, for coins drawn from the prior.
func coinPredicts(ctx context.Context, r *Run) error {
	const coins = 20_000
	flips := []int{1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000}
	r.Setting("simulated coins", coins)
	r.Setting("flips", flips)
	rng := rand.New(rand.NewPCG(r.Seed, 2))
	prior := distuv.Beta{Alpha: coinPrior.A, Beta: coinPrior.B, Src: rng}
	truths, heads := make([]float64, coins), make([]int, coins)
	for i := range truths {
		truths[i] = prior.Rand()
	}
	found, done := make([]*coinStage, len(flips)), 0
	for k, n := range flips {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		for i, truth := range truths {
			for range n - done {
				if rng.Float64() < truth {
					heads[i]++
				}
			}
		}
		done = n
		var err error
		if found[k], err = newCoinStage(truths, heads, n); err != nil {
			return err
		}
	}
	checkCoinStages(r, coins, found)
	showCoinStages(r, found)
	return nil
}

// coinStage is what the learners make of coins that have been flipped n times.
type coinStage struct {
	flips                   int
	mean, stderr            regrets // over the simulated coins
	exact                   regrets // over the prior and all outcomes
	infinite, exactInfinite float64 // share of coins with an infinite loss of maximum likelihood
	covered                 float64 // share of coins within their 95 % interval
}

func newCoinStage(truths []float64, heads []int, n int) (*coinStage, error) {
	s := &coinStage{flips: n}
	low, high := make([]float64, n+1), make([]float64, n+1)
	for h := range n + 1 {
		belief, err := coinPrior.Update(h, n-h)
		if err != nil {
			return nil, err
		}
		if low[h], high[h], err = belief.CredibleInterval(0.95); err != nil {
			return nil, err
		}
		if err := s.expect(belief, h); err != nil {
			return nil, err
		}
	}
	s.exact[learnerMLE] /= 1 - s.exactInfinite
	s.exact[learnerBayesThere] /= 1 - s.exactInfinite

	var samples [learners][]float64
	for i, truth := range truths {
		loss, err := coinPrior.PredictiveLogLoss(truth, heads[i], n-heads[i])
		if err != nil {
			return nil, err
		}
		entropy := conjugate.LogLoss(truth, truth)
		add := func(learner int, loss float64) { samples[learner] = append(samples[learner], loss-entropy) }
		add(learnerBayes, loss.Bayes)
		add(learnerMAP, loss.MAP)
		if math.IsInf(loss.MLE, 1) {
			s.infinite += 1 / float64(len(truths))
		} else {
			add(learnerMLE, loss.MLE)
			add(learnerBayesThere, loss.Bayes)
		}
		if low[heads[i]] <= truth && truth <= high[heads[i]] {
			s.covered += 1 / float64(len(truths))
		}
	}
	for l, values := range samples {
		if len(values) < 2 {
			s.mean[l], s.stderr[l] = math.NaN(), math.NaN() // after one flip maximum likelihood is never finite
			continue
		}
		var err error
		if s.mean[l], s.stderr[l], err = metrics.MeanStderr(values); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// expect adds an outcome to the exact averages, by its probability. The loss is linear in the coin, so that
// its expectation over a belief is the loss on the mean coin.
func (s *coinStage) expect(belief conjugate.BetaBernoulli, heads int) error {
	logEvidence, err := coinPrior.LogEvidence(heads, s.flips-heads)
	if err != nil {
		return err
	}
	weight := math.Exp(logEvidence + combin.LogGeneralizedBinomial(float64(s.flips), float64(heads)))
	entropy := expectedEntropy(belief)
	add := func(learner int, prediction float64) {
		s.exact[learner] += weight * (conjugate.LogLoss(belief.Mean(), prediction) - entropy)
	}
	mode, _ := belief.Mode()
	add(learnerBayes, belief.Predictive())
	add(learnerMAP, mode)
	if heads == 0 || heads == s.flips {
		s.exactInfinite += weight
		return nil
	}
	add(learnerMLE, conjugate.MLE(heads, s.flips-heads))
	add(learnerBayesThere, belief.Predictive())
	return nil
}

// expectedEntropy returns the average entropy of a coin drawn from b, in nats.
func expectedEntropy(b conjugate.BetaBernoulli) float64 {
	both := mathext.Digamma(b.A + b.B + 1)
	return b.Mean()*(both-mathext.Digamma(b.A+1)) + (1-b.Mean())*(both-mathext.Digamma(b.B+1))
}

func checkCoinStages(r *Run, coins float64, stages []*coinStage) {
	var away, awayInfinite, awayCovered float64
	mapLoss, mleLoss := math.Inf(1), math.Inf(1)
	share := func(found, exact float64) float64 { return math.Abs(found-exact) / math.Sqrt(exact*(1-exact)/coins) }
	for _, s := range stages {
		for l := range learners {
			if !math.IsNaN(s.mean[l]) {
				away = max(away, math.Abs(s.mean[l]-s.exact[l])/s.stderr[l])
			}
		}
		if expected := s.exactInfinite * coins; expected > 10 && s.flips > 1 { // fewer are not nearly normal
			awayInfinite = max(awayInfinite, share(s.infinite, s.exactInfinite))
		}
		awayCovered = max(awayCovered, share(s.covered, 0.95))
		mapLoss = min(mapLoss, s.exact[learnerMAP]-s.exact[learnerBayes])
		if s.flips > 2 { // two flips on two sides tell both the same
			mleLoss = min(mleLoss, s.exact[learnerMLE]-s.exact[learnerBayesThere])
		}
	}
	r.Check(Check{Name: "simulated regrets, largest distance from the exact, standard errors", Value: away, High: new(farAway)})
	r.Check(Check{Name: "simulated shares of infinite losses, the same", Value: awayInfinite, High: new(farAway)})
	r.Check(Check{Name: "shares of coins within their 95% interval, the same", Value: awayCovered, High: new(farAway)})
	r.Check(Check{Name: "regret of MAP minus Bayes, exact, least over N, nats", Value: mapLoss, Low: new(0.0)})
	r.Check(Check{Name: "regret of MLE minus Bayes where finite, exact, least over N > 2, nats", Value: mleLoss, Low: new(0.0)})

	// A regret is 1/(2N) to first order, whoever learns; the second order is below 10/N² under this prior.
	last := stages[len(stages)-1]
	n := float64(last.flips)
	for _, l := range []int{learnerBayes, learnerMAP, learnerMLE} {
		r.Check(Check{
			Name:  fmt.Sprintf("N times the regret at N = %g, exact, of %s", n, learnerNames[l]),
			Value: n * last.exact[l], Low: new(0.5 - 10/n), High: new(0.5 + 10/n),
		})
	}
}

func showCoinStages(r *Run, stages []*coinStage) {
	line := func(name string, of func(s *coinStage) (y, err float64)) report.Line {
		l := report.Line{Name: name, Dots: true}
		for _, s := range stages {
			y, err := of(s)
			l.X, l.Y, l.Err = append(l.X, float64(s.flips)), append(l.Y, y), append(l.Err, err)
		}
		return l
	}
	regret := func(learner int) report.Line {
		return line(learnerNames[learner], func(s *coinStage) (float64, float64) { return s.mean[learner], 2 * s.stderr[learner] })
	}
	exact := line("exact", func(s *coinStage) (float64, float64) { return s.exactInfinite, 0 })
	exact.Dots, exact.Dashed = false, true
	r.Picture("log-loss", "Expected log-loss on the next flip above the coin's entropy: averages over coins from the prior, ±2 standard errors. Maximum likelihood rules out what can happen for the share of coins at the right; its line is over the others.",
		report.Panels{Pictures: []report.Picture{
			report.Curves{Title: "Regret of the next prediction", X: "flips seen", Y: "nats", LogX: true, LogY: true,
				Lines: []report.Line{regret(learnerBayes), regret(learnerMAP), regret(learnerMLE)}},
			report.Curves{Title: "Infinite losses of maximum likelihood", X: "flips seen", Y: "share", LogX: true, LogY: true,
				Lines: []report.Line{line("simulated", func(s *coinStage) (float64, float64) { return s.infinite, 0 }), exact}},
		}})

	columns := []string{"N"}
	for _, name := range learnerNames {
		columns = append(columns, name, "±")
	}
	columns = append(columns, "MLE infinite, %", "exactly, %", "in 95% interval, %")
	var rows [][]any
	for _, s := range stages {
		row := []any{s.flips}
		for l := range learners {
			row = append(row, s.mean[l], s.stderr[l])
		}
		rows = append(rows, append(row, 100*s.infinite, 100*s.exactInfinite, 100*s.covered))
	}
	r.Table("regret", "Expected log-loss on the next flip above the coin's entropy, nats, with standard errors. Over all coins maximum likelihood's is infinite at every N.", columns, rows)
}
