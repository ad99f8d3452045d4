package prob

import (
	"math"

	"credence/graph"
)

// halfLog2Pi is log(2π)/2.
var halfLog2Pi = 0.5 * math.Log(2*math.Pi)

// Normal is the normal distribution N(Mu, Sigma²) of each element, independent of the others.
// Both fields are needed, and Sigma, the standard deviation, is positive.
type Normal struct{ Mu, Sigma *graph.Node }

// StandardNormal returns N(0, 1) as scalars of the graph, which broadcast against anything.
func StandardNormal(g *graph.Graph) Normal {
	return Normal{Mu: g.Const(0), Sigma: g.Const(1)}
}

func (d Normal) graph() *graph.Graph { return d.Mu.Graph() }
func (d Normal) shape() []int        { return common(d.Mu, d.Sigma) }

// Sample returns a draw Mu + Sigma·ε with ε from N(0, 1), through which gradients pass to both
// parameters (Kingma and Welling 2014, https://arxiv.org/abs/1312.6114, section 2.4).
// Each call is another draw.
func (d Normal) Sample() *graph.Node { return d.at(d.graph().Normal(d.shape()...)) }

// SampleLogProb returns a draw w, as Sample does, with its log-density under d. It is LogProb(w)
// computed from the noise: fewer operations, and no cancellation where Sigma is far below |Mu|.
func (d Normal) SampleLogProb() (w, logProb *graph.Node) {
	eps := d.graph().Normal(d.shape()...)
	return d.at(eps), d.logProbAt(eps)
}

func (d Normal) at(eps *graph.Node) *graph.Node { return d.Mu.Add(d.Sigma.Mul(eps)) }

// LogProb returns the log-density at x, elementwise.
func (d Normal) LogProb(x *graph.Node) *graph.Node {
	return d.logProbAt(x.Sub(d.Mu).Div(d.Sigma))
}

// logProbAt is the log-density at the point eps standard deviations above the mean.
func (d Normal) logProbAt(eps *graph.Node) *graph.Node {
	return eps.Square().Scale(-0.5).Sub(d.Sigma.Log()).AddScalar(-halfLog2Pi)
}

// Entropy returns log Sigma + log(2πe)/2, the differential entropy of each element.
func (d Normal) Entropy() *graph.Node {
	return d.Sigma.Log().AddScalar(halfLog2Pi + 0.5).Broadcast(d.shape()...)
}

// Mean returns Mu.
func (d Normal) Mean() *graph.Node { return d.Mu.Broadcast(d.shape()...) }

// Variance returns Sigma².
func (d Normal) Variance() *graph.Node { return d.Sigma.Square().Broadcast(d.shape()...) }

// KL returns KL(d‖p), elementwise.
func (d Normal) KL(p Normal) *graph.Node {
	ratio := d.Sigma.Div(p.Sigma)
	shift := d.Mu.Sub(p.Mu).Div(p.Sigma)
	return ratio.Square().Add(shift.Square()).AddScalar(-1).Scale(0.5).Sub(ratio.Log())
}
