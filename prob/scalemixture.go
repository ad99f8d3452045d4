package prob

import (
	"fmt"
	"math"

	"credence/graph"
)

// ScaleMixture is the prior Pi·N(0, Sigma1²) + (1-Pi)·N(0, Sigma2²) of Bayes by Backprop (Blundell et
// al. 2015, https://arxiv.org/abs/1505.05424, equation 7): a wide component and one so narrow, e⁻⁸
// say, that it pulls most weights to zero. Pi is strictly between 0 and 1, the standard deviations
// are positive and come in either order.
//
// Neither its entropy nor its divergence from a normal has a closed form; SampledKL estimates the
// latter.
type ScaleMixture struct{ Pi, Sigma1, Sigma2 float64 }

// LogProb returns the log-density at w, elementwise. It is finite, with its gradient, as long as the
// wide component's is: the narrow one enters by its log-odds against the wide, which at w are
// largest in the middle and fall to where softplus is 0.
func (p ScaleMixture) LogProb(w *graph.Node) *graph.Node {
	if err := p.check(); err != nil {
		return w.Graph().Failf("%w", err)
	}
	weight, wide, narrow := p.Pi, p.Sigma1, p.Sigma2
	if wide < narrow {
		weight, wide, narrow = 1-p.Pi, narrow, wide
	}
	odds := (1 - weight) / weight * wide / narrow // of the narrow component, at 0
	sharper := math.Sqrt(1/(narrow*narrow) - 1/(wide*wide))
	logOdds := w.Scale(sharper).Square().Scale(-0.5).AddScalar(math.Log(odds))
	return Gaussian{wide}.LogProb(w).AddScalar(math.Log(weight)).Add(logOdds.Softplus())
}

// Sample returns independent draws, afresh at every step of a run.
func (p ScaleMixture) Sample(g *graph.Graph, shape ...int) *graph.Node {
	if err := p.check(); err != nil {
		return g.Failf("%w", err)
	}
	first := g.Uniform(shape...).Less(g.Const(p.Pi))
	return g.Normal(shape...).Mul(first.Where(g.Const(p.Sigma1), g.Const(p.Sigma2)))
}

func (p ScaleMixture) check() error {
	if p.Pi > 0 && p.Pi < 1 && positive(p.Sigma1) && positive(p.Sigma2) {
		return nil
	}
	return fmt.Errorf("prob: scale mixture %+v: want Pi between 0 and 1 and positive standard deviations", p)
}

// Mean returns 0.
func (p ScaleMixture) Mean() float64 { return 0 }

// Variance returns Pi·Sigma1² + (1-Pi)·Sigma2².
func (p ScaleMixture) Variance() float64 {
	return p.Pi*p.Sigma1*p.Sigma1 + (1-p.Pi)*p.Sigma2*p.Sigma2
}
