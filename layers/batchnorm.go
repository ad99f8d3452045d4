package layers

import "credence/graph"

// BatchNorm standardises each activation, one along the last axis, of images each channel, by its mean and variance over
// all other axes, and then scales and shifts it (Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167,
// algorithms 1 and 2). Training takes them from the batch, and every run of a program that trains also
// moves running averages towards them; prediction takes the averages.
type BatchNorm struct {
	Gamma    *graph.Param // [width], the scales
	Beta     *graph.Param // [width], the shifts
	Mean     *graph.Param // [width], the running mean; state
	Variance *graph.Param // [width], the running variance; state
	Epsilon  float64      // added to the variance; positive
	Momentum float64      // the weight, in [0, 1), of the old in a new running average
}

// BatchNormOptions are what NewBatchNorm has defaults for.
type BatchNormOptions struct {
	Epsilon  float64 // 0 is 1e-5
	Momentum float64 // 0 is 0.9
}

// NewBatchNorm declares name/gamma and name/variance, one, and name/beta and name/mean, zero.
func NewBatchNorm(ps *graph.Params, name string, width int, o BatchNormOptions) *BatchNorm {
	if o.Epsilon == 0 {
		o.Epsilon = defaultEpsilon
	}
	if o.Momentum == 0 {
		o.Momentum = 0.9
	}
	return &BatchNorm{
		Gamma:    ps.New(name+"/gamma", graph.Constant(1), width),
		Beta:     ps.New(name+"/beta", graph.Zeros, width),
		Mean:     ps.Declare(graph.State, name+"/mean", graph.Zeros, width),
		Variance: ps.Declare(graph.State, name+"/variance", graph.Constant(1), width),
		Epsilon:  o.Epsilon, Momentum: o.Momentum,
	}
}

// Forward maps x [..., width] to an array of its shape. A graph for training can have one call, since
// each would update the averages, and needs two examples or more.
func (l *BatchNorm) Forward(x *graph.Node) *graph.Node {
	if bad := misfit(x, l.Gamma, l.Epsilon); bad != nil {
		return bad
	}
	g := x.Graph()
	mean, variance := g.Param(l.Mean), g.Param(l.Variance)
	if g.Mode() == graph.Train {
		mean, variance = l.observe(x)
	}
	// One scale and one shift a channel, so that little is done to each element.
	scale := g.Param(l.Gamma).Div(variance.AddScalar(l.Epsilon).Sqrt())
	return x.Mul(scale).Add(g.Param(l.Beta).Sub(mean.Mul(scale)))
}

// observe returns the batch's mean and variance, and has runs move the averages towards them. The
// variance that is averaged is the unbiased one.
func (l *BatchNorm) observe(x *graph.Node) (mean, variance *graph.Node) {
	g, width := x.Graph(), l.Gamma.Shape()[0]
	rows := x.Reshape(-1, width)
	n := float64(rows.Dim(0))
	switch {
	case n < 2:
		g.Failf("batch normalisation by %s of %v: a single example has no variance", l.Gamma.Name(), x)
	case !(l.Momentum >= 0 && l.Momentum < 1):
		g.Failf("batch normalisation by %s: momentum %v is not in [0, 1)", l.Gamma.Name(), l.Momentum)
	}
	mean = rows.Mean(0)
	variance = rows.Variance(0)
	l.move(l.Mean, mean)
	l.move(l.Variance, variance.Scale(n/(n-1)))
	return mean, variance
}

// move has runs end with an average moved towards a value.
func (l *BatchNorm) move(average *graph.Param, value *graph.Node) {
	g := value.Graph()
	g.Update(average, g.Param(average).Scale(l.Momentum).Add(value.Scale(1-l.Momentum)))
}
