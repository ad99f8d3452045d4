package experiments

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"credence/data"
	"credence/graph"
	"credence/layers"
	"credence/metrics"
	"credence/models/sparsevd"
	"credence/optim"
	"credence/report"
	"credence/train"
	"credence/weights"
)

var sparseVDLeNet300 = Experiment{
	Name:    "sparse-vd-lenet300",
	Summary: "a network for MNIST that learns which of its weights it needs, and what is left of it: its size and its speed",
	Needs:   "embedded MNIST; quick: 3 seeds of 40 epochs, ten minutes on two cores; paper: 3 seeds of 200 epochs, an hour",
	Paper:   "Molchanov, Ashukha and Vetrov 2017, Variational Dropout Sparsifies Deep Neural Networks, https://arxiv.org/abs/1701.05369",
	Scales:  []Scale{Quick, Paper},
	Run:     func(ctx context.Context, r *Run) error { return sparsePlanFor(r.Scale).run(ctx, r) },
}

// sparsePlan is the settings of one scale. Paper's are those of the authors' code.
type sparsePlan struct {
	Epochs int
	Seeds  int
	LR     optim.Schedule
	LRText string
	KL     train.WarmUp

	MinAccuracy, MinCompression float64 // the bands
	SelectedOn                  string
}

const sparseBatch, sparseImages = 100, 60_000

func sparsePlanFor(s Scale) sparsePlan {
	const perEpoch = sparseImages / sparseBatch
	if s == Paper {
		return sparsePlan{
			Epochs: 200, Seeds: 3, KL: train.WarmUp{From: 5, Epochs: 20},
			LR:          optim.Constant(1e-3).Until(100*perEpoch, optim.Linear(1e-3, 0, 100*perEpoch)),
			LRText:      "1e-3 for 100 epochs, then falling linearly to 0",
			MinAccuracy: 97.9, MinCompression: 60,
		}
	}
	return sparsePlan{
		Epochs: 40, Seeds: 3, KL: train.WarmUp{Epochs: 40},
		LR: optim.Linear(2e-3, 0, 40*perEpoch), LRText: "2e-3 falling linearly to 0",
		MinAccuracy: 98.2, MinCompression: 30, SelectedOn: "validation",
	}
}

// centred is images less the mean image.
type centred struct {
	*data.Images
	mean []float64
}

// Batch writes the rows as data.Images does, less the mean.
func (s centred) Batch(rows []int, x, y []float64) {
	s.Images.Batch(rows, x, y)
	for i := range x {
		x[i] -= s.mean[i%len(s.mean)]
	}
}

// centre takes the mean image of the first set off both.
func centre(training, test *data.Images) (centred, centred) {
	mean := make([]float64, len(training.XShape())*training.XShape()[0])
	x, y := make([]float64, len(mean)), make([]float64, 1)
	for i := range training.Len() {
		training.Batch([]int{i}, x, y)
		for k, v := range x {
			mean[k] += v / float64(training.Len())
		}
	}
	return centred{training, mean}, centred{test, mean}
}

func (p sparsePlan) run(ctx context.Context, r *Run) error {
	training, test, err := data.MNIST()
	if err != nil {
		return err
	}
	trainSet, testSet := centre(training.Scaled(256), test.Scaled(256))
	p.record(r)
	nets, histories := make([]*sparsevd.Network, p.Seeds), make([][]sparseEpoch, p.Seeds)
	for i := range nets {
		if nets[i], histories[i], err = p.fit(ctx, r, r.Seed+uint64(i), trainSet); err != nil {
			return err
		}
	}
	r.Phase("test set")
	results := make([]sparseResult, p.Seeds)
	for i, n := range nets {
		if results[i], err = measure(ctx, r, n, testSet); err != nil {
			return err
		}
	}
	p.report(r, results)
	r.Model(func(path string) error { return nets[0].Compact().Save(path) })
	return sparsePictures(r, nets[0], histories[0], testSet)
}

