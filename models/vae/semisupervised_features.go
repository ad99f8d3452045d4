package vae

import (
	"context"
	"fmt"

	"credence/data"
	"credence/graph"
)

// Features returns a set of what the encoder makes of a labelled one: the means of q(z|x), then its standard
// deviations, of the given latent variables, [2·len(latents)]. Labels stay.
func (v *VAE) Features(ctx context.Context, set data.Labeled, latents []int) (*data.Table, error) {
	var rows [][]float64
	err := v.posteriors(ctx, set, func(mu, sigma []float64) {
		row := make([]float64, 0, 2*len(latents))
		for _, of := range [][]float64{mu, sigma} {
			for _, k := range latents {
				row = append(row, of[k])
			}
		}
		rows = append(rows, row)
	})
	if err != nil {
		return nil, err
	}
	return data.NewLabeledTable(rows, set.Labels(), set.Classes())
}

// Informative returns the latent variables whose posterior means have a standard deviation over the set's
// examples above least: what the others have learnt nothing about x.
func (v *VAE) Informative(ctx context.Context, set data.Set, least float64) ([]int, error) {
	sum, squares := make([]float64, v.config.Latent), make([]float64, v.config.Latent)
	err := v.posteriors(ctx, set, func(mu, _ []float64) {
		for k, z := range mu {
			sum[k] += z
			squares[k] += z * z
		}
	})
	n := float64(set.Len())
	var latents []int
	for k := range sum {
		if mean := sum[k] / n; squares[k]/n-mean*mean > least*least {
			latents = append(latents, k)
		}
	}
	return latents, err
}

// encodeBatch is how many examples a program encodes or classifies.
const encodeBatch = 500

// posteriors hands over the parameters of q(z|x) of each example, [latent] each.
func (v *VAE) posteriors(ctx context.Context, set data.Set, use func(mu, sigma []float64)) error {
	batch, latent := min(encodeBatch, set.Len()), v.config.Latent
	g := graph.New(v.params, graph.Predict)
	x := g.Input("x", append([]int{batch}, set.XShape()...)...)
	q := v.Encode(x.Flatten())
	program, err := g.Compile(q.Mu, q.Sigma)
	if err != nil {
		return fmt.Errorf("vae: encoding: %w", err)
	}
	for inputs, taken := range data.InOrder(set, batch) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		out, err := program.Run(0, graph.Feed{x: inputs})
		if err != nil {
			return fmt.Errorf("vae: encoding: %w", err)
		}
		mu, sigma := out[0].Float64s(), out[1].Float64s()
		for i := range taken {
			use(mu[i*latent:(i+1)*latent], sigma[i*latent:(i+1)*latent])
		}
	}
	return nil
}
