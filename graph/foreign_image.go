package graph

import (
	"fmt"
	"slices"

	"credence/graph/internal/kernel"
)

// patches lays out the windows of images [batch, channels, height, width] as rows: [batch, rows of windows,
// columns of windows, channels · kernel height · kernel width], the im2col of a convolution. What lies outside
// of an image is 0.
type patches struct {
	image                Shape
	out                  [2]int // rows and columns of windows
	kernel               [2]int
	pad, stride, dilated [2]int
}

func (p patches) name() string   { return "Patches" }
func (p patches) String() string { return fmt.Sprintf("Patches%v", p.attributes()) }

func (p patches) attributes() []any {
	return []any{p.image, p.out, p.kernel, p.pad, p.stride, p.dilated}
}

func (p patches) infer([]Shape) (Shape, error) {
	return Shape{p.image[0], p.out[0], p.out[1], p.image[1] * p.kernel[0] * p.kernel[1]}, nil
}

func (p patches) loops([]Shape, Shape) loops {
	return loops{patchLoop[float32](p), patchLoop[float64](p)}
}

func patchLoop[T kernel.Float](p patches) loop[T] {
	cols, image := p.out[1]*p.width(), p.image[1:].Size()
	return split(p.image[0]*p.out[0], cols, func(c *call[T], lo, hi int) error {
		for r := lo; r < hi; r++ {
			b, row := r/p.out[0], r%p.out[0]
			gatherPatches(p, c.dst[r*cols:(r+1)*cols], c.in[0][b*image:(b+1)*image], row)
		}
		return nil
	})
}

// width is the length of a window as a row.
func (p patches) width() int { return p.image[1] * p.kernel[0] * p.kernel[1] }

// gatherPatches lays out one row of windows.
func gatherPatches[T kernel.Float](p patches, dst, image []T, row int) {
	height, width, k := p.image[2], p.image[3], p.width()
	at := 0
	for channel := range p.image[1] {
		for i := range p.kernel[0] {
			y := row*p.stride[0] + i*p.dilated[0] - p.pad[0]
			if y < 0 || y >= height {
				for j := range p.kernel[1] {
					for col := range p.out[1] {
						dst[col*k+at+j] = 0
					}
				}
				at += p.kernel[1]
				continue
			}
			line := image[(channel*height+y)*width:][:width]
			for j := range p.kernel[1] {
				x := j*p.dilated[1] - p.pad[1]
				for to := at; to < len(dst); to += k {
					if uint(x) < uint(width) {
						dst[to] = line[x]
					} else {
						dst[to] = 0
					}
					x += p.stride[1]
				}
				at++
			}
		}
	}
}

func (p patches) grad(_ []*Node, _, dy *Node) []*Node { return []*Node{dy.g.apply(unpatches{p}, dy)} }

// unpatches adds windows up where patches took them from: its gradient.
type unpatches struct{ patches }

func (p unpatches) name() string                 { return "Unpatches" }
func (p unpatches) String() string               { return fmt.Sprintf("Unpatches%v", p.attributes()) }
func (p unpatches) infer([]Shape) (Shape, error) { return p.image, nil }

func (p unpatches) loops([]Shape, Shape) loops {
	return loops{unpatchLoop[float32](p.patches), unpatchLoop[float64](p.patches)}
}

func unpatchLoop[T kernel.Float](p patches) loop[T] {
	rows, image := p.out[0]*p.out[1]*p.width(), p.image[1:].Size()
	return split(p.image[0], rows, func(c *call[T], lo, hi int) error {
		for b := lo; b < hi; b++ {
			scatterPatches(p, c.dst[b*image:(b+1)*image], c.in[0][b*rows:(b+1)*rows])
		}
		return nil
	})
}

// scatterPatches adds up the windows of one image.
func scatterPatches[T kernel.Float](p patches, image, src []T) {
	height, width, k := p.image[2], p.image[3], p.width()
	clear(image)
	for row := range p.out[0] {
		line, at := src[row*p.out[1]*k:(row+1)*p.out[1]*k], 0
		for channel := range p.image[1] {
			for i := range p.kernel[0] {
				y := row*p.stride[0] + i*p.dilated[0] - p.pad[0]
				if y < 0 || y >= height {
					at += p.kernel[1]
					continue
				}
				dst := image[(channel*height+y)*width:][:width]
				for j := range p.kernel[1] {
					x := j*p.dilated[1] - p.pad[1]
					for from := at; from < len(line); from += k {
						if uint(x) < uint(width) {
							dst[x] += line[from]
						}
						x += p.stride[1]
					}
					at++
				}
			}
		}
	}
}

func (p unpatches) grad(_ []*Node, _, dy *Node) []*Node { return []*Node{dy.g.apply(p.patches, dy)} }

// patches reads the attributes of Gorgonia's im2col and of its gradient.
func (a application) patches(image Shape, windows Shape) patches {
	return patches{
		image: image, out: [2]int{windows[1], windows[2]},
		kernel: [2]int{a.int("h"), a.int("w")}, pad: [2]int{a.int("padH"), a.int("padW")},
		stride: [2]int{a.int("strideH"), a.int("strideW")}, dilated: [2]int{a.int("dilationH"), a.int("dilationW")},
	}
}

func im2colRule(a application) *Node {
	return a.g.apply(a.patches(a.in[0].shape, a.shape), a.in[0])
}

func col2imRule(a application) *Node {
	return a.g.apply(unpatches{a.patches(a.shape, a.in[0].shape)}, a.in[0])
}

// averagePoolRule sums windows and divides by the width of the image, as Gorgonia does, and not by the
// number of elements of a window.
func averagePoolRule(a application) *Node {
	x := a.in[0]
	batch, channels, height, width := x.shape[0], x.shape[1], x.shape[2], x.shape[3]
	p := patches{
		image: Shape{batch * channels, 1, height, width}, out: [2]int{a.shape[2], a.shape[3]},
		kernel: [2]int{a.int("h"), a.int("w")}, pad: [2]int{a.int("padNorth"), a.int("padWest")},
		stride: [2]int{a.int("strideH"), a.int("strideW")}, dilated: [2]int{1, 1},
	}
	if a.bool("explicitPadding") {
		p.pad = [2]int{a.int("padSouth"), a.int("padEast")}
	}
	windows := a.g.apply(p, x.Reshape(slices.Clone(p.image)...))
	return windows.Sum(3).Scale(1 / float64(width))
}
