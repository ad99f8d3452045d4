package experiments

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"credence/data"
	"credence/graph"
	"credence/infer"
	"credence/layers"
	"credence/optim"
	"credence/prob"
)

const binarySide, binaryPixels = 14, 14 * 14

// binaryDigits are digits of 14 by 14 pixels of 0 or 1, one after the other.
type binaryDigits struct{ train, test []float64 }

func newBinaryDigits(train, test int) (*binaryDigits, error) {
	trainSet, testSet, err := data.MNIST()
	if err != nil {
		return nil, err
	}
	return &binaryDigits{binarised(trainSet, train), binarised(testSet, test)}, nil
}

// binarised returns the first n images, every 2 by 2 pixels averaged and cut at a half.
func binarised(images *data.Images, n int) []float64 {
	x := make([]float64, 0, n*binaryPixels)
	for i := range n {
		pixels, _ := images.At(i)
		at := func(row, col int) int { return int(pixels[row*2*binarySide+col]) }
		for row := 0; row < 2*binarySide; row += 2 {
			for col := 0; col < 2*binarySide; col += 2 {
				sum := at(row, col) + at(row, col+1) + at(row+1, col) + at(row+1, col+1)
				x = append(x, math.Floor(float64(sum)/(2*255+1)))
			}
		}
	}
	return x
}

// coder is a variational autoencoder of binary digits, with what baselines for its gradient learn.
type coder struct {
	ps               *graph.Params
	encoder, decoder []*layers.Dense // with tanh between them
	code             int             // numbers of a code
	gaussian         bool
	level            *graph.Param  // the moving average's
	baseline         *layers.Dense // the learned baseline
}

// newGaussianCoder has a hidden layer in the encoder and in the decoder. The encoder's outputs are the means
// of the code and, before a softplus, its standard deviations.
func newGaussianCoder(seed uint64, hidden, code int) *coder {
	c := newCoder(seed, code)
	c.gaussian = true
	c.encoder = []*layers.Dense{
		layers.NewDense(c.ps, "encoder/hidden", binaryPixels, hidden, graph.Glorot),
		layers.NewDense(c.ps, "encoder/out", hidden, 2*code, graph.Glorot),
	}
	c.decoder = []*layers.Dense{
		layers.NewDense(c.ps, "decoder/hidden", code, hidden, graph.Glorot),
		layers.NewDense(c.ps, "decoder/out", hidden, binaryPixels, graph.Glorot),
	}
	return c
}

// newBitCoder is a sigmoid belief network of one layer. The encoder's outputs are the logits of its bits.
func newBitCoder(seed uint64, bits int) *coder {
	c := newCoder(seed, bits)
	c.encoder = []*layers.Dense{layers.NewDense(c.ps, "encoder/out", binaryPixels, bits, graph.Glorot)}
	c.decoder = []*layers.Dense{layers.NewDense(c.ps, "decoder/out", bits, binaryPixels, graph.Glorot)}
	return c
}

func newCoder(seed uint64, code int) *coder {
	ps := graph.NewParams(graph.Float32, seed)
	return &coder{
		ps: ps, code: code,
		level:    ps.Declare(graph.State, "baseline/level", graph.Zeros),
		baseline: layers.NewDense(ps, "baseline", binaryPixels, 1, graph.Zeros),
	}
}

func through(stack []*layers.Dense, x *graph.Node) *graph.Node {
	for i, l := range stack {
		if i > 0 {
			x = x.Tanh()
		}
		x = l.Forward(x)
	}
	return x
}

// bound is the estimator's mean bound of digits x, [batch, pixels], in nats.
func (c *coder) bound(e gradientEstimator, x *graph.Node, draws int) *graph.Node {
	m := c.model(e, x)
	m.LogLik = func(z *graph.Node) *graph.Node {
		return prob.Bernoulli{Logits: through(c.decoder, z)}.LogProb(x).Sum(-1)
	}
	return e.Make(c, x, draws).Bound(m).Mean()
}

