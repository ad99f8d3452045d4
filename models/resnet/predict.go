package resnet

import (
	"fmt"
	"math"

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
		err := p.run(split(x, taken, p.in), func(_ int, out [][]float32) {
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

// split returns the first of a batch's examples of n numbers each.
func split(x []float64, taken, n int) [][]float32 {
	examples := make([][]float32, taken)
	for i := range examples {
		examples[i] = make([]float32, n)
		for k := range examples[i] {
			examples[i][k] = float32(x[i*n+k])
		}
	}
	return examples
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
	predictBatch  = 16  // that a program takes: few are computed in vain when some have halted
)

// Predict halts each image as soon as the network's rule does, after one block of a stage at least. Images that have halted
// take no further part: those that are left are put together for the next block. The set's targets are not read.
func (a *Adaptive) Predict(set data.Set) (*Prediction, error) {
	return a.predict(set, a.config.Rule.share)
}

// PredictAll passes every image through all blocks, of which each stage gives the last: the network without its variable.
func (a *Adaptive) PredictAll(set data.Set) (*Prediction, error) {
	return a.predict(set, func(h, _ float64) (float64, bool) {
		if h == 1 {
			return 1, true
		}
		return 0, false
	})
}

func (a *Adaptive) predict(set data.Set, share func(h, taken float64) (float64, bool)) (*Prediction, error) {
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
	share  func(h, taken float64) (weight float64, halts bool)
	stem   *part
	blocks [stages][]*part
	finish *part
}

// part is a program of predictBatch examples.
type part struct {
	program *graph.Program
	x       *graph.Node
	in      int   // elements of an example
	out     []int // shape of an example of the first output
	buffer  []float32
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
	return &part{program: program, x: x, in: n, out: outputs[0].Shape()[1:], buffer: make([]float32, predictBatch*n)}, nil
}

// run hands over the outputs of each example, some at a time.
func (p *part) run(examples [][]float32, use func(example int, outputs [][]float32)) error {
	for from := 0; from < len(examples); from += predictBatch {
		some := examples[from:min(from+predictBatch, len(examples))]
		for i, e := range some {
			copy(p.buffer[i*p.in:], e)
		}
		out, err := p.program.Run(0, graph.Feed{p.x: p.buffer})
		if err != nil {
			return err
		}
		for i := range some {
			outputs := make([][]float32, len(out))
			for k, o := range out {
				n := o.Len() / predictBatch
				outputs[k] = o.Float32s()[i*n : (i+1)*n]
			}
			use(from+i, outputs)
		}
	}
	return nil
}

// images predicts the first of a batch.
func (p *predictor) images(all *Prediction, x []float64, taken int) error {
	first := len(all.FLOPs)
	images := split(x, taken, p.stem.in)
	for range images {
		all.FLOPs, all.Blocks = append(all.FLOPs, p.net.stemFLOPs()), append(all.Blocks, make([]int, stages)...)
	}
	if err := p.stem.run(images, func(i int, out [][]float32) { images[i] = append([]float32(nil), out[0]...) }); err != nil {
		return err
	}
	for s := range p.blocks {
		err := p.stage(s, images, func(i, unit int) {
			all.FLOPs[first+i] += p.net.blockFLOPs(s, unit)
			all.Blocks[stages*(first+i)+s]++
		})
		if err != nil {
			return err
		}
	}
	return p.finish.run(images, func(_ int, out [][]float32) {
		for _, v := range out[0] {
			all.Mean = append(all.Mean, float64(v))
		}
	})
}

// stage replaces images by what a stage gives of them, and calls passed for each block that one passes.
func (p *predictor) stage(s int, images [][]float32, passed func(i, unit int)) error {
	given, taken := make([][]float32, len(images)), make([]float64, len(images))
	active := make([]int, len(images))
	for i := range active {
		active[i] = i
	}
	for unit, block := range p.blocks[s] {
		running := make([][]float32, len(active))
		for k, i := range active {
			running[k] = images[i]
		}
		var left []int
		err := block.run(running, func(k int, out [][]float32) {
			i, h := active[k], 1.0
			passed(i, unit)
			if len(out) > 1 {
				h = 1 / (1 + math.Exp(-float64(out[1][0])))
			}
			weight, halts := p.share(h, taken[i])
			given[i] = addTo(given[i], weight, out[0])
			taken[i] += weight
			if !halts {
				images[i] = append(images[i][:0], out[0]...)
				left = append(left, i)
			}
		})
		if err != nil {
			return err
		}
		active = left
	}
	copy(images, given)
	return nil
}

// addTo returns sum + weight·x; a nil sum is 0.
func addTo(sum []float32, weight float64, x []float32) []float32 {
	if weight == 0 {
		return sum
	}
	if sum == nil {
		sum = make([]float32, len(x))
	}
	for i, v := range x {
		sum[i] += float32(weight) * v
	}
	return sum
}
