package report

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Scatter draws points, such as those that a sampler drew, over the contours of the density that they are of.
// Points outside the ranges are left out.
type Scatter struct {
	Title, Note    string
	X, Y           string // axis labels, with units
	XRange, YRange [2]float64
	Points         [][2]float64
	Marked         [][2]float64 // optional: in another colour, above the others
	Mark           string       // what the marked ones are: "diverged"

	// LogDensity, if there is one, is shaded in bands that end half, 1, 2, 4, 8 and 16 nats below its highest
	// value within the ranges.
	LogDensity func(x, y float64) float64

	// Width and Height are inches; zero means 5 by 4.2.
	Width, Height float64
}

// Draw implements Picture. It is an error if a range is empty.
func (f Scatter) Draw() (image.Image, error) {
	for _, r := range [][2]float64{f.XRange, f.YRange} {
		if !(r[0] < r[1]) {
			return nil, fmt.Errorf("report: scatter %q: empty range %v", f.Title, r)
		}
	}
	p := newPlot(scale{label: f.X, min: f.XRange[0], max: f.XRange[1]}, scale{label: f.Y, min: f.YRange[0], max: f.YRange[1]})
	fig := newFigure(orDefault(f.Width, 5), orDefault(f.Height, 4.2), f.Title, f.Note)
	entries := []entry{{"draws", ink, dotMark}}
	if f.Mark != "" {
		entries = append(entries, entry{f.Mark, red, dotMark})
	}
	if f.LogDensity != nil {
		entries = append(entries, entry{"density", fade(sky, 0.7), areaMark})
		p.Add(plotFunc(func(c draw.Canvas, _ *plot.Plot) { f.shade(fig, c) }))
	}
	p.Add(specks(f.Points, glass(ink, 0.45), 0.9), specks(f.Marked, red, 1.8))
	p.Draw(drawLegend(fig.body, entries))
	return fig.image(), nil
}

// shades are how far below the peak each shade of the density ends, in nats.
var shades = [...]float64{0.5, 1, 2, 4, 8, 16}

func (f Scatter) shade(fig figure, c draw.Canvas) {
	at := func(u, v float64) float64 {
		return f.LogDensity(f.XRange[0]+u*(f.XRange[1]-f.XRange[0]), f.YRange[0]+v*(f.YRange[1]-f.YRange[0]))
	}
	const grid = 400
	peak := math.Inf(-1)
	for i := range grid {
		for j := range grid {
			if d := at((float64(i)+0.5)/grid, (float64(j)+0.5)/grid); d > peak { // NaN is not
				peak = d
			}
		}
	}
	fig.paint(c.Rectangle, func(u, v float64) color.Color {
		below := peak - at(u, v)
		for i, end := range shades {
			if below <= end {
				return fade(sky, 0.8*(1-float64(i)/float64(len(shades))))
			}
		}
		return paper
	})
}

// specks draws small dots, which may overlap.
func specks(points [][2]float64, col color.Color, radius vg.Length) plot.Plotter {
	return plotFunc(func(c draw.Canvas, p *plot.Plot) {
		toX, toY := p.Transforms(&c)
		for _, xy := range points {
			at := vg.Point{X: toX(xy[0]), Y: toY(xy[1])}
			if c.Contains(at) { // not a NaN
				c.DrawGlyph(draw.GlyphStyle{Color: col, Radius: radius, Shape: draw.CircleGlyph{}}, at)
			}
		}
	})
}
