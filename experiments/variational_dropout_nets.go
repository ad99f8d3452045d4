package experiments

import (
	"context"
	"fmt"
	"math"
	"slices"

	"credence/data"
	"credence/graph"
	"credence/layers"
	"credence/prob"
)

// The methods, by the paper's names: noise of type A is on the inputs of a layer, and so the same for all weights
// from one; that of type B is on its outputs, as that of weights with noises of their own.
const (
	withoutDropout = iota
	binaryDropout
	gaussianA
	gaussianB
	variationalA
	variationalA2 // with a third of the divergence
	variationalB
)

var vdMethods = [...]struct {
	name, folder string
	kl           float64 // weight of the divergence
}{
	{"no dropout", "none", 0}, {"binary dropout", "binary", 0},
	{"Gaussian dropout A", "gaussian-a", 0}, {"Gaussian dropout B", "gaussian-b", 0},
	{"variational dropout A", "variational-a", 1}, {"variational dropout A2", "variational-a2", 1. / 3},
	{"variational dropout B", "variational-b", 1},
}

// Srivastava's rates for inputs and for hidden units.
const (
	vdInputRate  = 0.2
	vdHiddenRate = 0.5
)

// vdNet is a classifier of digits: before each layer there may be a dropout, or the layer has the noise.
type vdNet struct {
	params *graph.Params
	drops  []layers.Layer // nil for none
	fc     []layers.Layer
	kl     float64
}

func newVDNet(method int, hidden int, seed uint64) *vdNet {
	n := &vdNet{params: graph.NewParams(graph.Float32, seed), kl: vdMethods[method].kl}
	widths := slices.Concat([]int{784}, slices.Repeat([]int{hidden}, vdLayers), []int{10})
	for i, out := range widths[1:] {
		rate := vdHiddenRate
		if i == 0 {
			rate = vdInputRate
		}
		n.add(method, fmt.Sprint("fc", i), widths[i], out, rate)
	}
	return n
}

// add adds a layer of a method. Noise that isn't learned has the moments of binary dropout at a rate; what is learned
// is one alpha a layer.
func (n *vdNet) add(method int, name string, in, out int, rate float64) {
	var drop, fc layers.Layer
	alpha := rate / (1 - rate)
	switch method {
	case binaryDropout:
		drop = layers.Dropout{Rate: rate}
	case gaussianA:
		drop = layers.GaussianDropout{Alpha: alpha}
	case gaussianB:
		fc = fixedNoise(n.params, name, in, out, alpha)
	case variationalA, variationalA2:
		fc = layers.NewVariationalDropout(n.params, name, in, out, layers.VariationalDropoutOptions{Noise: layers.CorrelatedNoise})
	case variationalB:
		fc = layers.NewVariationalDropout(n.params, name, in, out, layers.VariationalDropoutOptions{})
	}
	if fc == nil {
		fc = layers.NewDense(n.params, name, in, out, graph.He)
	}
	n.drops, n.fc = append(n.drops, drop), append(n.fc, fc)
}

// fixedNoise is variational dropout of type B whose rate isn't learned.
func fixedNoise(ps *graph.Params, name string, in, out int, alpha float64) *layers.VariationalDropout {
	rho := min(math.Log(alpha/(1-alpha)), 40) // 40 is an alpha of 1
	return &layers.VariationalDropout{
		Theta: ps.New(name+"/theta", graph.He, in, out),
		Rho:   ps.Declare(graph.State, name+"/rho", graph.Constant(rho), 1, 1),
		B:     ps.New(name+"/b", graph.Zeros, out),
	}
}

// forward maps x [batch, 784] through the first layers, under a draw of the noise or without noise.
func (n *vdNet) forward(x *graph.Node, first int, noise bool) *graph.Node {
	for i, fc := range n.fc[:first] {
		if drop := n.drops[i]; drop != nil && noise {
			x = drop.Forward(x)
		}
		if v, ok := fc.(*layers.VariationalDropout); ok && !noise {
			x = v.ForwardMean(x)
		} else {
			x = fc.Forward(x)
		}
		if i < len(n.fc)-1 {
			x = x.ReLU()
		}
	}
	return x
}

// logits maps x [batch, 784] to [batch, 10].
func (n *vdNet) logits(x *graph.Node, noise bool) *graph.Node { return n.forward(x, len(n.fc), noise) }

// Params implements train.Model.
func (n *vdNet) Params() *graph.Params { return n.params }

// Terms implements train.Model.
func (n *vdNet) Terms(x, y *graph.Node) (logLik, complexity *graph.Node) {
	complexity = x.Graph().Const(0)
	if n.kl > 0 {
		complexity = layers.Sequential(n.fc).KL(x.Graph()).Scale(n.kl)
	}
	return prob.Categorical{Logits: n.logits(x, true)}.LogProb(y), complexity
}

// alphas returns the learned rates, one a layer, nil where none is learned.
func (n *vdNet) alphas() []float64 {
	if n.kl == 0 {
		return nil
	}
	var rates []float64
	for _, fc := range n.fc {
		rates = append(rates, fc.(*layers.VariationalDropout).Alphas()...)
	}
	return rates
}

// score judges the network without noise, that of the mean weights.
func (n *vdNet) score(ctx context.Context, set *data.Images) (s scores, err error) {
	const batch = 500
	g := graph.New(n.params, graph.Predict)
	x := g.Input("x", batch, 784)
	prog, err := g.Compile(prob.Categorical{Logits: n.logits(x, false)}.Probs())
	if err != nil {
		return s, err
	}
	var probs []float64
	for pixels, taken := range data.InOrder(set, batch) {
		if ctx.Err() != nil {
			return s, ctx.Err()
		}
		out, err := prog.Run(0, graph.Feed{x: pixels})
		if err != nil {
			return s, err
		}
		probs = append(probs, out[0].Float64s()[:taken*10]...)
	}
	return score(probs, set)
}
