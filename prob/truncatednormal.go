package prob

import "credence/graph"

// TruncatedNormal is N(Mu, Sigma²) given that it lies between Low and High. High must be above Low;
// the interval may be narrow, and lie millions of standard deviations away from Mu.
//
// Probabilities, moments and their gradients are sums of positive terms, by quadrature, which do not
// cancel however far out or narrow the interval is, as differences of normal CDFs do. Each set of
// parameters takes the memory of some fifty numbers, each draw and CDF the time of thirty densities.
type TruncatedNormal struct{ Mu, Sigma, Low, High *graph.Node }

// Parameters returns the mean and the standard deviation before truncation, and the bounds.
func (d TruncatedNormal) Parameters() []Parameter {
	return []Parameter{
		{"Mu", d.Mu, graph.Real}, {"Sigma", d.Sigma, graph.Positive}, {"Low", d.Low, graph.Real}, {"High", d.High, graph.Real},
	}
}

// Support returns all finite numbers, as the bounds are parameters.
func (d TruncatedNormal) Support() graph.Constraint { return graph.Real }

// relative checks the parameters and returns d in coordinates relative to its mode.
func (d TruncatedNormal) relative() truncated {
	check(d)
	high := d.high()
	mode := d.Mu.Maximum(d.Low).Minimum(high)
	return newTruncated(mode, d.Mu, d.Sigma, d.Low, high)
}

// high returns High, in such a way that a run that reads it looks at whether it is above Low.
func (d TruncatedNormal) high() *graph.Node { return span(d, d.Low, d.High).Where(d.High, d.Low) }

// Sample returns draws, through which gradients pass to all parameters.
func (d TruncatedNormal) Sample(leading ...int) *graph.Node {
	return d.Quantile(uniforms(d, leading...))
}

// LogProb returns the log-density at x, elementwise.
func (d TruncatedNormal) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	r := d.relative()
	return where(between(x, d.Low, d.High), x, r.mode, -inf, func(x *graph.Node) *graph.Node {
		return fall(r.standard(x), r.slope).Add(r.norm.Mul(d.Sigma).Log()).Neg()
	})
}

// CDF returns the probability of values up to x, elementwise.
func (d TruncatedNormal) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	r := d.relative()
	e := r.standard(x).Maximum(r.low).Minimum(r.high)
	lower := e.Less(r.mean(r.points))
	part := r.part(lower.Where(r.low, e), lower.Where(e, r.high)) // the smaller, or nearly
	return lower.Where(part, part.Neg().AddScalar(1))
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1].
func (d TruncatedNormal) Quantile(p *graph.Node) *graph.Node {
	r := d.relative()
	return r.at(r.quantile(p)).Maximum(d.Low).Minimum(d.High)
}

// Mean returns the mean.
func (d TruncatedNormal) Mean() *graph.Node {
	r := d.relative()
	return r.at(r.mean(r.points))
}

// Mode returns the point of the interval that is nearest to Mu.
func (d TruncatedNormal) Mode() *graph.Node { return whole(d, d.relative().mode) }

// Median returns the value up to which the probability is one half.
func (d TruncatedNormal) Median() *graph.Node { return d.Quantile(graphOf(d).Const(0.5)) }

// Variance returns the variance.
func (d TruncatedNormal) Variance() *graph.Node {
	r := d.relative()
	centred := r.points.Sub(r.mean(r.points).ExpandDims(-1))
	return r.mean(centred.Square()).Mul(d.Sigma.Square())
}

// Entropy returns the differential entropy of each element.
func (d TruncatedNormal) Entropy() *graph.Node {
	r := d.relative()
	return r.surprise(r)
}

// KL returns KL(d‖p), elementwise: +Inf unless the interval of d lies within that of p.
func (d TruncatedNormal) KL(p TruncatedNormal) *graph.Node {
	check(p)
	nested := nests(d.Low, d.High, p.Low, p.high())
	p.Low, p.High = nested.Where(p.Low, d.Low), nested.Where(p.High, d.High)
	q := d.relative()
	return nested.Where(p.relative().surprise(q).Sub(q.surprise(q)), graphOf(d).Const(inf))
}