func (p sparsePlan) record(r *Run) {
	r.Setting("network", "784-300-100-10, ReLU")
	r.Setting("training images", sparseImages)
	r.Setting("pixels", "divided by 256, less the mean image")
	r.Setting("epochs", p.Epochs)
	r.Setting("batch", sparseBatch)
	r.Setting("optimiser", "Adam, learning rate "+p.LRText)
	r.Setting("weight of the divergence", fmt.Sprintf("0 for %d epochs, rising to 1 at epoch %d", p.KL.From, p.KL.Epochs))
	r.Setting("initial log sigma²", -10)
	r.Setting("pruned from log alpha", 3)
	r.Setting("pruned weights in training", "left out")
	r.Setting("seeds", p.Seeds)
}

// sparseEpoch is what training has come to at the end of an epoch.
type sparseEpoch struct {
	train.Epoch
	compression float64
}

func (p sparsePlan) fit(ctx context.Context, r *Run, seed uint64, set data.Set) (*sparsevd.Network, []sparseEpoch, error) {
	r.Phase(fmt.Sprintf("training, seed %d", seed))
	n := sparsevd.New(sparsevd.Config{
		Widths: []int{784, 300, 100, 10}, Seed: seed, Layers: layers.SparseOptions{Theta: graph.Glorot, TrainClip: true},
	})
	var compression []float64
	history, err := n.Fit(ctx, set, train.Settings{
		Epochs: p.Epochs, BatchSize: sparseBatch, LR: p.LR, KL: p.KL, Seed: seed,
		Checkpoint: filepath.Join(r.CheckpointDir(), fmt.Sprint("seed", seed)),
		Observe: func(s train.Step) {
			if s.Step%(sparseImages/sparseBatch) == 0 {
				compression = append(compression, n.Compression())
			}
			if s.Step%100 == 0 || s.Step == s.Steps {
				r.Progress(s.Step, s.Steps, fmt.Sprintf("NLL %.4f  KL %.4g  compression %.1f", s.NLL, s.KL, n.Compression()))
			}
		},
	})
	if err != nil {
		return nil, nil, err
	}
	epochs := make([]sparseEpoch, len(history))
	for i, e := range history {
		epochs[i].Epoch = e
		if from := len(history) - len(compression); i >= from { // a resumed run has seen the last ones only
			epochs[i].compression = compression[i-from]
		}
	}
	return n, epochs, nil
}

// sparseResult is what one seed gives.
type sparseResult struct {
	err, compression float64 // %, times
	sparsity         []float64
	widths           []int
	fileRatio        float64 // dense over compact
	speed1, speed100 float64 // dense over compact, time
}

