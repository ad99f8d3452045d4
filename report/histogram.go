package report

import (
	"cmp"
	"fmt"
	"image"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Histogram counts values in bins of equal width. Values that are not finite are left out and reported.
type Histogram struct {
	Title, Note string
	X, Y        string // axis labels; Y names what is counted: "weights"
	Values      []float64
	Bins        int // zero means 60
	Marks       []Mark

	// Width and Height are inches; zero means 6.6 by 4.
	Width, Height float64
}

// Mark is a named vertical line, such as a pruning threshold.
type Mark struct {
	Name string
	X    float64
}

// Draw implements Picture. It is an error to have no finite value.
func (f Histogram) Draw() (image.Image, error) {
	if f.Bins == 0 {
		f.Bins = 60
	}
	if f.Bins < 0 {
		return nil, fmt.Errorf("report: histogram %q: needs a positive number of bins, not %d", f.Title, f.Bins)
	}
	xs := newSpan(false)
	xs.add(f.Values...)
	if xs.min > xs.max {
		return nil, fmt.Errorf("report: histogram %q: %d values in %d bins, none finite", f.Title, len(f.Values), f.Bins)
	}
	if xs.min == xs.max {
		xs.add(xs.min-0.5, xs.max+0.5)
	}
	low, width := xs.min, xs.max/float64(f.Bins)-xs.min/float64(f.Bins)
	counts, left := f.count(low, width)
	for _, m := range f.Marks {
		xs.add(m.X)
	}
	ys := newSpan(false)
	ys.add(0)
	ys.add(counts...)
	_, top := ys.padded(0.04)
	size := [2]float64{orDefault(f.Width, 6.6), orDefault(f.Height, 4)}
	top *= 1 + float64(len(f.Marks))*markRow/math.Max(size[1]*72-110, 60) // the marks' names stand above the bars

	p := newPlot(scale{label: f.X, min: xs.min, max: xs.max}, scale{label: f.Y, max: top})
	p.Add(plotFunc(func(c draw.Canvas, p *plot.Plot) {
		toX, toY := p.Transforms(&c)
		for i, n := range counts {
			at := low + float64(i)*width
			fillRect(c, fade(blue, 0.85), toX(at)+0.2, toY(0), toX(at+width)-0.2, toY(n))
		}
		for i, m := range sortedMarks(f.Marks) {
			m.draw(c, toX(m.X), c.Max.Y-vg.Length(i)*markRow)
		}
	}))
	if left > 0 {
		f.Note += fmt.Sprintf(" Not finite and left out: %s.", thousands(fmt.Sprint(left)))
	}
	fig := newFigure(size[0], size[1], f.Title, f.Note)
	p.Draw(fig.body)
	return fig.image(), nil
}

// count returns the number of values in each bin, and how many are in none for not being finite.
func (f Histogram) count(low, width float64) (counts []float64, left int) {
	counts = make([]float64, f.Bins)
	for _, v := range f.Values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			left++
			continue
		}
		at := math.Max(v/width-low/width, 0)
		counts[int(math.Min(at, float64(f.Bins-1)))]++
	}
	return counts, left
}

// markRow is the height of a mark's name in points.
const markRow = 13

// sortedMarks returns the marks from left to right: each name stands right of its line and above the lines
// that follow, so that none crosses another.
func sortedMarks(marks []Mark) []Mark {
	return slices.SortedStableFunc(slices.Values(marks), func(a, b Mark) int { return cmp.Compare(a.X, b.X) })
}

// draw rules a line at x up to top and writes its name there, to the left only where the right has no room.
func (m Mark) draw(c draw.Canvas, x, top vg.Length) {
	if !c.ContainsX(x) { // NaN, too
		return
	}
	c.StrokeLine2(draw.LineStyle{Color: red, Width: 1.4, Dashes: dashes}, x, c.Min.Y, x, top)
	style, at := textStyle(9, red, false), x+5
	if width := style.Width(m.Name); at+width > c.Max.X {
		style, at = aligned(style, draw.XRight, draw.YTop), x-5
		fillRect(c, paper, at-width-2, top-markRow+1, at+2, top)
	}
	c.FillText(style, vg.Point{X: at, Y: top}, m.Name)
}
