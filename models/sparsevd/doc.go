// Package sparsevd has networks that learn which of their weights they can do without, by sparse
// variational dropout (Molchanov, Ashukha and Vetrov 2017, https://arxiv.org/abs/1701.05369), and what
// is left of them: smaller networks of sparse matrices, which run by themselves.
//
//	net := sparsevd.New(sparsevd.Config{Network: sparsevd.Dense{784, 300, 100, 10}})
//	history, err := net.Fit(ctx, digits, train.Settings{Epochs: 200, KL: train.WarmUp{Epochs: 20}})
//	fmt.Println(net.Sparsity()) // of each layer
//
//	small := net.Compact()
//	err = small.Save("digits.safetensors")
//	logits := small.Forward(pixels)
package sparsevd
