package data_test

import (
	"fmt"

	"credence/data"
)

// Two epochs over MNIST's usual 50,000 training digits, in minibatches gathered into the same buffers.
func Example() {
	digits, test, err := data.MNIST()
	if err != nil {
		fmt.Println(err)
		return
	}
	train, valid, err := digits.Scaled(126).Split(50_000)
	if err != nil {
		fmt.Println(err)
		return
	}
	const size = 128
	x, y := make([]float64, size*28*28), make([]float64, size)
	batches := data.NewBatches(train.Len(), size, 1)
	seen := 0
	for epoch := range 2 {
		batches.Epoch(epoch)
		for i := range batches.PerEpoch() {
			rows := batches.Batch(i)
			train.Batch(rows, x[:len(rows)*28*28], y[:len(rows)])
			seen += len(rows)
		}
	}
	fmt.Println(train.Len(), valid.Len(), test.Len(), "digits;", seen, "seen in batches of", size)
	// Output: 50000 10000 10000 digits; 100000 seen in batches of 128
}

func ExampleRotate() {
	arrow := []byte{
		0, 9, 0,
		9, 9, 9,
		0, 5, 0,
	}
	fmt.Println(data.Rotate(arrow, 3, 3, 90))
	// Output: [0 9 0 9 9 5 0 9 0]
}

// Each epoch cuts and mirrors an image anew. Training with train.Fit goes from epoch to epoch by itself.
func ExampleColorImages_Augmented() {
	images, err := data.NewColorImages([]byte{
		0, 51, 51,
		0, 51, 255,
	}, 3, 2, 1, []int{0}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	augmented := images.Augmented(data.Augmentation{Pad: 1, Flip: true, Seed: 4})
	x, y := make([]float64, 6), make([]float64, 1)
	for epoch := range 3 {
		augmented.InEpoch(epoch).Batch([]int{0}, x, y)
		fmt.Println(x[:3])
		fmt.Println(x[3:], "in epoch", epoch)
	}
	// Output:
	// [0.2 0.2 0]
	// [1 0.2 0] in epoch 0
	// [0 1 0.2]
	// [0 0 0] in epoch 1
	// [0 0.2 0.2]
	// [0 1 0.2] in epoch 2
}

func ExampleNewTable() {
	table, err := data.NewTable([][]float64{{1, 2}, {3, 4}}, [][]float64{{0.5}, {0.7}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(table.Len(), "rows, x", table.XShape(), "y", table.YShape())
	// Output: 2 rows, x [2] y [1]
}
