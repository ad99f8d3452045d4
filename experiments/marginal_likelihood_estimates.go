package experiments

import (
	"context"
	"math"

	"credence/data"
	"credence/graph"
	"credence/infer"
	"credence/metrics"
	"credence/prob"
)

// marginalResult is what the estimates of one model's evidence are, nats per digit.
type marginalResult struct {
	latent         int
	logP, kl       float64 // exact: log p(x), and KL(posterior‖prior), averaged over digits
	prior, encoder []marginalGap
	worst          float64 // largest error of a single draw of the exact posterior
	ratio          float64 // mean of the prior's weights over p(x), which is 1
	ratioStderr    float64
}

// marginalGap is an estimate of log p(x) minus its exact value by 1, 10, 100, ... draws, over digits.
type marginalGap struct{ mean, stderr float64 }

func (p marginalPlan) estimate(ctx context.Context, v *linearVAE, set data.Set) (*marginalResult, error) {
	var x []float64
	for inputs := range data.InOrder(set, set.Len()) {
		x = inputs
	}
	logP, kl, err := v.exact(x)
	if err != nil {
		return nil, err
	}
	found := &marginalResult{latent: v.latent, logP: average(logP), kl: average(kl)}
	weights, err := v.logWeights(ctx, v.fromPrior, x, p.PriorDraws)
	if err != nil {
		return nil, err
	}
	found.ratio, found.ratioStderr = meanRatio(weights, logP)
	found.prior = gaps(weights, logP)
	if weights, err = v.logWeights(ctx, v.fromEncoder, x, p.EncoderDraws); err != nil {
		return nil, err
	}
	found.encoder = gaps(weights, logP)
	if weights, err = v.logWeights(ctx, v.fromExact, x, p.ExactDraws); err != nil {
		return nil, err
	}
	for _, row := range weights {
		for i, w := range row {
			found.worst = max(found.worst, math.Abs(w-logP[i]))
		}
	}
	return found, nil
}

// exact returns log p(x) and KL(p(z|x)‖p(z)) of each example, [n], in nats.
func (v *linearVAE) exact(x []float64) (logP, kl []float64, err error) {
	g := graph.New(v.params, graph.Predict)
	at := g.ConstArray(x, len(x)/marginalSize, marginalSize)
	ofZ, ofX := v.indices()
	joint := v.joint(g)
	program, err := g.Compile(joint.Marginal(ofX...).LogProb(at), v.exactPosterior(at).KL(joint.Marginal(ofZ...)))
	if err != nil {
		return nil, nil, err
	}
	out, err := program.Run(0, nil)
	if err != nil {
		return nil, nil, err
	}
	return out[0].Float64s(), out[1].Float64s(), nil
}

// indices are where z and x are in the joint distribution.
func (v *linearVAE) indices() (ofZ, ofX []int) {
	for i := range v.latent + marginalSize {
		if i < v.latent {
			ofZ = append(ofZ, i)
		} else {
			ofX = append(ofX, i)
		}
	}
	return ofZ, ofX
}

func (v *linearVAE) exactPosterior(x *graph.Node) prob.MultivariateNormal {
	_, ofX := v.indices()
	return v.joint(x.Graph()).Condition(ofX, x)
}

// What z is drawn from, for x [n, marginalSize].
func (v *linearVAE) fromExact(x *graph.Node) prob.Distribution   { return v.exactPosterior(x) }
func (v *linearVAE) fromEncoder(x *graph.Node) prob.Distribution { return v.posterior(x) }

func (v *linearVAE) fromPrior(x *graph.Node) prob.Distribution {
	p := v.prior(x.Graph())
	return prob.DiagonalNormal{Mu: p.Mu.Broadcast(x.Dim(0), v.latent), Sigma: p.Sigma}
}

// logWeights returns log p(x, z)/q(z|x) for draws z of q, [draws][n].
func (v *linearVAE) logWeights(ctx context.Context, q func(x *graph.Node) prob.Distribution, x []float64, draws int) ([][]float64, error) {
	const most = 100 // at once
	n, at := len(x)/marginalSize, min(draws, most)
	g := graph.New(v.params, graph.Predict)
	digits := g.ConstArray(x, n, marginalSize)
	from := q(digits)
	z := from.Sample(at)
	program, err := g.Compile(v.likelihood(z).LogProb(digits).Add(v.prior(g).LogProb(z)).Sub(from.LogProb(z)))
	if err != nil {
		return nil, err
	}
	var weights [][]float64
	for step := infer.PredictSteps; len(weights) < draws; step++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out, err := program.Run(step, nil)
		if err != nil {
			return nil, err
		}
		for flat := out[0].Float64s(); len(flat) > 0; flat = flat[n:] {
			weights = append(weights, flat[:n:n])
		}
	}
	return weights, nil
}

// gaps returns how far the logarithm of the mean of 1, 10, 100, ... weights is from log p(x).
func gaps(weights [][]float64, logP []float64) []marginalGap {
	var all []marginalGap
	for estimates := weights; ; estimates = meanOfTen(estimates) {
		each := make([]float64, len(logP)) // digit's mean over estimates
		for i := range each {
			for _, row := range estimates {
				each[i] += (row[i] - logP[i]) / float64(len(estimates))
			}
		}
		mean, stderr, err := metrics.MeanStderr(each)
		if err != nil {
			mean, stderr = math.NaN(), math.NaN()
		}
		all = append(all, marginalGap{mean, stderr})
		if len(estimates) < 10 {
			return all
		}
	}
}

// meanOfTen returns the logarithms of the means of ten rows each, of numbers given by logarithms.
func meanOfTen(rows [][]float64) [][]float64 {
	var means [][]float64
	for ; len(rows) >= 10; rows = rows[10:] {
		mean := make([]float64, len(rows[0]))
		for i := range mean {
			largest, sum := math.Inf(-1), 0.0
			for _, row := range rows[:10] {
				largest = max(largest, row[i])
			}
			for _, row := range rows[:10] {
				sum += math.Exp(row[i] - largest)
			}
			mean[i] = largest + math.Log(sum/10)
		}
		means = append(means, mean)
	}
	return means
}

// meanRatio returns the mean of weight over p(x) and its standard error, over draws and digits.
func meanRatio(weights [][]float64, logP []float64) (mean, stderr float64) {
	n, sum, squares := 0.0, 0.0, 0.0
	for _, row := range weights {
		for i, w := range row {
			ratio := math.Exp(w - logP[i])
			n, sum, squares = n+1, sum+ratio, squares+ratio*ratio
		}
	}
	mean = sum / n
	return mean, math.Sqrt((squares/n - mean*mean) / (n - 1))
}