func (c *coder) model(e gradientEstimator, x *graph.Node) infer.Model {
	g, out := x.Graph(), through(c.encoder, x)
	if !c.gaussian {
		logits, fair := prob.Bernoulli{Logits: out}, prob.Bernoulli{Logits: g.Const(0).Broadcast(c.code)}
		code := exactBits
		if e.Code != nil {
			code = e.Code
		}
		return infer.Model{
			Posterior: prob.Independent{Base: code(out), Axes: 1},
			Prior:     prob.Independent{Base: fair, Axes: 1},
			KL:        logits.KL(fair).Sum(-1),
		}
	}
	q := prob.DiagonalNormal{Mu: out.Slice(-1, 0, c.code), Sigma: out.Slice(-1, c.code, 2*c.code).Softplus()}
	p := prob.DiagonalNormal{Mu: g.Const(0).Broadcast(c.code), Sigma: g.Const(1).Broadcast(c.code)}
	m := infer.Model{Posterior: q, Prior: p}
	if e.ClosedKL {
		m.KL = q.KL(p)
	}
	return m
}

// train takes so many steps of the estimator's gradient on minibatches, and calls each after every one.
func (c *coder) train(ctx context.Context, e gradientEstimator, digits []float64, batch, draws, steps int, each func(step int) error) error {
	g := graph.New(c.ps, graph.Train)
	x := g.Input("x", batch, binaryPixels)
	bound := c.bound(e, x, draws)
	optim.Minimize(optim.Adam{}, bound.Neg(), g.Const(coderRate))
	program, err := g.Compile(bound)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(c.ps.Seed(), 1))
	rows := make([]float64, 0, batch*binaryPixels)
	for step := range steps {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		rows = rows[:0]
		for range batch {
			at := rng.IntN(len(digits)/binaryPixels) * binaryPixels
			rows = append(rows, digits[at:at+binaryPixels]...)
		}
		if _, err := program.Run(uint64(step), graph.Feed{x: rows}); err != nil {
			return err
		}
		if each != nil {
			if err := each(step + 1); err != nil {
				return err
			}
		}
	}
	return nil
}

// measured is what is known of a gradient: its moments in the biases of the encoder's outputs, and the
// variance in all of the encoder's parameters together.
type measured struct {
	biases   infer.GradientMoments
	variance float64
}

// measure takes the moments of the estimator's gradient of the mean bound of the digits, with the
// autoencoder as it is. The baseline has learnt for the given number of steps, of which the noise is
// another, and learns on.
func (c *coder) measure(ctx context.Context, e gradientEstimator, digits []float64, draws, warm, steps int) (*measured, error) {
	var moments []infer.GradientMoments
	for _, steps := range []int{warm, steps} {
		next := c.copy(c.ps.Seed() + 1)
		g := graph.New(next.ps, graph.Train)
		x := g.ConstArray(digits, len(digits)/binaryPixels, binaryPixels)
		loss := next.bound(e, x, draws).Neg()
		var wrt []*graph.Node
		for _, l := range next.encoder {
			wrt = append(wrt, g.Param(l.W), g.Param(l.B))
		}
		if slices.Contains(g.Used(), next.baseline.W) {
			optim.Minimize(optim.Adam{}, loss, g.Const(baselineRate), next.baseline.W, next.baseline.B)
		}
		var err error
		if moments, err = infer.MeasureGradient(ctx, steps, nil, loss, wrt...); err != nil {
			return nil, err
		}
		c = next
	}
	m := &measured{biases: moments[len(moments)-1]}
	for _, of := range moments {
		m.variance += of.TotalVariance()
	}
	return m, nil
}

// copy returns an autoencoder of the same parameters, with another seed.
func (c *coder) copy(seed uint64) *coder {
	next := newBitCoder(seed, c.code)
	if c.gaussian {
		next = newGaussianCoder(seed, c.encoder[0].B.Value().Len(), c.code)
	}
	if err := next.ps.CopyFrom(c.ps); err != nil {
		panic(err) // both were declared alike
	}
	return next
}
