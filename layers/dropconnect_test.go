package layers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/layers"
)

var (
	_ layers.Layer = layers.DropConnect{}
	_ layers.Layer = layers.MCDropConnect{}
)

// dense returns a layer with a bias that is not zero, and a graph on its parameters.
func dense(mode graph.Mode) (*layers.Dense, *graph.Graph) {
	ps := graph.NewParams(graph.Float64, 1)
	l := layers.NewDense(ps, "fc", in, out, graph.Between(0.5, 1))
	for i := range out {
		l.B.Value().Set(i, 0.5-float64(i))
	}
	return l, graph.New(ps, mode)
}

func TestDropConnectMoments(t *testing.T) {
	const rate, steps = 0.3, 10_000
	for name, c := range map[string]struct {
		mode  graph.Mode
		layer func(d *layers.Dense) layers.Layer
	}{
		"DropConnect, training":     {graph.Train, func(d *layers.Dense) layers.Layer { return layers.DropConnect{Dense: d, Rate: rate} }},
		"MCDropConnect, training":   {graph.Train, func(d *layers.Dense) layers.Layer { return layers.MCDropConnect{Dense: d, Rate: rate} }},
		"MCDropConnect, prediction": {graph.Predict, func(d *layers.Dense) layers.Layer { return layers.MCDropConnect{Dense: d, Rate: rate} }},
	} {
		t.Run(name, func(t *testing.T) {
			d, g := dense(c.mode)
			x := g.ConstArray(examples, 3, in) // the first and the last are equal
			mean, draws := run(t, 1, d.Forward(x))[0], run(t, steps, c.layer(d).Forward(x))
			for j, m := range mean {
				y, squares := column(draws, j), make([]float64, steps)
				for i, v := range y {
					squares[i] = (v - m) * (v - m)
				}
				variance := 0.0
				for i, v := range examples[j/out*in : (j/out+1)*in] {
					w := d.W.Value().At(i*out + j%out)
					variance += v * v * w * w * rate / (1 - rate)
				}
				within(t, m, y, "mean of an output")
				within(t, variance, squares, "variance of an output")
			}
			for _, y := range draws {
				require.Equal(t, y[:out], y[2*out:], "one network for equal examples")
			}
			require.NotEqual(t, draws[0], draws[1], "another draw at the next step")
		})
	}
}

func TestDropConnectIsDense(t *testing.T) {
	for name, c := range map[string]struct {
		mode  graph.Mode
		layer func(d *layers.Dense) layers.Layer
	}{
		"in prediction":         {graph.Predict, func(d *layers.Dense) layers.Layer { return layers.DropConnect{Dense: d, Rate: 0.5} }},
		"that drops nothing":    {graph.Train, func(d *layers.Dense) layers.Layer { return layers.DropConnect{Dense: d} }},
		"MC that drops nothing": {graph.Predict, func(d *layers.Dense) layers.Layer { return layers.MCDropConnect{Dense: d} }},
	} {
		t.Run(name, func(t *testing.T) {
			d, g := dense(c.mode)
			x := g.ConstArray(examples, 3, in)
			require.Equal(t, run(t, 1, d.Forward(x)), run(t, 1, c.layer(d).Forward(x)))
		})
	}
	d, g := dense(graph.Train)
	x := g.ConstArray(examples, 3, in)
	require.Equal(t, run(t, 1, d.Forward(x)), run(t, 1, layers.DropConnect{Dense: d, Rate: 0.5}.ForwardMean(x)))
	require.Equal(t, run(t, 1, d.Forward(x)), run(t, 1, layers.MCDropConnect{Dense: d, Rate: 0.5}.ForwardMean(x)))
}

func TestDropConnectSharesTheDraw(t *testing.T) {
	d, g := dense(graph.Train)
	x, l := g.ConstArray(examples, 3, in), layers.DropConnect{Dense: d, Rate: 0.5}
	both := run(t, 8, graph.Concat(0, l.Forward(x), l.Forward(x)))
	for _, y := range both {
		require.Equal(t, y[:3*out], y[3*out:])
	}
	other := layers.DropConnect{Dense: d, Rate: 0.6}
	require.NotEqual(t, run(t, 8, l.Forward(x)), run(t, 8, other.Forward(x)), "another layer has its own")
}

func TestDropConnectGradient(t *testing.T) {
	graphtest.Gradient(t, func(x ...*graph.Node) *graph.Node {
		d := layers.NewDense(x[0].Graph().Params(), "fc", in, out, graph.Glorot)
		return layers.DropConnect{Dense: d, Rate: 0.4}.Forward(x[0]).Tanh()
	}, graphtest.Between(-1, 1, 4, in))
}

func TestDropConnectMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		rate  float64
		width int
		want  string
	}{
		"rate of 1":    {1, in, `dropout rate 1 is not in \[0, 1\)$`},
		"rate of -0.1": {-0.1, in, `dropout rate -0.1 is not in \[0, 1\)$`},
		"width":        {0.5, in + 1, `inner dimensions differ$`},
	} {
		t.Run(name, func(t *testing.T) {
			d, g := dense(graph.Train)
			layers.DropConnect{Dense: d, Rate: c.rate}.Forward(g.Input("x", 5, c.width))
			_, err := g.Compile()
			require.ErrorContains(t, err, "dropconnect_test.go:")
			require.Regexp(t, c.want, firstLine(err))
		})
	}
}
