package vae

import (
	"context"
	"fmt"
	"slices"

	"credence/data"
	"credence/graph"
	"credence/train"
)

// ClassifierWeight returns what the log-likelihood of the classifier counts for against the bound of a
// labelled example: Alpha·(labelled + unlabelled)/labelled. The paper's α is Alpha times both sets' sizes, by
// the authors' code: of their sum, each labelled example bears its share.
func (m *SemiSupervised) ClassifierWeight(labelled, unlabelled int) float64 {
	return m.config.Alpha * float64(labelled+unlabelled) / float64(labelled)
}

// Fit maximises the bound of both sets, whose examples are alike, and the classifier's likelihood (equation 9):
//
//	Σ L(x, y) + β log q(y|x)  of the labelled, with β the ClassifierWeight,  + Σ U(x)  of the unlabelled.
//
// An epoch is one pass through the unlabelled; every minibatch has as many labelled examples, which come round
// again and again, and are weighted down. Targets of the unlabelled are not read. The bound that is reported
// is that sum divided by the number of the unlabelled. See train.Fit.
func (m *SemiSupervised) Fit(ctx context.Context, labelled data.Labeled, unlabelled data.Set, s train.Settings) ([]train.Epoch, error) {
	if labelled.Len() == 0 || labelled.Classes() != m.config.Classes || !slices.Equal(labelled.XShape(), unlabelled.XShape()) {
		return nil, fmt.Errorf("vae: %d labelled examples %v in %d classes beside unlabelled ones %v: want at least one, in %d classes, of the same shape",
			labelled.Len(), labelled.XShape(), labelled.Classes(), unlabelled.XShape(), m.config.Classes)
	}
	return train.Fit(ctx, &both{m, labelled.Len(), unlabelled.Len()}, newPairs(labelled, unlabelled), s)
}

// both is the model of pairs of an unlabelled and a labelled example, of so many.
type both struct {
	*SemiSupervised
	labelled, unlabelled int
}

// Terms returns the objective of each pair x [batch, 2, ...], with the label y [batch] of the second, and -log
// p(w) of the weights. See train.Model.
func (m *both) Terms(x, y *graph.Node) (objective, complexity *graph.Node) {
	part := func(i int) *graph.Node {
		return m.config.Read(x.Slice(1, i, i+1).Flatten())
	}
	u, l := part(0), part(1)
	beta := m.ClassifierWeight(m.labelled, m.unlabelled)
	known := m.Labelled(l, y).Add(m.Classify(l).LogProb(y).Scale(beta))
	share := float64(m.labelled) / float64(m.unlabelled)
	return m.Unlabelled(u).Add(known.Scale(share)), m.complexity(x.Graph())
}

// pairs is each unlabelled example together with a labelled one, by turns, whose label is the target.
type pairs struct {
	labelled, unlabelled data.Set
	size                 int // of an example
	row                  []int
	ignored              []float64
}

func newPairs(labelled, unlabelled data.Set) *pairs {
	size := func(shape []int) int { return graph.Shape(shape).Size() }
	return &pairs{labelled, unlabelled, size(unlabelled.XShape()), make([]int, 1), make([]float64, size(unlabelled.YShape()))}
}

func (p *pairs) Len() int      { return p.unlabelled.Len() }
func (p *pairs) XShape() []int { return slices.Concat([]int{2}, p.unlabelled.XShape()) }
func (p *pairs) YShape() []int { return p.labelled.YShape() }

// InEpoch returns the pairs of what the sets are in an epoch.
func (p *pairs) InEpoch(e int) data.Set {
	return newPairs(data.InEpoch(p.labelled, e), data.InEpoch(p.unlabelled, e))
}

func (p *pairs) Batch(rows []int, x, y []float64) {
	for i, row := range rows {
		at := x[2*i*p.size:]
		p.row[0] = row
		p.unlabelled.Batch(p.row, at[:p.size], p.ignored)
		p.row[0] = row % p.labelled.Len()
		p.labelled.Batch(p.row, at[p.size:2*p.size], y[i:i+1])
	}
}