func measure(ctx context.Context, r *Run, n *sparsevd.Network, test centred) (s sparseResult, err error) {
	probs, err := n.Predict(test)
	if err != nil {
		return s, err
	}
	rate, err := metrics.ErrorRate(probs, 10, test.Labels())
	if err != nil {
		return s, err
	}
	small := n.Compact()
	s = sparseResult{err: 100 * rate, compression: n.Compression(), sparsity: n.Sparsity(), widths: small.Widths()}
	if s.fileRatio, err = fileRatio(r, n, small); err != nil {
		return s, err
	}
	if s.speed1, err = speed(ctx, n, small, test, 1); err != nil {
		return s, err
	}
	s.speed100, err = speed(ctx, n, small, test, 100)
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
func speed(ctx context.Context, n *sparsevd.Network, small *sparsevd.Compact, test centred, batch int) (float64, error) {
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
	const rounds, repeats = 31, 20
	var slow, fast []float64
	feed := graph.Feed{input: x32}
	for range rounds {
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

// Molchanov et al. 2017, Table 1.
var molchanovSparsity = []float64{98.9, 97.2, 62.0}

func (p sparsePlan) report(r *Run, results []sparseResult) {
	row := func(name string, f func(s sparseResult) float64) Check {
		c := overSeeds(name+" ("+string(r.Scale)+")", results, f)
		c.Split, c.SelectedOn = "test", p.SelectedOn
		return c
	}
	c := row("test error, %", func(s sparseResult) float64 { return s.err })
	c.High, c.Paper, c.Provenance = new(100-p.MinAccuracy), new(1.92), Verified
	r.Check(c)
	c = row("compression, weights over those not pruned", func(s sparseResult) float64 { return s.compression })
	c.Low, c.Paper, c.Provenance, c.Split = new(p.MinCompression), new(68.0), Verified, ""
	r.Check(c)
	for i, paper := range molchanovSparsity {
		c := row(fmt.Sprintf("pruned of layer %d, %%", i+1), func(s sparseResult) float64 { return 100 * s.sparsity[i] })
		c.Paper, c.Provenance, c.Split = new(paper), Verified, ""
		r.Info(c)
	}
	// What is asked of the compact network is asked of one as sparse as the paper's.
	compact := func(name string, low float64, f func(s sparseResult) float64) {
		c := row(name, f)
		if c.Split, c.Low = "", new(low); r.Scale == Paper {
			r.Check(c)
		} else {
			r.Info(c)
		}
	}
	compact("size of the dense file over that of the compact one", 20, func(s sparseResult) float64 { return s.fileRatio })
	compact("time of the dense forward pass over the compact one, batch 1", 5, func(s sparseResult) float64 { return s.speed1 })
	c = row("time of the dense forward pass over the compact one, batch 100", func(s sparseResult) float64 { return s.speed100 })
	c.Split = ""
	r.Info(c)
	rows := make([][]any, len(results))
	for i, s := range results {
		rows[i] = []any{r.Seed + uint64(i), s.err, s.compression, fmt.Sprint(s.widths), s.fileRatio, s.speed1, s.speed100}
	}
	r.Table("seeds", "Each seed's network: widths are what is left of 784, 300, 100 and 10.",
		[]string{"seed", "test error, %", "compression", "widths", "file ratio", "speed ratio, batch 1", "batch 100"}, rows)
}

func sparsePictures(r *Run, n *sparsevd.Network, history []sparseEpoch, test centred) error {
	var epoch, nll, kl, compression []float64
	for _, e := range history {
		epoch, nll, kl = append(epoch, float64(e.Epoch.Epoch)), append(nll, e.NLL), append(kl, e.KL)
		compression = append(compression, e.compression)
	}
	one := func(title, y string, values []float64, log bool) report.Picture {
		return report.Curves{Title: title, X: "epoch", Y: y, LogY: log, Lines: []report.Line{{X: epoch, Y: values}}, Width: 4.4, Height: 3.2}
	}
	r.Picture("training", "Likelihood, divergence and compression over the epochs.", report.Panels{Title: "Training", Across: 3, Pictures: []report.Picture{
		one("Likelihood cost", "NLL, nats per example", nll, true),
		one("Divergence from the log-uniform prior", "KL, nats", kl, false),
		one("Compression", "weights over those not pruned", compression, true),
	}})
	if err := thresholdCurve(r, n, test); err != nil {
		return err
	}
	var panels []report.Picture
	for i, l := range n.Layers() {
		panels = append(panels, report.Histogram{
			Title: fmt.Sprintf("Layer %d", i+1), X: "log alpha", Y: "weights", Values: l.LogAlphas(),
			Marks: []report.Mark{{Name: "pruned from here", X: l.Threshold}}, Width: 4.4, Height: 3.2,
		})
	}
	r.Picture("log-alpha", "How noisy each weight is: the larger log alpha, the less it says.",
		report.Panels{Title: "Noise of the weights", Across: 3, Pictures: panels})
	return nil
}

// thresholdCurve draws the test error against what is pruned, over thresholds of log alpha.
func thresholdCurve(r *Run, n *sparsevd.Network, test centred) error {
	var removed, rates []float64
	for threshold := 7.5; threshold >= -6; threshold -= 0.5 {
		n.SetThreshold(threshold)
		share := 100 * (1 - 1/n.Compression())
		if share >= 99.9 {
			continue
		}
		probs, err := n.Predict(test)
		if err != nil {
			return err
		}
		rate, err := metrics.ErrorRate(probs, 10, test.Labels())
		if err != nil {
			return err
		}
		removed, rates = append(removed, share), append(rates, 100*rate)
	}
	n.SetThreshold(3)
	order := make([]int, len(removed))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return int(1e6 * (removed[a] - removed[b])) })
	line := report.Line{Name: "over thresholds of log alpha", Dots: true}
	for _, i := range order {
		line.X, line.Y = append(line.X, removed[i]), append(line.Y, rates[i])
	}
	r.Picture("pruning", "Test error against the share of weights removed, from thresholds of log alpha of 7.5 down to -6; 3 is used.",
		report.Pruning{Title: "What can be removed", Y: "test error, %", Lines: []report.Line{line}})
	return nil
}
