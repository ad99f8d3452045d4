package resnet

import (
	"fmt"
	"math"
	"slices"

	"credence/data"
	"credence/graph"
	"credence/prob"
)

// Predict returns p(y|x) of the set's images, [n, classes]. The set's targets are not read.
func (n *Network) Predict(set data.Set) ([]float64, error) {
	p, err := newPart(n.params, set.XShape(), func(x *graph.Node) []*graph.Node {
		return []*graph.Node{prob.Categorical{Logits: n.Forward(x)}.Probs()}
	})
	if err != nil {
		return nil, fmt.Errorf("resnet: predicting: %w", err)
	}
	var probs []float64
	for x, taken := range data.InOrder(set, min(predictImages, set.Len())) {
		err := p.run(rounded(x[:taken*p.in]), taken, func(_ int, out [][]float32) {
			for _, v := range out[0] {
				probs = append(probs, float64(v))
			}
		})
		if err != nil {
			return nil, fmt.Errorf("resnet: predicting: %w", err)
		}
	}
	return probs, nil
}

// rounded returns x in float32.
func rounded(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// Prediction is what an Adaptive network makes of n images.
type Prediction struct {
	Mean   []float64 // p(y|x), [n, classes]
	Blocks []int     // that each image passed in each stage, [n, stages]
	FLOPs  []int     // of each image: see FLOPs of the network
}

// FLOPs returns those of an image that passes all blocks, with the heads that decide left out.
func (a *Adaptive) FLOPs() int { return a.Network.FLOPs() }

const (
	predictImages = 128 // that go through the network together
	predictBatch  = 8   // that a program takes: few are computed in vain when some have halted
)

// Predict halts each image as soon as the network's rule does, after one block of a stage at least. Images that have halted
// take no further part: those that are left are put together for the next block. The set's targets are not read.
func (a *Adaptive) Predict(set data.Set) (*Prediction, error) {
	return a.predict(set, func(h, taken float64, _ bool) (float64, bool) { return a.config.Rule.share(h, taken) })
}

// PredictAll passes every image through all blocks, of which each stage gives the last: the network without its variable.
func (a *Adaptive) PredictAll(set data.Set) (*Prediction, error) {
	return a.predict(set, func(_, _ float64, last bool) (float64, bool) {
		if last {
			return 1, true
		}
		return 0, false
	})
}

func (a *Adaptive) predict(set data.Set, share func(h, taken float64, last bool) (float64, bool)) (*Prediction, error) {
	p, err := a.newPredictor(set.XShape())
	if err != nil {
		return nil, fmt.Errorf("resnet: predicting: %w", err)
	}
	p.share = share
	all := &Prediction{}
	for x, taken := range data.InOrder(set, min(predictImages, set.Len())) {
		if err := p.images(all, x, taken); err != nil {
			return nil, fmt.Errorf("resnet: predicting: %w", err)
		}
	}
	return all, nil
}

// predictor is a network as programs of a few images each, one for each part that can be left out.
type predictor struct {
	net    *Adaptive
	share  func(h, taken float64, last bool) (weight float64, halts bool) // see Rule; whether the block is a stage's last
	stem   *part
	blocks [stages][]*part
	finish *part

	memory [3][]float32 // for the images of a batch before, in and after a stage
}

// part is a program of predictBatch examples.
type part struct {
	program *graph.Program
	x       *graph.Node
	in      int       // elements of an example
	out     []int     // shape of an example of the first output
	batch   []float32 // that is fed where there are fewer examples
}

func (a *Adaptive) newPredictor(example []int) (p *predictor, err error) {
	p = &predictor{net: a}
	if p.stem, err = newPart(a.params, example, func(x *graph.Node) []*graph.Node { return []*graph.Node{a.begin(x)} }); err != nil {
		return nil, err
	}
	shape := p.stem.out
	for s, blocks := range a.stages {
		for unit, b := range blocks {
			block, err := newPart(a.params, shape, func(x *graph.Node) []*graph.Node {
				h := b.Forward(x)
				if unit == len(a.heads[s]) {
					return []*graph.Node{h}
				}
				return []*graph.Node{h, a.heads[s][unit].Forward(h)}
			})
			if err != nil {
				return nil, err
			}
			p.blocks[s], shape = append(p.blocks[s], block), block.out
		}
	}
	p.finish, err = newPart(a.params, shape, func(x *graph.Node) []*graph.Node {
		return []*graph.Node{prob.Categorical{Logits: a.finish(x)}.Probs()}
	})
	return p, err
}

func newPart(ps *graph.Params, example []int, of func(x *graph.Node) []*graph.Node) (*part, error) {
	g := graph.New(ps, graph.Predict)
	x := g.Input("x", append([]int{predictBatch}, example...)...)
	outputs := of(x)
	program, err := g.Compile(outputs...)
	if err != nil {
		return nil, err
	}
	n := graph.Shape(example).Size()
	return &part{program: program, x: x, in: n, out: outputs[0].Shape()[1:], batch: make([]float32, predictBatch*n)}, nil
}

// run hands over the outputs of each of n examples, which follow one another in x.
func (p *part) run(x []float32, n int, use func(example int, outputs [][]float32)) error {
	for from := 0; from < n; from += predictBatch {
		some := x[from*p.in : min(from+predictBatch, n)*p.in]
		if len(some) < len(p.batch) {
			copy(p.batch, some)
			some = p.batch
		}
		out, err := p.program.Run(0, graph.Feed{p.x: some})
		if err != nil {
			return err
		}
		outputs := make([][]float32, len(out))
		for i := range min(predictBatch, n-from) {
			for k, o := range out {
				size := o.Len() / predictBatch
				outputs[k] = o.Float32s()[i*size : (i+1)*size]
			}
			use(from+i, outputs)
		}
	}
	return nil
}

// images predicts the first of a batch.
func (p *predictor) images(all *Prediction, x []float64, taken int) error {
	first := len(all.FLOPs)
	for range taken {
		all.FLOPs, all.Blocks = append(all.FLOPs, p.net.stemFLOPs()), append(all.Blocks, make([]int, stages)...)
	}
	images := p.memory[0][:0]
	err := p.stem.run(rounded(x[:taken*p.stem.in]), taken, func(_ int, out [][]float32) { images = append(images, out[0]...) })
	if err != nil {
		return err
	}
	p.memory[0] = images
	for s := range p.blocks {
		err := p.stage(s, taken, func(i, unit int) {
			all.FLOPs[first+i] += p.net.blockFLOPs(s, unit)
			all.Blocks[stages*(first+i)+s]++
		})
		if err != nil {
			return err
		}
	}
	return p.finish.run(p.memory[0], taken, func(_ int, out [][]float32) {
		for _, v := range out[0] {
			all.Mean = append(all.Mean, float64(v))
		}
	})
}

// stage replaces n images in memory[0] by what a stage gives of them, and calls passed for each block that one passes.
func (p *predictor) stage(s, n int, passed func(i, unit int)) error {
	size := graph.Shape(p.blocks[s][0].out).Size()
	images, left, given := p.memory[0], p.memory[1], slices.Grow(p.memory[2][:0], n*size)[:n*size]
	taken, active := make([]float64, n), make([]int, n) // active are those that images are of
	for i := range active {
		active[i] = i
	}
	for unit, block := range p.blocks[s] {
		going := active[:0]
		left = left[:0]
		err := block.run(images, len(active), func(k int, out [][]float32) {
			i, h := active[k], 1.0
			passed(i, unit)
			last := len(out) == 1
			if !last {
				h = 1 / (1 + math.Exp(-float64(out[1][0])))
			}
			weight, halts := p.share(h, taken[i], last)
			addTo(given[i*size:(i+1)*size], taken[i], float32(weight), out[0])
			taken[i] += weight
			if !halts {
				left, going = append(left, out[0]...), append(going, i)
			}
		})
		if err != nil {
			return err
		}
		images, left, active = left, images, going
	}
	p.memory = [3][]float32{given, images, left}
	return nil
}

// addTo adds weight·x to a sum with weights of taken, which before the first is any numbers. All weights add up to 1.
func addTo(sum []float32, taken float64, weight float32, x []float32) {
	switch {
	case weight == 0:
	case weight == 1:
		copy(sum, x)
	case taken == 0:
		for i, v := range x {
			sum[i] = weight * v
		}
	default:
		for i, v := range x {
			sum[i] += weight * v
		}
	}
}
