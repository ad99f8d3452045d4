package experiments

import (
	"fmt"
	"math"
	"strings"

	"credence/layers"
	"credence/models/sparsevd"
	"credence/report"
)

func (p lenet5Plan) report(r *Run, results []sparseResult) {
	p.checks(r, results, sparsePaper{err: 0.75, compression: 280, pruned: []float64{67, 98, 99.8, 95}})
	c := p.row(r, "compression with the bits that sigma suggests, 32-bit weights over what is left", results, func(s sparseResult) float64 { return s.bitCompression })
	c.Split = ""
	r.Info(c)
	rows := make([][]any, len(results))
	for i, s := range results {
		rows[i] = []any{r.Seed + uint64(i), s.err, s.compression, percents(s.sparsity), fmt.Sprint(s.bits), s.bitCompression}
	}
	r.Table("seeds", "Each seed's network. The weight ratio counts the weights that are not pruned. Bits are those a weight of each layer needs by its "+
		"sigma; the ratio with them counts weights again.",
		[]string{"seed", "test error, %", "weight ratio", "pruned by layer, %", "bits by layer", "weight ratio with bits"}, rows)
}

// percents writes the shares of layers as the paper does.
func percents(shares []float64) string {
	all := make([]string, len(shares))
	for i, s := range shares {
		all[i] = fixed(100*s, 1)
	}
	return strings.Join(all, " - ")
}

// lenet5Filters draws the filters of the first layer.
func lenet5Filters(r *Run, n *sparsevd.Network) {
	l := n.Layers()[0]
	shape := l.Theta.Shape()
	r.Picture("filters", "The filters of the first layer: grey is 0, as all that is pruned, black the largest weight and white its opposite.", report.Grid{
		Title: "First layer", Rows: shape[0], Cols: shape[1], Across: shape[3] / 2, Zoom: 14, Pixels: filters(l),
	})
}

// filters returns the pixels of the filters of a convolution of one channel, [out, down, across], from 0 to 1. What
// is pruned is 0.5.
func filters(l *layers.SparseWeights) []float64 {
	kept := l.Kept()
	largest := math.SmallestNonzeroFloat64
	for i, k := range kept {
		if k {
			largest = max(largest, math.Abs(l.Theta.Value().At(i)))
		}
	}
	out := l.Theta.Shape()[3]
	size := len(kept) / out
	pixels := make([]float64, len(kept))
	for i, k := range kept {
		at := i%out*size + i/out
		pixels[at] = 0.5
		if k {
			pixels[at] += l.Theta.Value().At(i) / largest / 2
		}
	}
	return pixels
}
