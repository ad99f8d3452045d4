package report

import (
	"fmt"
	"image"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Density draws a probability density as a line, or the probabilities of whole numbers as dots, over a
// histogram of draws. It is small, to stand in Panels, and has no legend.
type Density struct {
	Title string
	X, Y  string     // axis labels; an empty Y means "density" or "probability"
	Range [2]float64 // of the horizontal axis
	Draws []float64  // those outside Range are counted, not shown
	At, P []float64  // the density P at At, increasing
	Whole bool       // P are probabilities: a bar and a dot for each number

	Marks []Mark // vertical lines, without their names

	// Width and Height are inches; zero means 2.6 by 2.1.
	Width, Height float64
}

// densityBins is the number of bars over the range of a density.
const densityBins = 40

// Draw implements Picture. It is an error if the range is empty or At and P differ in length.
func (f Density) Draw() (image.Image, error) {
	if !(f.Range[0] < f.Range[1]) || len(f.At) != len(f.P) {
		return nil, fmt.Errorf("report: density %q: range %v, %d points, %d densities", f.Title, f.Range, len(f.At), len(f.P))
	}
	heights, left, width := f.bars()
	ys := newSpan(false)
	ys.add(0)
	ys.add(f.P...)
	if top := 1.6 * ys.max; len(f.P) == 0 || !(top > 0) {
		ys.add(heights...)
	} else {
		for _, h := range heights {
			ys.add(math.Min(h, top)) // a density without bound does not flatten the rest
		}
	}
	_, top := ys.padded(0.08)
	label := map[bool]string{false: "density", true: "probability"}[f.Whole]
	if f.Y != "" {
		label = f.Y
	}
	p := newPlot(scale{label: f.X, min: f.Range[0], max: f.Range[1], ticks: fewTicks(f.Range[0], f.Range[1])},
		scale{label: label, max: top, ticks: fewTicks(0, top)})
	p.Add(plotFunc(func(c draw.Canvas, p *plot.Plot) {
		toX, toY := p.Transforms(&c)
		gap := vg.Length(0.2)
		if f.Whole {
			gap = 1
		}
		for i, h := range heights {
			at := left + float64(i)*width
			fillRect(c, fade(sky, 0.55), toX(at)+gap, toY(0), toX(at+width)-gap, toY(h))
		}
		for _, m := range f.Marks {
			if x := toX(m.X); c.ContainsX(x) {
				c.StrokeLine2(draw.LineStyle{Color: red, Width: 1, Dashes: dashes}, x, c.Min.Y, x, c.Max.Y)
			}
		}
		f.curve(c, p)
	}))
	fig := newFigure(orDefault(f.Width, 2.6), orDefault(f.Height, 2.1), "", "")
	body := writeLines(fig.body, textStyle(10.5, ink, true), f.Title, 4)
	p.Draw(body)
	return fig.image(), nil
}

// bars returns the heights of the histogram's bars, where the first begins and how wide each is.
func (f Density) bars() (heights []float64, left, width float64) {
	left, width = f.Range[0], (f.Range[1]-f.Range[0])/densityBins
	if f.Whole {
		left, width = math.Ceil(f.Range[0])-0.5, 1
	}
	if len(f.Draws) == 0 {
		return nil, left, width
	}
	heights = make([]float64, int(math.Ceil((f.Range[1]-left)/width-1e-9)))
	for _, v := range f.Draws {
		if i := math.Floor((v - left) / width); i >= 0 && i < float64(len(heights)) {
			heights[int(i)] += 1 / (width * float64(len(f.Draws)))
		}
	}
	return heights, left, width
}

func (f Density) curve(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	var points []vg.Point
	for i, x := range f.At {
		if x >= f.Range[0] && x <= f.Range[1] && !math.IsNaN(f.P[i]) {
			points = append(points, vg.Point{X: toX(x), Y: min(toY(f.P[i]), c.Max.Y+vg.Inch)})
		}
	}
	if f.Whole {
		drawDots(c, blue, points, 2.2)
		return
	}
	c.StrokeLines(draw.LineStyle{Color: blue, Width: 1.6}, c.ClipLinesXY(points)...)
}

// fewTicks returns two to six ticks at round numbers, for a small plot.
func fewTicks(lo, hi float64) []plot.Tick {
	ticks := linearTicks(lo, hi+0.5*(hi-lo))
	return slices.DeleteFunc(ticks, func(t plot.Tick) bool { return t.Value > hi })
}
