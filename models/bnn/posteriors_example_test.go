package bnn_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"credence/data"
	"credence/graph"
	"credence/models/bnn"
	"credence/optim"
	"credence/prob"
	"credence/train"
)

// waves is points of a sine between -2 and 2, of which the network has seen none beyond.
func waves() *data.Table {
	x, y := make([][]float64, 100), make([][]float64, 100)
	for i := range x {
		u := float64(i)/25 - 2
		x[i], y[i] = []float64{u}, []float64{math.Sin(2 * u)}
	}
	set, err := data.NewTable(x, y)
	if err != nil {
		log.Fatal(err)
	}
	return set
}

// A network that was trained to one value of each weight gets a posterior after training.
func ExampleRegressor_Laplace() {
	ctx, seen := context.Background(), waves()
	m := bnn.NewRegressor(bnn.RegressorConfig{Noise: 0.1, Config: bnn.Config{
		Widths: []int{1, 30, 1}, Posterior: bnn.Point{}, Prior: prob.Gaussian{Sigma: 1}, Precision: graph.Float64,
	}})
	if _, err := m.Fit(ctx, seen, train.Settings{Epochs: 300, LR: optim.Constant(0.01)}); err != nil {
		log.Fatal(err)
	}
	post, err := m.Laplace(ctx, seen, bnn.LaplaceOptions{})
	if err != nil {
		log.Fatal(err)
	}
	asked, err := data.NewTable([][]float64{{0.5}, {6}}, [][]float64{{0}, {0}})
	if err != nil {
		log.Fatal(err)
	}
	p, err := post.Predict(asked, 100) // p.Mean, p.Epistemic, p.Variance [2]
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("far from the data it knows less: %t\n", p.Epistemic[1] > 10*p.Epistemic[0])
	// Output: far from the data it knows less: true
}

// Networks from different initial weights agree where they have seen data, and nowhere else.
func ExampleRegressorEnsemble() {
	e := bnn.NewRegressorEnsemble(5, bnn.RegressorConfig{Noise: 0.1, Config: bnn.Config{Widths: []int{1, 30, 1}, Posterior: bnn.Point{}}})
	if _, err := e.Fit(context.Background(), waves(), train.Settings{Epochs: 300, LR: optim.Constant(0.01)}); err != nil {
		log.Fatal(err)
	}
	asked, err := data.NewTable([][]float64{{0.5}, {6}}, [][]float64{{0}, {0}})
	if err != nil {
		log.Fatal(err)
	}
	p, err := e.Predict(asked, 0) // 0 draws: the members' weights are points
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("far from the data they disagree: %t\n", p.Epistemic[1] > 10*p.Epistemic[0])
	// Output: far from the data they disagree: true
}
