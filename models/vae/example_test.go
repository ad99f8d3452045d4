package vae_test

import (
	"context"
	"fmt"

	"credence/data"
	"credence/models/vae"
	"credence/optim"
	"credence/train"
)

// Images that are all black or all white: one bit, which a latent variable comes to carry.
func Example() {
	black, white := make([]byte, 9), []byte{255, 255, 255, 255, 255, 255, 255, 255, 255}
	var pixels []byte
	for range 100 {
		pixels = append(append(pixels, black...), white...)
	}
	set, err := data.NewImages(pixels, 3, 3, make([]int, 200), 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	v := vae.New(vae.Config{Inputs: 9, Hidden: []int{8}, Latent: 1, Seed: 1})
	if _, err := v.Fit(context.Background(), set, train.Settings{Epochs: 200, LR: optim.Constant(1e-2)}); err != nil {
		fmt.Println(err)
		return
	}
	again, err := v.Reconstructed(set, []int{0, 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	logP, err := v.LogEvidence(context.Background(), set, 100)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again[0] < 0.1, again[9] > 0.9, logP[0] > -1.5)
	// Output: true true true
}
