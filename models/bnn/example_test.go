package bnn_test

import (
	"context"
	"fmt"
	"log"

	"credence/data"
	"credence/metrics"
	"credence/models/bnn"
	"credence/prob"
	"credence/train"
)

func Example() {
	digits, test, err := data.MNIST()
	if err != nil {
		log.Fatal(err)
	}
	few, _, err := digits.Split(5000)
	if err != nil {
		log.Fatal(err)
	}
	m := bnn.NewClassifier(bnn.Config{Widths: []int{784, 50, 10}, Prior: prob.Gaussian{Sigma: 0.2}})
	if _, err := m.Fit(context.Background(), few, train.Settings{Epochs: 10}); err != nil {
		log.Fatal(err)
	}
	p, err := m.Predict(test, 10) // p.Mean [10000, 10], p.Entropy and p.MutualInfo [10000] in nats
	if err != nil {
		log.Fatal(err)
	}
	wrong, _ := metrics.ErrorRate(p.Mean, 10, test.Labels())
	fmt.Printf("under 10%% wrong: %t; it doubts digit 8 more than digit 0: %t\n", wrong < 0.10, p.Entropy[8] > p.Entropy[0])
	// Output: under 10% wrong: true; it doubts digit 8 more than digit 0: true
}
