package experiments

import (
	"context"
	"math"

	"credence/data"
	"credence/graph"
	"credence/infer"
	"credence/layers"
)

// uciNetwork has dropout before both of its layers, in training and in prediction.
type uciNetwork struct {
	uciPoint
	params      *graph.Params
	hidden, out *layers.Dense
}

func newUCINetwork(point uciPoint, in, hidden int, seed uint64) *uciNetwork {
	ps := graph.NewParams(graph.Float32, seed)
	return &uciNetwork{
		uciPoint: point, params: ps,
		hidden: layers.NewDense(ps, "hidden", in, hidden, graph.Glorot),
		out:    layers.NewDense(ps, "out", hidden, 1, graph.Glorot),
	}
}

// Params implements train.Model.
func (n *uciNetwork) Params() *graph.Params { return n.params }

// forward maps x [..., in] to [..., 1], with dropout of the given rate.
func (n *uciNetwork) forward(x *graph.Node, rate float64) *graph.Node {
	drop := layers.MCDropout{Rate: rate}
	h := n.hidden.Forward(drop.Forward(x)).ReLU()
	return n.out.Forward(drop.Forward(h))
}

// Terms implements train.Model for the authors' loss, the squared error plus decay·|W|²/N. The squared error stands
// in place of the negative log-likelihood, and train.Fit divides the complexity by N.
func (n *uciNetwork) Terms(x, y *graph.Node) (logLik, complexity *graph.Node) {
	g := x.Graph()
	decay := uciLengthScale * uciLengthScale * (1 - n.Rate) / (2 * n.Tau)
	squares := g.Param(n.hidden.W).Square().Sum().Add(g.Param(n.out.W).Square().Sum())
	return n.forward(x, n.Rate).Sub(y).Square().Reshape(x.Dim(0)).Neg(), squares.Scale(decay)
}

// uciPredictRows is how many rows a prediction computes at once, so that they stay in the cache.
const uciPredictRows = 4096

// scores predicts the rows of a standardised set, whose targets have been divided by scale.
func (n *uciNetwork) scores(ctx context.Context, set *data.Table, scale float64, passes int) (s uciScores, err error) {
	rows := set.Len()
	at := max(1, min(passes, uciPredictRows/rows)) // passes in a run
	for passes%at != 0 {
		at--
	}
	g := graph.New(n.params, graph.Predict)
	x, y := g.Input("x", rows, set.XShape()[0]), g.Input("y", rows, 1)
	off := func(x *graph.Node, rate float64) *graph.Node { return n.forward(x, rate).Sub(y).Scale(scale) }
	once, err := g.Compile(off(x, 0), off(x, n.Rate))
	if err != nil {
		return s, err
	}
	all := off(x.Broadcast(at, rows, x.Dim(1)), n.Rate)
	density := all.Square().Scale(-n.Tau / 2).LogSumExp(0).AddScalar(0.5*math.Log(n.Tau/(2*math.Pi)) - math.Log(float64(at)))
	many, err := g.Compile(density, all.Mean(0))
	if err != nil {
		return s, err
	}

	feed := uciFeed(set, x, y)
	out, err := once.Run(infer.PredictSteps, feed)
	if err != nil {
		return s, err
	}
	s.Plain, s.Single = rootMeanSquare(out[0].Float64s()), rootMeanSquare(out[1].Float64s())
	logLik, mean := infer.NewLogPredictive(rows), make([]float64, rows)
	for run := range passes / at {
		if ctx.Err() != nil {
			return s, ctx.Err()
		}
		if out, err = many.Run(infer.PredictSteps+1+uint64(run), feed); err != nil {
			return s, err
		}
		if err := logLik.Add(out[0].Float64s()); err != nil {
			return s, err
		}
		for i, v := range out[1].Float64s() {
			mean[i] += v * float64(at) / float64(passes)
		}
	}
	s.RMSE = rootMeanSquare(mean)
	for _, v := range logLik.LogProb() {
		s.LogLik += v / float64(rows)
	}
	return s, nil
}

// uciFeed returns all rows of a set as a feed of the two inputs.
func uciFeed(set *data.Table, x, y *graph.Node) graph.Feed {
	rows := make([]int, set.Len())
	for i := range rows {
		rows[i] = i
	}
	xs, ys := make([]float64, set.Len()*set.XShape()[0]), make([]float64, set.Len())
	set.Batch(rows, xs, ys)
	return graph.Feed{x: xs, y: ys}
}

func rootMeanSquare(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v * v
	}
	return math.Sqrt(sum / float64(len(values)))
}
