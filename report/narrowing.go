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

// Narrowing is the lecture's picture of learning: a Gaussian posterior over a line's two weights as data
// arrive, above the lines y = w0 + w1*x drawn from it (after Bishop 2006, figure 3.7).
type Narrowing struct {
	Title, Note string
	W0, W1      string // names of the weights; empty means "w0" and "w1"
	X, Y        string // axis labels of the data
	WRange      [2]float64
	XRange      [2]float64
	YRange      [2]float64
	Truth       *[2]float64 // optional: the weights that made the data
	Stages      []Stage
}

// Stage is the posterior after some of the data.
type Stage struct {
	Caption string // "after 2 points"
	Mean    [2]float64
	Cov     [2][2]float64
	X, Y    []float64    // the data so far
	Draws   [][2]float64 // weights drawn from the posterior; each becomes a line
}

// Draw implements Picture. It is an error if a covariance is not positive definite or a range is empty.
func (f Narrowing) Draw() (image.Image, error) {
	for _, r := range [][2]float64{f.WRange, f.XRange, f.YRange} {
		if !(r[0] < r[1]) {
			return nil, fmt.Errorf("report: narrowing %q: empty range %v", f.Title, r)
		}
	}
	if len(f.Stages) == 0 {
		return nil, fmt.Errorf("report: narrowing %q: no stages", f.Title)
	}
	for _, s := range f.Stages {
		if det := s.Cov[0][0]*s.Cov[1][1] - s.Cov[0][1]*s.Cov[1][0]; !(det > 0 && s.Cov[0][0] > 0) || len(s.X) != len(s.Y) {
			return nil, fmt.Errorf("report: narrowing %q: stage %q: covariance %v with determinant %g, %d x, %d y",
				f.Title, s.Caption, s.Cov, det, len(s.X), len(s.Y))
		}
	}
	const side = 2.3
	fig := newFigure(side*float64(len(f.Stages))+0.4, 2*side+1.15, f.Title, f.Note)
	body := drawLegend(fig.body, f.entries())
	w, h := body.Size().X/vg.Length(len(f.Stages)), body.Size().Y/2
	for i, s := range f.Stages {
		left := w * vg.Length(i)
		right := left + w - body.Size().X - 12
		upper := draw.Crop(body, left, right, h+6, 0)
		upper = writeLines(upper, textStyle(10, ink, true), s.Caption, 4)
		drawAligned(f.weights(fig, s), upper, f.lines(s), draw.Crop(body, left, right, 0, 4-h))
	}
	return fig.image(), nil
}

func (f Narrowing) entries() []entry {
	es := []entry{{"posterior, with 1 and 2 sd", blue, areaMark}, {"lines drawn from it", fade(red, 0.75), lineMark}, {"data", ink, dotMark}}
	if f.Truth != nil {
		es = append(es, entry{"true weights", ink, crossMark})
	}
	return es
}

// weights paints the density, each stage against its own peak, and the ellipses of 1 and 2 sd.
func (f Narrowing) weights(fig figure, s Stage) *plot.Plot {
	axisOf := func(name, otherwise string) scale {
		if name == "" {
			name = otherwise
		}
		return scale{label: name, min: f.WRange[0], max: f.WRange[1]}
	}
	p := newPlot(axisOf(f.W0, "w0"), axisOf(f.W1, "w1"))
	p.Add(plotFunc(func(c draw.Canvas, p *plot.Plot) {
		size := f.WRange[1] - f.WRange[0]
		fig.paint(c.Rectangle, func(u, v float64) color.Color {
			d := s.mahalanobis(f.WRange[0]+u*size, f.WRange[0]+v*size)
			return heat(math.Exp(-0.5 * d))
		})
		toX, toY := p.Transforms(&c)
		for _, radius := range []float64{1, 2} {
			var points []vg.Point
			for _, e := range s.ellipse(radius) {
				points = append(points, vg.Point{X: toX(e[0]), Y: toY(e[1])})
			}
			c.StrokeLines(draw.LineStyle{Color: glass(blue, 0.8), Width: 0.7}, c.ClipLinesXY(points)...)
		}
		if f.Truth != nil {
			drawCross(c, vg.Point{X: toX(f.Truth[0]), Y: toY(f.Truth[1])})
		}
	}))
	return p
}

func (f Narrowing) lines(s Stage) *plot.Plot {
	p := newPlot(scale{label: f.X, min: f.XRange[0], max: f.XRange[1]}, scale{label: f.Y, min: f.YRange[0], max: f.YRange[1]})
	p.Add(plotFunc(func(c draw.Canvas, p *plot.Plot) {
		toX, toY := p.Transforms(&c)
		for _, w := range s.Draws {
			var points []vg.Point
			for _, x := range f.XRange {
				points = append(points, vg.Point{X: toX(x), Y: toY(w[0] + w[1]*x)})
			}
			c.StrokeLines(draw.LineStyle{Color: glass(red, 0.55), Width: 1}, c.ClipLinesXY(points)...)
		}
	}), scatter(s.X, s.Y, ink))
	return p
}

// mahalanobis returns the squared distance of (w0, w1) from the mean in standard deviations.
func (s Stage) mahalanobis(w0, w1 float64) float64 {
	a, b, d := s.Cov[0][0], s.Cov[0][1], s.Cov[1][1]
	u, v := w0-s.Mean[0], w1-s.Mean[1]
	return (d*u*u - 2*b*u*v + a*v*v) / (a*d - b*b)
}

// ellipse returns the points at the given number of standard deviations, by the Cholesky factor of Cov.
func (s Stage) ellipse(radius float64) [][2]float64 {
	l00 := math.Sqrt(s.Cov[0][0])
	l10 := s.Cov[0][1] / l00
	l11 := math.Sqrt(s.Cov[1][1] - l10*l10)
	points := make([][2]float64, 0, 121)
	for i := range 121 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 120)
		points = append(points, [2]float64{s.Mean[0] + radius*l00*cos, s.Mean[1] + radius*(l10*cos+l11*sin)})
	}
	return points
}

// heat goes from white over sky blue to blue, for a density as a share of its peak.
func heat(share float64) color.RGBA {
	if share < 0.5 {
		return mix(paper, fade(sky, 0.85), share*2)
	}
	return mix(fade(sky, 0.85), blue, share*2-1)
}

func drawCross(c draw.Canvas, at vg.Point) {
	if !c.Contains(at) {
		return
	}
	const arm = 3.2
	for _, style := range []draw.LineStyle{{Color: paper, Width: 2.6}, {Color: ink, Width: 1.2}} {
		c.StrokeLine2(style, at.X-arm, at.Y-arm, at.X+arm, at.Y+arm)
		c.StrokeLine2(style, at.X-arm, at.Y+arm, at.X+arm, at.Y-arm)
	}
}
