package benchmarks

import (
	"math"

	"credence/graph"
	"credence/layers"
	"credence/optim"
	"credence/prob"
)

// vaeStep is a step of AdaGrad on the evidence lower bound of a variational autoencoder with 500
// hidden units on either side and 20 latent variables (Kingma and Welling 2014,
// https://arxiv.org/abs/1312.6114, appendix C), on binary images.
func vaeStep() (*Task, error) {
	const hidden, latent = 500, 20
	ps := graph.NewParams(graph.Float32, 1)
	dense := func(name string, in, out int) *layers.Dense {
		return layers.NewDense(ps, name, in, out, graph.Glorot)
	}
	encode := dense("encode", pixels, hidden)
	mu, logVar := dense("mu", hidden, latent), dense("log_variance", hidden, latent)
	decode, logits := dense("decode", latent, hidden), dense("logits", hidden, pixels)

	g := graph.New(ps, graph.Train)
	x := g.Input("x", batch, pixels)
	h := encode.Forward(x).Tanh()
	q := prob.Normal{Mu: mu.Forward(h), Sigma: logVar.Forward(h).Scale(0.5).Exp()}
	p := prob.Bernoulli{Logits: logits.Forward(decode.Forward(q.Sample()).Tanh())}
	elbo := p.LogProb(x).Sum(1).Sub(q.KL(prob.StandardNormal(g)).Sum(1))
	return minimize(optim.AdaGrad{}, elbo.Mean().Neg(), 0.01, graph.Feed{x: binary(images(batch))})
}

func binary(x []float32) []float32 {
	for i, v := range x {
		x[i] = float32(math.Round(float64(v)))
	}
	return x
}
