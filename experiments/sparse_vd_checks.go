package experiments

import (
	"fmt"

	"credence/data"
	"credence/metrics"
	"credence/models/sparsevd"
)

// sparseResult is what one seed gives.
type sparseResult struct {
	err, compression float64 // %, times
	sparsity         []float64
	bits             []int   // of a weight of each layer, as sigma suggests
	bitCompression   float64 // times, with them
	compactResult            // of a network of dense layers
}

func measureSparse(n *sparsevd.Network, test data.Labeled) (sparseResult, error) {
	percent, err := sparseError(n, test)
	return sparseResult{
		err: percent, compression: n.Compression(), sparsity: n.Sparsity(), bits: n.Bits(), bitCompression: n.BitCompression(),
	}, err
}

// sparseError returns the error of the means of the weights that are not pruned, %.
func sparseError(n *sparsevd.Network, set data.Labeled) (float64, error) {
	probs, err := n.Predict(set)
	if err != nil {
		return 0, err
	}
	rate, err := metrics.ErrorRate(probs, 10, set.Labels())
	return 100 * rate, err
}

// sparseBands are what is asked of the networks.
type sparseBands struct {
	MinAccuracy, MinCompression float64 // %, times
	SelectedOn                  string
}

// sparsePaper is what Molchanov et al. 2017, Table 1, have.
type sparsePaper struct {
	err, compression float64
	pruned           []float64 // of each layer, %
}

// row returns a check of a number, by seeds, that was computed on the test set.
func (b sparseBands) row(r *Run, name string, results []sparseResult, f func(s sparseResult) float64) Check {
	c := overSeeds(name+" ("+string(r.Scale)+")", results, f)
	c.Split, c.SelectedOn = "test", b.SelectedOn
	return c
}

// checks holds the results against the bands and the paper.
func (b sparseBands) checks(r *Run, results []sparseResult, paper sparsePaper) {
	c := b.row(r, "test error, %", results, func(s sparseResult) float64 { return s.err })
	c.High, c.Paper, c.Provenance = new(100-b.MinAccuracy), new(paper.err), Verified
	r.Check(c)
	c = b.row(r, "compression, weights over those not pruned", results, func(s sparseResult) float64 { return s.compression })
	c.Low, c.Paper, c.Provenance, c.Split = new(b.MinCompression), new(paper.compression), Verified, ""
	r.Check(c)
	for i, share := range paper.pruned {
		c := b.row(r, fmt.Sprintf("pruned of layer %d, %%", i+1), results, func(s sparseResult) float64 { return 100 * s.sparsity[i] })
		c.Paper, c.Provenance, c.Split = new(share), Verified, ""
		r.Info(c)
	}
}
