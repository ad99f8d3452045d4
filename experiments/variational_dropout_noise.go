package experiments

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"credence/data"
	"credence/graph"
	"credence/layers"
)

// vdNoisePlan says how to measure what dropout makes of a trained layer's sums: each is of many terms, one an input,
// that come and go, so that by the central limit theorem it is nearly normal, and nearly that of Gaussian dropout with
// the same mean and variance.
type vdNoisePlan struct {
	Images, Units int // digits, and sums of each
	Draws         int // of each digit
	// FanIns are, for each of the first two layers, how many inputs are left of a digit's that aren't 0, drawn at
	// random; all of them follow.
	FanIns [2][]int
}

// vdNoise is what was measured of a layer with so many inputs.
type vdNoise struct {
	Layer    int // 0 for that of the pixels
	Rate     float64
	Inputs   float64      // that aren't 0, on average
	Skewness float64      // by the cumulants of the terms, the root of the mean square over sums
	Kurtosis float64      // likewise the excess kurtosis, the mean
	Sampled  [2]vdMoments // under binary and under Gaussian dropout
	Draws    [2][]float64 // some of the first sum, standardised
}

// vdMoments are those of standardised sums: by the exact mean and variance, which are those of both noises.
type vdMoments struct {
	Mean     float64 // root of its mean square over sums
	Variance float64 // mean
	Skewness float64 // root of its mean square
	Kurtosis float64 // mean, of the excess
	KS       float64 // mean of the Kolmogorov-Smirnov distances from the normal distribution
}

// add takes a share of the moments of a sum's standardised draws, of which it sorts a copy.
func (m *vdMoments) add(draws []float64, share float64) {
	mean, variance := stat.MeanVariance(draws, nil)
	m.Mean += share * mean * mean
	m.Variance += share * variance
	m.Skewness += share * math.Pow(stat.Skew(draws, nil), 2)
	m.Kurtosis += share * stat.ExKurtosis(draws, nil)
	m.KS += share * normalDistance(draws)
}

// normalDistance is the largest difference of the draws' distribution function from the normal one.
func normalDistance(draws []float64) float64 {
	sorted, n, largest := slices.Sorted(slices.Values(draws)), float64(len(draws)), 0.0
	for i := 0; i < len(sorted); {
		below := float64(i)
		for i++; i < len(sorted) && sorted[i] == sorted[i-1]; i++ {
		}
		p := distuv.UnitNormal.CDF(sorted[i-1])
		largest = max(largest, p-below/n, float64(i)/n-p)
	}
	return largest
}

// measure measures the noise of the first two layers, whose rates differ.
func (p vdNoisePlan) measure(ctx context.Context, n *vdNet, set *data.Images) ([]vdNoise, error) {
	var all []vdNoise
	for layer, rate := range []float64{vdInputRate, vdHiddenRate} {
		inputs, err := p.inputs(n, layer, set)
		if err != nil {
			return nil, err
		}
		weights := n.fc[layer].(*layers.Dense).W
		for at, fanIn := range slices.Concat(p.FanIns[layer], []int{math.MaxInt}) {
			noise := vdNoise{Layer: layer, Rate: rate}
			for image, h := range inputs {
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
				rng := rand.New(rand.NewPCG(uint64(image), uint64(10*layer+at)))
				if err := noise.add(p, leave(h, fanIn, rng), weights, rng.Uint64()); err != nil {
					return nil, err
				}
			}
			noise.Skewness = math.Sqrt(noise.Skewness)
			for i := range noise.Sampled {
				m := &noise.Sampled[i]
				m.Mean, m.Skewness = math.Sqrt(m.Mean), math.Sqrt(m.Skewness)
			}
			all = append(all, noise)
		}
	}
	return all, nil
}

// inputs returns those of a layer for the first images, without noise.
func (p vdNoisePlan) inputs(n *vdNet, layer int, set *data.Images) ([][]float64, error) {
	for pixels := range data.InOrder(set, p.Images) {
		g := graph.New(n.params, graph.Predict)
		prog, err := g.Compile(n.forward(g.ConstArray(pixels, p.Images, 784), layer, false))
		if err != nil {
			return nil, err
		}
		out, err := prog.Run(0, nil)
		if err != nil {
			return nil, err
		}
		h := out[0].Float64s()
		return slices.Collect(slices.Chunk(h, len(h)/p.Images)), nil
	}
	return nil, nil
}

// leave returns h with all but so many of its entries at 0.
func leave(h []float64, fanIn int, rng *rand.Rand) []float64 {
	left := make([]float64, len(h))
	for _, i := range rng.Perm(len(h)) {
		if h[i] != 0 && fanIn > 0 {
			left[i] = h[i]
			fanIn--
		}
	}
	return left
}

// add measures the sums of one digit, h [in] times the first columns of weights [in, out].
func (v *vdNoise) add(p vdNoisePlan, h []float64, weights *graph.Param, seed uint64) error {
	in, out := weights.Shape()[0], weights.Shape()[1]
	inputs := 0
	for _, x := range h {
		if x != 0 {
			inputs++
		}
	}
	if inputs == 0 {
		return fmt.Errorf("noise of layer %d: a digit has no input that isn't 0", v.Layer+1)
	}
	v.Inputs += float64(inputs) / float64(p.Images)
	units := min(p.Units, out)
	w := weights.Value().Float64s()
	mean, sd := make([]float64, units), make([]float64, units)
	share := 1 / float64(p.Images*units)
	for j := range units {
		var powers [5]float64 // sums of the terms' powers
		for i, x := range h {
			for k := range powers {
				powers[k] += math.Pow(x*w[i*out+j], float64(k))
			}
		}
		kept := 1 - v.Rate // cumulants of a coin over those of its variance's powers
		variance := v.Rate * kept
		mean[j], sd[j] = powers[1], math.Sqrt(powers[2]*v.Rate/kept)
		v.Skewness += share * math.Pow((1-2*kept)/math.Sqrt(variance)*powers[3]/math.Pow(powers[2], 1.5), 2)
		v.Kurtosis += share * (1 - 6*variance) / variance * powers[4] / (powers[2] * powers[2])
	}
	for i, noise := range []layers.Layer{layers.MCDropout{Rate: v.Rate}, layers.MCGaussianDropout{Alpha: v.Rate / (1 - v.Rate)}} {
		g := graph.New(graph.NewParams(graph.Float64, seed), graph.Predict)
		x := noise.Forward(g.ConstArray(h, in).Broadcast(p.Draws, in))
		prog, err := g.Compile(x.MatMul(g.ConstArray(w, in, out).Slice(1, 0, units)).Transpose())
		if err != nil {
			return err
		}
		sums, err := prog.Run(uint64(i), nil)
		if err != nil {
			return err
		}
		all := sums[0].Float64s()
		for j := range units {
			draws := all[j*p.Draws : (j+1)*p.Draws]
			for k := range draws {
				draws[k] = (draws[k] - mean[j]) / sd[j]
			}
			v.Sampled[i].add(draws, share)
			if v.Draws[i] == nil {
				v.Draws[i] = slices.Clone(draws[:min(p.Draws, 4000)])
			}
		}
	}
	return nil
}
