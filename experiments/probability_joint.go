package experiments

import (
	"context"
	"math"

	"credence/graph"
	"credence/prob"
	"credence/report"
)

// The normal distribution of two numbers x and y, and the y that is given.
var (
	jointMean = [2]float64{0.5, -0.3}
	jointCov  = [2][2]float64{{2.25, 1.2}, {1.2, 1}}
)

const jointGiven = 0.9

func jointNormal(g *graph.Graph) prob.MultivariateNormal {
	return prob.NewMultivariateNormal(g.ConstArray(jointMean[:], 2), g.ConstArray([]float64{jointCov[0][0], jointCov[0][1], jointCov[1][0], jointCov[1][1]}, 2, 2))
}

// normal1 is N(mean, variance) as a formula.
type normal1 struct{ mean, variance float64 }

func (n normal1) logDensity(x float64) float64 {
	return -0.5*(x-n.mean)*(x-n.mean)/n.variance - 0.5*math.Log(2*math.Pi*n.variance)
}

// jointGivenY returns the lecture's formula of p(x|y).
func jointGivenY(y float64) normal1 {
	gain := jointCov[0][1] / jointCov[1][1]
	return normal1{jointMean[0] + gain*(y-jointMean[1]), jointCov[0][0] - gain*jointCov[0][1]}
}

func jointMarginal(i int) normal1 { return normal1{jointMean[i], jointCov[i][i]} }

func joinNormals(ctx context.Context, r *Run) error {
	r.Setting("joint normal", "means 0.5 and −0.3, variances 2.25 and 1, covariance 1.2")
	r.Setting("given y", jointGiven)
	if err := checkJointForms(r); err != nil {
		return err
	}
	return checkJointDraws(ctx, r)
}

// checkJointForms holds Marginal and Condition against the formulas, and these against the joint density.
func checkJointForms(r *Run) error {
	const n = 25
	var xs, ys, pairs []float64
	for _, x := range linspace(-4, 5, n) {
		for _, y := range linspace(-3.5, 3, n) {
			xs, ys, pairs = append(xs, x), append(ys, y), append(pairs, x, y)
		}
	}
	found, err := compute(0, func(g *graph.Graph) []*graph.Node {
		d := jointNormal(g)
		given := d.Condition([]int{1}, g.ConstArray(ys, len(ys), 1))
		one := d.Condition([]int{1}, g.ConstArray([]float64{jointGiven}, 1))
		x, y := d.Marginal(0), d.Marginal(1)
		apart := prob.DiagonalNormal{Mu: d.Mean(), Sigma: d.Variance().Sqrt()}
		return []*graph.Node{
			d.LogProb(g.ConstArray(pairs, len(xs), 2)), y.LogProb(g.ConstArray(ys, len(ys), 1)), given.LogProb(g.ConstArray(xs, len(xs), 1)),
			one.Mean(), one.Variance(), x.Mean(), x.Variance(), y.Mean(), y.Variance(), d.KLDiagonalNormal(apart),
		}
	})
	if err != nil {
		return err
	}
	of := jointGivenY(jointGiven)
	one := func(i int) float64 { return found[i][0] }
	r.Check(equalCheck("mean of x given y, Condition less mu_x + c/sigma_y²·(y − mu_y)", one(3)-of.mean))
	r.Check(equalCheck("variance of x given y, Condition less sigma_x² − c²/sigma_y²", one(4)-of.variance))
	marginals := max(math.Abs(one(5)-jointMean[0]), math.Abs(one(6)-jointCov[0][0]), math.Abs(one(7)-jointMean[1]), math.Abs(one(8)-jointCov[1][1]))
	r.Check(equalCheck("marginals, means and variances less those of the joint, largest", marginals))

	product, bayes := 0.0, 0.0
	for i, joint := range found[0] {
		product = max(product, math.Abs(joint-found[1][i]-found[2][i]))
		likelihood := jointCov[0][1] / jointCov[0][0]
		ofY := normal1{jointMean[1] + likelihood*(xs[i]-jointMean[0]), jointCov[1][1] - likelihood*jointCov[0][1]}
		bayes = max(bayes, math.Abs(ofY.logDensity(ys[i])+jointMarginal(0).logDensity(xs[i])-jointMarginal(1).logDensity(ys[i])-found[2][i]))
	}
	r.Check(equalCheck("product rule: log p(x, y) less log p(y) + log p(x|y), largest, nats", product))
	r.Check(equalCheck("Bayes' rule: log p(y|x)p(x)/p(y) less log p(x|y), largest, nats", bayes))
	correlation := jointCov[0][1] / math.Sqrt(jointCov[0][0]*jointCov[1][1])
	r.Check(equalCheck("KL(joint‖marginals), the mutual information, less −½ log(1 − correlation²), nats", one(9)+0.5*math.Log(1-correlation*correlation)))
	return checkSumRule(r)
}

