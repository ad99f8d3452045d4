package vae

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"credence/data"
	"credence/graph"
	"credence/infer"
)

// Generate returns the means of p(x|z) for n draws z of the prior, [n, inputs]: the seed says which.
func (v *VAE) Generate(n int, seed uint64) ([]float64, error) {
	g := graph.New(v.params, graph.Predict)
	return v.run(infer.PredictSteps+seed, v.decoded(v.Prior(g).Sample(n)), nil)
}

// Decoded returns the means of p(x|z) for points z [n, latent], [n, inputs].
func (v *VAE) Decoded(z [][]float64) ([]float64, error) {
	flat, err := v.points(z)
	if err != nil {
		return nil, err
	}
	g := graph.New(v.params, graph.Predict)
	return v.run(0, v.decoded(g.ConstArray(flat, len(z), v.config.Latent)), nil)
}

func (v *VAE) points(z [][]float64) ([]float64, error) {
	var flat []float64
	for i, row := range z {
		if len(row) != v.config.Latent {
			return nil, fmt.Errorf("vae: point %d has %d numbers, want %d", i, len(row), v.config.Latent)
		}
		flat = append(flat, row...)
	}
	if len(z) == 0 {
		return nil, fmt.Errorf("vae: decoding no points")
	}
	return flat, nil
}

func (v *VAE) decoded(z *graph.Node) *graph.Node {
	return v.config.Likelihood.mean(v.decoder.Forward(z))
}

// Encoded returns the means of q(z|x) of the rows of a set, [len(rows)][latent].
func (v *VAE) Encoded(set data.Set, rows []int) ([][]float64, error) {
	g := graph.New(v.params, graph.Predict)
	x := g.Input("x", append([]int{len(rows)}, set.XShape()...)...)
	flat, err := v.run(0, v.Encode(x.Flatten()).Mean(), graph.Feed{x: inputsOf(set, rows)})
	if err != nil {
		return nil, err
	}
	z := make([][]float64, len(rows))
	for i := range z {
		z[i] = flat[i*v.config.Latent : (i+1)*v.config.Latent]
	}
	return z, nil
}

// Reconstructed returns the means of p(x|z) at the means of q(z|x) of the rows of a set,
// [len(rows), inputs].
func (v *VAE) Reconstructed(set data.Set, rows []int) ([]float64, error) {
	z, err := v.Encoded(set, rows)
	if err != nil {
		return nil, err
	}
	return v.Decoded(z)
}

// Interpolated returns the means of p(x|z) at steps points on the line from a to b, both included,
// [steps, inputs].
func (v *VAE) Interpolated(a, b []float64, steps int) ([]float64, error) {
	z := make([][]float64, steps)
	for i := range z {
		t := float64(i) / math.Max(1, float64(steps-1))
		for k := range a {
			z[i] = append(z[i], (1-t)*a[k]+t*b[k])
		}
	}
	return v.Decoded(z)
}

// Manifold returns the means of p(x|z) at a grid of size by size points that divide the prior of two
// latent variables evenly, row by row from the top, [size², inputs] (Kingma and Welling 2014, appendix A).
// Other than two latent variables are an error.
func (v *VAE) Manifold(size int) ([]float64, error) {
	if v.config.Latent != 2 {
		return nil, fmt.Errorf("vae: the manifold of %d latent variables, want 2", v.config.Latent)
	}
	at := func(i int) float64 { return distuv.UnitNormal.Quantile((float64(i) + 0.5) / float64(size)) }
	var z [][]float64
	for i := range size {
		for j := range size {
			z = append(z, []float64{at(j), at(size - 1 - i)})
		}
	}
	return v.Decoded(z)
}

func (v *VAE) run(step uint64, n *graph.Node, feed graph.Feed) ([]float64, error) {
	program, err := n.Graph().Compile(n)
	if err != nil {
		return nil, fmt.Errorf("vae: %w", err)
	}
	out, err := program.Run(step, feed)
	if err != nil {
		return nil, fmt.Errorf("vae: %w", err)
	}
	return out[0].Float64s(), nil
}

func inputsOf(set data.Set, rows []int) []float64 {
	x := make([]float64, len(rows)*graph.Shape(set.XShape()).Size())
	set.Batch(rows, x, make([]float64, len(rows)*graph.Shape(set.YShape()).Size()))
	return x
}
