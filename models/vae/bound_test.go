package vae_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"credence/data"
	"credence/graph"
	"credence/models/vae"
)

// With one latent variable the bound is an integral over it, and so is p(x).
func TestBounds(t *testing.T) {
	v := vae.New(vae.Config{Inputs: 3, Hidden: []int{4}, Latent: 1, Precision: graph.Float64, Seed: 3})
	set, err := data.NewTable([][]float64{{0, 1, 1}, {1, 0, 0}, {1, 1, 1}}, [][]float64{{0}, {0}, {0}})
	require.NoError(t, err)
	bounds, err := v.Bounds(t.Context(), set, 4000)
	require.NoError(t, err)
	require.Len(t, bounds, 3)

	g := graph.New(v.Params(), graph.Predict)
	x := g.Input("x", 3, 3)
	q := v.Encode(x)
	program, err := g.Compile(q.Mu, q.Sigma)
	require.NoError(t, err)
	var flat []float64
	for i := range 3 {
		row, _ := set.At(i)
		flat = append(flat, row...)
	}
	out, err := program.Run(0, graph.Feed{x: flat})
	require.NoError(t, err)
	for i := range 3 {
		mu, sigma := out[0].Float64s()[i], out[1].Float64s()[i]
		bound, p := integrals(t, v, flat[3*i:3*i+3], mu, sigma)
		require.InDelta(t, bound, bounds[i], 0.02)
		require.Less(t, bounds[i], math.Log(p))
	}
}

// integrals returns the bound and p(x) by sums over a fine grid of z.
func integrals(t *testing.T, v *vae.VAE, x []float64, mu, sigma float64) (bound, p float64) {
	t.Helper()
	const step = 0.01
	var z [][]float64
	for at := -8.0; at <= 8; at += step {
		z = append(z, []float64{at})
	}
	means, err := v.Decoded(z)
	require.NoError(t, err)
	normal := func(at, mu, sigma float64) float64 {
		return math.Exp(-(at-mu)*(at-mu)/(2*sigma*sigma)) / (sigma * math.Sqrt(2*math.Pi))
	}
	for i, at := range z {
		logLik := 0.0
		for k, m := range means[3*i : 3*i+3] {
			logLik += x[k]*math.Log(m) + (1-x[k])*math.Log(1-m)
		}
		prior, q := normal(at[0], 0, 1), normal(at[0], mu, sigma)
		p += step * prior * math.Exp(logLik)
		if q > 1e-300 {
			bound += step * q * (logLik + math.Log(prior) - math.Log(q))
		}
	}
	return bound, p
}

func TestBoundsOfMoreDrawsVaryLess(t *testing.T) {
	v := fitted(t, vae.Config{Latent: 3}, 20)
	set := bars(t, 250)
	spread := func(draws int) float64 {
		bounds, err := v.Bounds(t.Context(), set, draws)
		require.NoError(t, err)
		ofLabel := map[int][]float64{} // bars of one label are the same image
		for i, label := range set.Labels() {
			ofLabel[label] = append(ofLabel[label], bounds[i])
		}
		variance := 0.0
		for _, values := range ofLabel {
			mean := floats.Sum(values) / float64(len(values))
			for _, b := range values {
				variance += (b - mean) * (b - mean) / float64(len(values)-1) / float64(len(ofLabel))
			}
		}
		return variance
	}
	ratio := spread(30) / spread(1)
	require.Greater(t, ratio, 1.0/60)
	require.Less(t, ratio, 1.0/15)

	_, err := v.Bounds(t.Context(), set, 0)
	require.EqualError(t, err, "vae: bounds by 0 draws")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = v.Bounds(ended, set, 1)
	require.ErrorIs(t, err, context.Canceled)
}
