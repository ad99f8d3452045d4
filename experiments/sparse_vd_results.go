package experiments

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"credence/graph"
	"credence/layers"
	"credence/metrics"
	"credence/models/sparsevd"
	"credence/weights"
)

// compactResult is what the compact network of one seed is like.
type compactResult struct {
	widths           []int
	fileRatio        float64 // dense over compact
	roundedErr       float64 // %, with the weights rounded to the bits that sigma suggests
	speed1, speed100 float64 // dense over compact, time
}

func (p sparsePlan) measure(ctx context.Context, r *Run, n *sparsevd.Network, test centred) (s sparseResult, err error) {
	if s, err = measureSparse(n, test); err != nil {
		return s, err
	}
	small := n.Compact()
	rate, err := metrics.ErrorRate(small.Rounded(s.bits).Predict(test), 10, test.Labels())
	if err != nil {
		return s, err
	}
	s.compactResult = compactResult{widths: small.Widths(), roundedErr: 100 * rate}
	if s.fileRatio, err = fileRatio(r, n, small); err != nil {
		return s, err
	}
	if s.speed1, err = p.speed(ctx, n, small, test, 1); err != nil {
		return s, err
	}
	s.speed100, err = p.speed(ctx, n, small, test, 100)
	return s, err
}

// fileRatio returns how many times larger a file of the same network's dense means is.
func fileRatio(r *Run, n *sparsevd.Network, small *sparsevd.Compact) (float64, error) {
	folder, err := os.MkdirTemp(r.Out, "sizes")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	dense := graph.NewParams(graph.Float32, 0)
	for i, l := range n.Layers() {
		shape := l.Theta.Shape()
		dense.New(fmt.Sprintf("fc%d/w", i), graph.Zeros, shape...)
		dense.New(fmt.Sprintf("fc%d/b", i), graph.Zeros, shape[1])
	}
	sizes := make([]float64, 2)
	for i, save := range []func(path string) error{
		func(path string) error { return weights.Save(path, dense, nil) }, small.Save,
	} {
		path := filepath.Join(folder, fmt.Sprint(i))
		if err := save(path); err != nil {
			return 0, err
		}
		info, err := os.Stat(path)
		if err != nil {
			return 0, err
		}
		sizes[i] = float64(info.Size())
	}
	return sizes[0] / sizes[1], nil
}

// speed returns the time of the dense forward pass over that of the sparse one, by the medians of
// interleaved runs.
func (p sparsePlan) speed(ctx context.Context, n *sparsevd.Network, small *sparsevd.Compact, test centred, batch int) (float64, error) {
	dense := graph.NewParams(graph.Float32, 0)
	g := graph.New(dense, graph.Predict)
	input := g.Input("x", batch, 784)
	h := input
	for i, l := range n.Layers() {
		shape := l.Theta.Shape()
		fc := layers.NewDense(dense, fmt.Sprint("fc", i), shape[0], shape[1], graph.Glorot)
		if h = fc.Forward(h); i < len(n.Layers())-1 {
			h = h.ReLU()
		}
	}
	program, err := g.Compile(h)
	if err != nil {
		return 0, err
	}
	x, y := make([]float64, batch*784), make([]float64, batch)
	rows := make([]int, batch)
	for i := range rows {
		rows[i] = i
	}
	test.Batch(rows, x, y)
	x32 := make([]float32, len(x))
	for i, v := range x {
		x32[i] = float32(v)
	}
	const repeats = 20
	var slow, fast []float64
	feed := graph.Feed{input: x32}
	for range p.Rounds {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		start := time.Now()
		for range repeats {
			if _, err := program.Run(0, feed); err != nil {
				return 0, err
			}
		}
		between := time.Now()
		for range repeats {
			small.Forward(x32)
		}
		slow, fast = append(slow, between.Sub(start).Seconds()), append(fast, time.Since(between).Seconds())
	}
	return quantile(slow, 0.5) / quantile(fast, 0.5), nil
}

func (p sparsePlan) report(r *Run, results []sparseResult) {
	p.checks(r, results, sparsePaper{err: 1.92, compression: 68, pruned: []float64{98.9, 97.2, 62.0}})
	row := func(name string, f func(s sparseResult) float64) Check { return p.row(r, name, results, f) }
	// What is asked of the compact network is asked of one as sparse as the paper's.
	compact := func(name string, low float64, f func(s sparseResult) float64) {
		c := row(name, f)
		if c.Split, c.Low = "", new(low); r.Scale == Paper {
			r.Check(c)
		} else {
			r.Info(c)
		}
	}
	c := row("weights rounded to the bits that sigma suggests: change of the test error, percentage points", func(s sparseResult) float64 { return s.roundedErr - s.err })
	c.High = new(0.1)
	r.Check(c)
	c = row("compression with those bits, 32-bit weights over what is left", func(s sparseResult) float64 { return s.bitCompression })
	c.Split = ""
	r.Info(c)
	compact("size of the dense file over that of the compact one", 20, func(s sparseResult) float64 { return s.fileRatio })
	compact("time of the dense forward pass over the compact one, batch 1", 5, func(s sparseResult) float64 { return s.speed1 })
	c = row("time of the dense forward pass over the compact one, batch 100", func(s sparseResult) float64 { return s.speed100 })
	c.Split = ""
	r.Info(c)
	rows := make([][]any, len(results))
	for i, s := range results {
		rows[i] = []any{
			r.Seed + uint64(i), s.err, s.compression, s.fileRatio, fmt.Sprint(s.bits), s.bitCompression, s.roundedErr,
			fmt.Sprint(s.widths), s.speed1, s.speed100,
		}
	}
	r.Table("seeds", "Each seed's network. The weight ratio counts the weights that are not pruned, the file ratio compares files of 32-bit "+
		"weights, the dense network's and the compact one's with the places of its weights. Bits are those a weight of each layer needs by its "+
		"sigma; the ratio with them counts weights again, and the error is that of the rounded network. Widths are what is left of 784, 300, 100 and 10.",
		[]string{"seed", "test error, %", "weight ratio", "file ratio", "bits by layer", "weight ratio with bits", "test error with bits, %",
			"widths", "speed ratio, batch 1", "batch 100"}, rows)
}