// checkSumRule integrates y out of the joint density.
func checkSumRule(r *Run) error {
	largest := 0.0
	for _, x := range linspace(-4, 5, 19) {
		peak := jointMean[1] + jointCov[0][1]/jointCov[0][0]*(x-jointMean[0])
		below, weightBelow := doubleExponential(-inf, peak)
		above, weightAbove := doubleExponential(peak, inf)
		ys, weight := append(below, above...), append(weightBelow, weightAbove...)
		var pairs []float64
		for _, y := range ys {
			pairs = append(pairs, x, y)
		}
		found, err := compute(0, func(g *graph.Graph) []*graph.Node {
			return []*graph.Node{jointNormal(g).LogProb(g.ConstArray(pairs, len(ys), 2))}
		})
		if err != nil {
			return err
		}
		sum := 0.0
		for i, l := range found[0] {
			sum += weight[i] * math.Exp(l)
		}
		largest = max(largest, math.Abs(sum/math.Exp(jointMarginal(0).logDensity(x))-1))
	}
	r.Check(equalCheck("sum rule: ∫p(x, y)dy to p(x) less 1, largest", largest))
	return nil
}

// checkJointDraws holds draws, all and those near the given y, against the formulas. So near, the slope of
// the mean of x moves it, and its variance, by less than a tenth of their standard errors.
func checkJointDraws(ctx context.Context, r *Run) error {
	const near, times = 0.02, 5
	r.Setting("draws count as of the given y within", near)
	r.Setting("draws of the joint normal, a seed", times*probabilityDraws)
	found, err := drawEach(ctx, r, jointStream, func(g *graph.Graph) []*graph.Node {
		both := jointNormal(g).Sample(times * probabilityDraws)
		return []*graph.Node{both.Slice(-1, 0, 1), both.Slice(-1, 1, 2)}
	})
	if err != nil {
		return err
	}
	x, y := found[0], found[1]
	n := float64(len(x))
	products, sums := make([]float64, len(x)), make([]float64, len(x))
	var selected []float64
	for i := range x {
		u, v := x[i]-jointMean[0], y[i]-jointMean[1]
		products[i], sums[i] = u*v, (u+v)*(u+v)
		if math.Abs(y[i]-jointGiven) < near {
			selected = append(selected, x[i])
		}
	}
	off := func(values []float64, mean, variance float64) float64 {
		return math.Abs(meanOf(values, identity)-mean) / math.Sqrt(variance/float64(len(values)))
	}
	c, total := jointCov[0][1], jointCov[0][0]+jointCov[1][1]+2*jointCov[0][1]
	r.Check(drawsCheck("covariance of x and y, draws from c", off(products, c, jointCov[0][0]*jointCov[1][1]+c*c)))
	r.Check(drawsCheck("variance of x + y, draws from sigma_x² + sigma_y² + 2c", off(sums, total, 2*total*total)))
	of := jointGivenY(jointGiven)
	squares := make([]float64, len(selected))
	for i, v := range selected {
		squares[i] = (v - of.mean) * (v - of.mean)
	}
	r.Info(Check{Name: "draws near the given y", Value: float64(len(selected)), NSeeds: probabilitySeeds})
	r.Check(drawsCheck("mean of x of draws near y, from the conditional's", off(selected, of.mean, of.variance)))
	r.Check(drawsCheck("variance of x of draws near y, from the conditional's", off(squares, of.variance, 2*of.variance*of.variance)))
	expected := normal1{jointMean[1], jointCov[1][1]}
	share := 2 * near * math.Exp(expected.logDensity(jointGiven))
	r.Check(drawsCheck("number of draws near y, from 2·0.02·p(y) of all", math.Abs(float64(len(selected))/n-share)/math.Sqrt(share*(1-share)/n)))
	showJoint(r, x, y, selected)
	return nil
}

func showJoint(r *Run, x, y, selected []float64) {
	const dots = 400
	xRange, yRange := [2]float64{-4.5, 5.5}, [2]float64{-3.6, 3}
	density := func(name string, of normal1, span [2]float64) report.Line {
		l := report.Line{Name: name}
		for _, v := range linspace(span[0], span[1], 301) {
			l.X, l.Y = append(l.X, v), append(l.Y, math.Exp(of.logDensity(v)))
		}
		return l
	}
	of := jointGivenY(jointGiven)
	r.Picture("joint", "A normal distribution of two numbers with its marginals, and the conditional of x at a given y: it is narrower, and moves with y.",
		report.Joint{
			Title: "Two numbers, their marginals and a conditional", X: "x", Y: "y", XRange: xRange, YRange: yRange,
			Mean: jointMean, Cov: jointCov, DrawsX: x[:dots], DrawsY: y[:dots],
			Above: []report.Line{density("marginals", jointMarginal(0), xRange), density("x given y", of, xRange)},
			Side:  []report.Line{density("marginal of y", jointMarginal(1), yRange)},
			Given: &report.Level{Name: "y = 0.9", Y: jointGiven},
		})
	conditional := density("", of, xRange)
	r.Picture("conditional", "The conditional density (line) over the x of those draws whose y was within 0.02 of the given one (bars).",
		report.Density{Title: "x of draws with y near 0.9", X: "x", Range: xRange, Draws: selected, At: conditional.X, P: conditional.Y, Width: 4.4, Height: 3})
}
