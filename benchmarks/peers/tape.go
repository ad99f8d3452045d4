package main

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// startTape is Gorgonia without us: its TapeMachine, gradients and Adam, and gonum's products.
func startTape(work string) (func() error, error) {
	switch work {
	case "mlp400":
		return tapeStep(dense, 400, 400)
	case "bbb400":
		return tapeStep(bayesDense, 400, 400)
	case "bbb1200":
		return tapeStep(bayesDense, 1200, 1200)
	}
	var m, k, n int
	if _, err := fmt.Sscanf(work, "gemm_%dx%dx%d", &m, &k, &n); err != nil {
		return nil, nil
	}
	a, b, c := uniform(m, k), uniform(k, n), uniform(m, n)
	return func() error {
		_, err := tensor.MatMul(a, b, tensor.WithReuse(c))
		return err
	}, nil
}

const (
	batch, pixels, classes = 100, 784, 10
	examples               = 60_000
)

// tapeLayer maps x [batch, in] to [batch, out]; it returns its parameters and its divergence, if any.
type tapeLayer func(x *gorgonia.Node, name string, in, out int) (y, kl *gorgonia.Node, params gorgonia.Nodes)

func tapeStep(layer tapeLayer, hidden ...int) (func() error, error) {
	g := gorgonia.NewGraph()
	x := gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(batch, pixels), gorgonia.WithName("x"))
	y := gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(batch, classes), gorgonia.WithName("y"))
	var params gorgonia.Nodes
	var divergence *gorgonia.Node
	h, in := x, pixels
	for i, out := range append(hidden, classes) {
		if i > 0 {
			h = must(gorgonia.Rectify(h))
		}
		var kl *gorgonia.Node
		var own gorgonia.Nodes
		h, kl, own = layer(h, fmt.Sprintf("fc%d", i), in, out)
		if params, in = append(params, own...), out; divergence == nil {
			divergence = kl
		} else {
			divergence = must(gorgonia.Add(divergence, kl))
		}
	}
	logProbs := must(gorgonia.LogSoftMax(h))
	cost := scale(must(gorgonia.Sum(must(gorgonia.HadamardProd(logProbs, y)))), -1.0/batch)
	if divergence != nil {
		cost = must(gorgonia.Add(cost, scale(divergence, 1.0/examples)))
	}
	if _, err := gorgonia.Grad(cost, params...); err != nil {
		return nil, err
	}
	vm := gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(params...))
	solver := gorgonia.NewAdamSolver(gorgonia.WithLearnRate(1e-3))
	learnt := gorgonia.NodesToValueGrads(params)
	images, labels := uniform(batch, pixels), oneHot()
	return func() error {
		if err := gorgonia.Let(x, images); err != nil {
			return err
		}
		if err := gorgonia.Let(y, labels); err != nil {
			return err
		}
		if err := vm.RunAll(); err != nil {
			return err
		}
		defer vm.Reset()
		return solver.Step(learnt)
	}, nil
}

func dense(x *gorgonia.Node, name string, in, out int) (y, kl *gorgonia.Node, params gorgonia.Nodes) {
	w := matrix(x.Graph(), name+"/w", gorgonia.GlorotN(1), in, out)
	b := matrix(x.Graph(), name+"/b", gorgonia.Zeroes(), 1, out)
	return affine(x, w, b), nil, gorgonia.Nodes{w, b}
}

// bayesDense samples its weights.
func bayesDense(x *gorgonia.Node, name string, in, out int) (y, kl *gorgonia.Node, params gorgonia.Nodes) {
	g := x.Graph()
	mu := matrix(g, name+"/mu", gorgonia.GlorotN(1), in, out)
	rho := matrix(g, name+"/rho", gorgonia.ValuesOf(float32(-5)), in, out)
	b := matrix(g, name+"/b", gorgonia.Zeroes(), 1, out)
	eps := gorgonia.GaussianRandomNode(g, tensor.Float32, 0, 1, in, out)
	sigma := must(gorgonia.Softplus(rho))
	w := must(gorgonia.Add(mu, must(gorgonia.HadamardProd(sigma, eps))))
	squares := must(gorgonia.Add(must(gorgonia.Square(sigma)), must(gorgonia.Square(mu))))
	kl = must(gorgonia.Sum(must(gorgonia.Sub(scale(squares, 0.5), must(gorgonia.Log(sigma))))))
	return affine(x, w, b), kl, gorgonia.Nodes{mu, rho, b}
}

func affine(x, w, b *gorgonia.Node) *gorgonia.Node {
	return must(gorgonia.BroadcastAdd(must(gorgonia.Mul(x, w)), b, nil, []byte{0}))
}

func scale(x *gorgonia.Node, c float32) *gorgonia.Node {
	return must(gorgonia.Mul(x, gorgonia.NewConstant(c, gorgonia.WithName(fmt.Sprint("times ", c)))))
}

func matrix(g *gorgonia.ExprGraph, name string, init gorgonia.InitWFn, rows, cols int) *gorgonia.Node {
	return gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(rows, cols), gorgonia.WithName(name), gorgonia.WithInit(init))
}

func uniform(rows, cols int) *tensor.Dense {
	rng := rand.New(rand.NewPCG(1, 1))
	values := make([]float32, rows*cols)
	for i := range values {
		values[i] = rng.Float32()
	}
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(values))
}

func oneHot() *tensor.Dense {
	rng := rand.New(rand.NewPCG(1, 2))
	values := make([]float32, batch*classes)
	for i := range batch {
		values[i*classes+rng.IntN(classes)] = 1
	}
	return tensor.New(tensor.WithShape(batch, classes), tensor.WithBacking(values))
}

func must(n *gorgonia.Node, err error) *gorgonia.Node { return gorgonia.Must(n, err) }
