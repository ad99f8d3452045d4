package vae_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"credence/data"
	"credence/models/vae"
	"credence/optim"
	"credence/train"
)

// Rows of bits, most of which are 1 in the first half or in the second. One of each class has a label; the others
// show what the classes are.
func ExampleSemiSupervised() {
	rng := rand.New(rand.NewPCG(1, 1))
	var rows [][]float64
	var labels []int
	for i := range 500 {
		row := make([]float64, 20)
		for k := range row {
			if (k/10 == i%2) != (rng.IntN(4) == 0) {
				row[k] = 1
			}
		}
		rows, labels = append(rows, row), append(labels, i%2)
	}
	set, err := data.NewLabeledTable(rows, labels, 2)
	if err != nil {
		log.Fatal(err)
	}
	two, _, err := set.Split(2)
	if err != nil {
		log.Fatal(err)
	}
	m := vae.NewSemiSupervised(vae.SemiSupervisedConfig{
		Inputs: 20, Classes: 2, Hidden: []int{10}, Latent: 1, Seed: 1,
	})
	if _, err := m.Fit(context.Background(), two, set, train.Settings{Epochs: 60, LR: optim.Constant(5e-3)}); err != nil {
		log.Fatal(err)
	}
	probs, err := m.Predict(context.Background(), set)
	if err != nil {
		log.Fatal(err)
	}
	right := 0
	for i, label := range labels {
		if probs[2*i+label] > 0.5 {
			right++
		}
	}
	fmt.Println("more than 480 of 500 right:", right > 480)
	// Output: more than 480 of 500 right: true
}
