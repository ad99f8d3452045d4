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

// Joint draws the normal distribution of two numbers with draws from it, densities over its horizontal
// axis above it and those over its vertical axis at its side: the marginals and, at a given Y, the
// conditional.
type Joint struct {
	Title, Note    string
	X, Y           string // axis labels
	XRange, YRange [2]float64
	Mean           [2]float64
	Cov            [2][2]float64
	DrawsX, DrawsY []float64
	Above          []Line // densities, Y over X
	Side           []Line // densities Y of the vertical axis' X
	Given          *Level // a value of the vertical axis, ruled across
}

// Draw implements Picture. It is an error if a range is empty, the covariance is not positive definite, or
// slices that belong together differ in length.
func (f Joint) Draw() (image.Image, error) {
	if det := f.Cov[0][0]*f.Cov[1][1] - f.Cov[0][1]*f.Cov[1][0]; !(det > 0 && f.Cov[0][0] > 0) ||
		!(f.XRange[0] < f.XRange[1] && f.YRange[0] < f.YRange[1]) || len(f.DrawsX) != len(f.DrawsY) {
		return nil, fmt.Errorf("report: joint %q: ranges %v and %v, covariance %v, %d x, %d y", f.Title, f.XRange, f.YRange, f.Cov, len(f.DrawsX), len(f.DrawsY))
	}
	for _, l := range append(append([]Line{}, f.Above...), f.Side...) {
		if err := l.check(); err != nil {
			return nil, fmt.Errorf("report: joint %q: %w", f.Title, err)
		}
	}
	fig := newFigure(6.4, 6.6, f.Title, f.Note)
	body := drawLegend(fig.body, f.entries())
	const side, gap = 92, 12
	size := body.Size()
	centre, above := f.centre(fig), f.above()
	middle := draw.Crop(body, 0, -side-gap, 0, -side-gap)
	drawAligned(above, draw.Crop(body, 0, -side-gap, size.Y-side, 0), centre, middle)
	data := centre.DataCanvas(middle)
	right := draw.Canvas{Canvas: body.Canvas, Rectangle: vg.Rectangle{
		Min: vg.Point{X: body.Max.X - side, Y: data.Min.Y}, Max: vg.Point{X: body.Max.X, Y: data.Max.Y}}}
	f.drawSide(right)
	return fig.image(), nil
}

func (f Joint) entries() []entry {
	es := []entry{{"joint, with 1 and 2 sd", blue, areaMark}}
	for i, l := range f.Above {
		es = append(es, entry{l.Name, jointColor(i), lineMark})
	}
	if len(f.DrawsX) > 0 {
		es = append(es, entry{"draws", ink, dotMark})
	}
	if f.Given != nil {
		es = append(es, entry{f.Given.Name, red, dashMark})
	}
	return es
}

// jointColor is that of the i-th density: what is given has the colour of what it is conditioned on.
func jointColor(i int) color.RGBA { return []color.RGBA{blue, red, green, purple}[i%4] }

func (f Joint) centre(fig figure) *plot.Plot {
	stage := Stage{Mean: f.Mean, Cov: f.Cov}
	p := newPlot(scale{label: f.X, min: f.XRange[0], max: f.XRange[1]}, scale{label: f.Y, min: f.YRange[0], max: f.YRange[1]})
	p.Add(plotFunc(func(c draw.Canvas, p *plot.Plot) {
		fig.paint(c.Rectangle, func(u, v float64) color.Color {
			d := stage.mahalanobis(f.XRange[0]+u*(f.XRange[1]-f.XRange[0]), f.YRange[0]+v*(f.YRange[1]-f.YRange[0]))
			return mix(paper, heat(math.Exp(-0.5*d)), 0.6)
		})
		toX, toY := p.Transforms(&c)
		var points []vg.Point
		for i, x := range f.DrawsX {
			if at := (vg.Point{X: toX(x), Y: toY(f.DrawsY[i])}); c.Contains(at) {
				points = append(points, at)
			}
		}
		drawDots(c, ink, points, 1.2)
		for _, radius := range []float64{1, 2} {
			var outline []vg.Point
			for _, e := range stage.ellipse(radius) {
				outline = append(outline, vg.Point{X: toX(e[0]), Y: toY(e[1])})
			}
			c.StrokeLines(draw.LineStyle{Color: blue, Width: 1.2}, c.ClipLinesXY(outline)...)
		}
		if f.Given != nil {
			y := toY(f.Given.Y)
			c.StrokeLine2(draw.LineStyle{Color: red, Width: 1.4, Dashes: dashes}, c.Min.X, y, c.Max.X, y)
		}
	}))
	return p
}

// above plots the densities over the horizontal axis, whose numbers stand below the picture's centre.
func (f Joint) above() *plot.Plot {
	p := newPlot(scale{min: f.XRange[0], max: f.XRange[1]}, scale{label: "density", max: highest(f.Above), ticks: fewTicks(0, highest(f.Above))})
	p.X.Tick.Label.Color = paper
	xs, ys := newSpan(false), newSpan(false)
	for i, l := range f.Above {
		p.Add(l.curve(jointColor(i), xs, ys))
	}
	return p
}

// drawSide draws the densities over the vertical axis within c, which is as high as the picture's centre.
func (f Joint) drawSide(c draw.Canvas) {
	top := highest(f.Side)
	at := func(y, density float64) vg.Point {
		return vg.Point{X: c.X(density / top), Y: c.Y((y - f.YRange[0]) / (f.YRange[1] - f.YRange[0]))}
	}
	for _, t := range linearTicks(f.YRange[0], f.YRange[1]) {
		y := at(t.Value, 0).Y
		c.StrokeLine2(draw.LineStyle{Color: rule, Width: 0.75}, c.Min.X, y, c.Max.X, y)
	}
	for _, t := range fewTicks(0, top) {
		x := at(0, t.Value).X
		c.StrokeLine2(draw.LineStyle{Color: rule, Width: 0.75}, x, c.Min.Y, x, c.Max.Y)
		c.FillText(aligned(tickStyle, draw.XCenter, draw.YTop), vg.Point{X: x, Y: c.Min.Y - 5}, t.Label)
	}
	c.StrokeLine2(draw.LineStyle{Color: axis, Width: 0.75}, c.Min.X, c.Min.Y, c.Min.X, c.Max.Y)
	c.FillText(aligned(labelStyle, draw.XCenter, draw.YTop), vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: c.Min.Y - 19}, "density")
	for i, l := range f.Side {
		points := make([]vg.Point, len(l.X))
		for k := range l.X {
			points[k] = at(l.X[k], l.Y[k])
		}
		c.StrokeLines(draw.LineStyle{Color: jointColor(i), Width: 1.8}, c.ClipLinesXY(points)...)
	}
	if f.Given != nil {
		y := at(f.Given.Y, 0).Y
		c.StrokeLine2(draw.LineStyle{Color: red, Width: 1.4, Dashes: dashes}, c.Min.X, y, c.Max.X, y)
	}
}

// highest returns the end of an axis that all densities fit on.
func highest(lines []Line) float64 {
	ys := newSpan(false)
	ys.add(0)
	for _, l := range lines {
		ys.add(l.Y...)
	}
	_, top := ys.padded(0.06)
	return top
}
