package train_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"credence/data"
	"credence/graph"
	"credence/layers"
	"credence/prob"
	"credence/train"
)

// Model is two Bayesian layers with a rectifier between them.
type Model struct {
	params   *graph.Params
	fc0, fc1 *layers.BayesDense
}

func NewModel(seed uint64) *Model {
	ps, prior := graph.NewParams(graph.Float32, seed), prob.Gaussian{Sigma: 1}
	return &Model{
		params: ps,
		fc0:    layers.NewBayesDense(ps, "fc0", 2, 16, prior, layers.BayesOptions{}),
		fc1:    layers.NewBayesDense(ps, "fc1", 16, 2, prior, layers.BayesOptions{}),
	}
}

func (m *Model) Params() *graph.Params { return m.params }

func (m *Model) Terms(x, y *graph.Node) (logLik, complexity *graph.Node) {
	hidden := m.fc0.Forward(x).ReLU()
	logits := m.fc1.Forward(hidden)
	return prob.Categorical{Logits: logits}.LogProb(y), m.fc0.KL(x.Graph()).Add(m.fc1.KL(x.Graph()))
}

// A model of one's own: inside or outside a circle.
func ExampleFit() {
	x, labels := make([][]float64, 500), make([]int, 500)
	for i := range x {
		x[i] = []float64{math.Sin(float64(3 * i)), math.Cos(float64(7 * i))}
		if math.Hypot(x[i][0], x[i][1]) > 1 {
			labels[i] = 1
		}
	}
	set, err := data.NewLabeledTable(x, labels, 2)
	if err != nil {
		log.Fatal(err)
	}
	history, err := train.Fit(context.Background(), NewModel(1), set, train.Settings{Epochs: 100, BatchSize: 50})
	if err != nil {
		log.Fatal(err)
	}
	first, last := history[0], history[len(history)-1]
	fmt.Println("likelihood cost falls:", last.NLL < first.NLL, "and the bound rises:", last.ELBO > first.ELBO)
	// Output: likelihood cost falls: true and the bound rises: true
}
