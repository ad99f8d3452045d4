package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/context"
	"github.com/gomlx/gomlx/pkg/ml/context/initializers"
	"github.com/gomlx/gomlx/pkg/ml/layers"
	"github.com/gomlx/gomlx/pkg/ml/train"
	"github.com/gomlx/gomlx/pkg/ml/train/losses"
	"github.com/gomlx/gomlx/pkg/ml/train/optimizers"
)

const (
	batch, pixels, classes = 100, 784, 10
	examples               = 60_000
)

// start makes a work ready and returns what repeats it, nil if there is no such work.
func start(work string) func() error {
	switch work {
	case "mlp400":
		return step(dense, 400, 400)
	case "bbb400":
		return step(bayesDense, 400, 400)
	}
	var m, k, n int
	if _, err := fmt.Sscanf(work, "gemm_%dx%dx%d", &m, &k, &n); err != nil {
		return nil
	}
	multiply := graph.MustNewExec(simplego.GetBackend(), func(a, b *graph.Node) *graph.Node { return graph.MatMul(a, b) })
	a, b := uniform(m, k), uniform(k, n)
	return func() error { return finalize(multiply.Exec(a, b)) }
}

// layer maps x [batch, in] to [batch, out], and adds its divergence, if any, to the loss.
type layer func(ctx *context.Context, x *graph.Node, out int) *graph.Node

// step is a training step of a classifier with Adam. Its gradients are GoMLX's, who writes that of a
// product as a broadcast multiplication and a sum: XLA makes products of them again, the Go back end
// does not, and takes most of its time there.
func step(layer layer, hidden ...int) func() error {
	model := func(ctx *context.Context, _ any, inputs []*graph.Node) []*graph.Node {
		x := inputs[0]
		for i, out := range append(hidden, classes) {
			if i > 0 {
				x = graph.Max(x, graph.ScalarZero(x.Graph(), x.DType()))
			}
			x = layer(ctx.In(fmt.Sprintf("fc%d", i)), x, out)
		}
		return []*graph.Node{x}
	}
	ctx := context.New()
	ctx = ctx.WithInitializer(initializers.HeFn(ctx))
	adam := optimizers.Adam().LearningRate(1e-3).Done()
	trainer := train.NewTrainer(simplego.GetBackend(), ctx, model, losses.SparseCategoricalCrossEntropyLogits, adam, nil, nil)
	x, y := []*tensors.Tensor{uniform(batch, pixels)}, []*tensors.Tensor{labels()}
	return func() error { return finalize(trainer.TrainStep(nil, x, y)) }
}

// finalize gives results back to the back end, whose next step uses their memory.
func finalize(results []*tensors.Tensor, err error) error {
	if err != nil {
		return err
	}
	for _, t := range results {
		if err := t.FinalizeAll(); err != nil {
			return err
		}
	}
	return nil
}

func dense(ctx *context.Context, x *graph.Node, out int) *graph.Node {
	return layers.Dense(ctx, x, true, out)
}

// bayesDense samples its weights from a factorised Gaussian posterior; the prior is N(0, 1).
func bayesDense(ctx *context.Context, x *graph.Node, out int) *graph.Node {
	g, shape := x.Graph(), shapes.Make(dtypes.Float32, x.Shape().Dim(-1), out)
	mu := ctx.VariableWithShape("mu", shape).ValueGraph(g)
	rho := ctx.WithInitializer(constant(-5)).VariableWithShape("rho", shape).ValueGraph(g)
	b := ctx.WithInitializer(initializers.Zero).VariableWithShape("b", shapes.Make(dtypes.Float32, out)).ValueGraph(g)
	sigma := graph.Softplus(rho)
	squares := graph.Add(graph.Square(sigma), graph.Square(mu))
	kl := graph.Sub(graph.MulScalar(graph.AddScalar(squares, -1), 0.5), graph.Log(sigma))
	train.AddLoss(ctx, graph.MulScalar(graph.ReduceAllSum(kl), 1.0/examples))
	w := graph.Add(mu, graph.Mul(sigma, ctx.RandomNormal(g, shape)))
	return graph.Add(graph.MatMul(x, w), graph.ExpandLeftToRank(b, 2))
}

func constant(v float64) context.VariableInitializer {
	return func(g *graph.Graph, shape shapes.Shape) *graph.Node {
		return graph.BroadcastToShape(graph.Scalar(g, shape.DType, v), shape)
	}
}

func uniform(rows, cols int) *tensors.Tensor {
	rng := rand.New(rand.NewPCG(1, 1))
	values := make([]float32, rows*cols)
	for i := range values {
		values[i] = rng.Float32()
	}
	return tensors.FromFlatDataAndDimensions(values, rows, cols)
}

func labels() *tensors.Tensor {
	rng := rand.New(rand.NewPCG(1, 2))
	values := make([]int32, batch)
	for i := range values {
		values[i] = rng.Int32N(classes)
	}
	return tensors.FromFlatDataAndDimensions(values, batch, 1)
}
