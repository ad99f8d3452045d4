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

// Curves draws lines over a common axis: learning curves, error against data size.
type Curves struct {
	Title, Note string
	X, Y        string // axis labels, with units: "epoch", "NLL, nats"
	LogX, LogY  bool
	Lines       []Line
	Levels      []Level // dashed horizontal lines

	// Width and Height are inches; zero means 6.6 by 4.
	Width, Height float64
}

// Line is one curve. Points that are not finite (or not positive on a log axis) leave a gap.
type Line struct {
	Name   string
	X, Y   []float64
	Err    []float64 // optional half-width of the shaded band around Y, such as a standard error
	Dashed bool
	Dots   bool // mark the points
}

// Level is a named value to compare with, such as a paper's number.
type Level struct {
	Name string
	Y    float64
}

// Draw implements Picture. It is an error if a line's slices differ in length.
func (f Curves) Draw() (image.Image, error) {
	xs, ys := newSpan(f.LogX), newSpan(f.LogY)
	for _, l := range f.Lines {
		if err := l.check(); err != nil {
			return nil, fmt.Errorf("report: curves %q: %w", f.Title, err)
		}
		l.extend(xs, ys)
	}
	for _, l := range f.Levels {
		ys.add(l.Y)
	}
	x, y := scale{label: f.X, log: f.LogX}, scale{label: f.Y, log: f.LogY}
	x.min, x.max = xs.padded(0.02)
	y.min, y.max = ys.padded(0.06)
	p := newPlot(x, y)
	for i, l := range f.Lines {
		p.Add(l.band(glass(seriesColor(i), 0.22), xs, ys))
	}
	for _, l := range f.Levels {
		p.Add(plotFunc(l.draw))
	}
	for i, l := range f.Lines {
		p.Add(l.curve(seriesColor(i), xs, ys))
	}
	fig := newFigure(orDefault(f.Width, 6.6), orDefault(f.Height, 4), f.Title, f.Note)
	p.Draw(drawLegend(fig.body, f.entries()))
	return fig.image(), nil
}

func (f Curves) entries() []entry {
	var es []entry
	for i, l := range f.Lines {
		e := entry{l.Name, seriesColor(i), lineMark}
		if l.Dashed {
			e.mark = dashMark
		}
		es = append(es, e)
	}
	for _, l := range f.Levels {
		es = append(es, entry{l.Name, muted, dashMark})
	}
	return es
}

func (l Line) check() error {
	if len(l.X) != len(l.Y) || l.Err != nil && len(l.Err) != len(l.Y) {
		return fmt.Errorf("line %q: %d x, %d y, %d err: lengths differ", l.Name, len(l.X), len(l.Y), len(l.Err))
	}
	return nil
}

func (l Line) extend(xs, ys *span) {
	for i := range l.X {
		if xs.shows(l.X[i]) && ys.shows(l.Y[i]) {
			xs.add(l.X[i])
			ys.add(l.Y[i])
			if l.Err != nil {
				ys.add(l.Y[i]-l.Err[i], l.Y[i]+l.Err[i])
			}
		}
	}
}

// runs returns the index ranges [from, to) without a gap.
func (l Line) runs(xs, ys *span) [][2]int {
	var runs [][2]int
	from := -1
	for i := 0; i <= len(l.X); i++ {
		shown := i < len(l.X) && xs.shows(l.X[i]) && ys.shows(l.Y[i])
		switch {
		case shown && from < 0:
			from = i
		case !shown && from >= 0:
			runs, from = append(runs, [2]int{from, i}), -1
		}
	}
	return runs
}

func (l Line) curve(col color.Color, xs, ys *span) plot.Plotter {
	return plotFunc(func(c draw.Canvas, p *plot.Plot) {
		toX, toY := p.Transforms(&c)
		style := draw.LineStyle{Color: col, Width: 1.8}
		if l.Dashed {
			style.Dashes = dashes
		}
		for _, r := range l.runs(xs, ys) {
			points := make([]vg.Point, 0, r[1]-r[0])
			for i := r[0]; i < r[1]; i++ {
				points = append(points, vg.Point{X: toX(l.X[i]), Y: toY(l.Y[i])})
			}
			c.StrokeLines(style, c.ClipLinesXY(points)...)
			if l.Dots || len(points) == 1 {
				drawDots(c, col, points, 2.8)
			}
		}
	})
}

func (l Line) band(col color.Color, xs, ys *span) plot.Plotter {
	return plotFunc(func(c draw.Canvas, p *plot.Plot) {
		if l.Err == nil {
			return
		}
		toX, toY := p.Transforms(&c)
		within := func(y float64) vg.Length { return toY(math.Min(math.Max(y, p.Y.Min), p.Y.Max)) }
		for _, r := range l.runs(xs, ys) {
			var upper, lower []vg.Point
			for i := r[0]; i < r[1]; i++ {
				if e := l.Err[i]; !math.IsNaN(e) && !math.IsInf(e, 0) {
					upper = append(upper, vg.Point{X: toX(l.X[i]), Y: within(l.Y[i] + e)})
					lower = append(lower, vg.Point{X: toX(l.X[i]), Y: within(l.Y[i] - e)})
				}
			}
			fillBetween(c, col, upper, lower)
		}
	})
}

// fillBetween fills the area between two lines over the same points of the horizontal axis.
func fillBetween(c draw.Canvas, col color.Color, upper, lower []vg.Point) {
	outline := append([]vg.Point(nil), upper...)
	for i := len(lower) - 1; i >= 0; i-- {
		outline = append(outline, lower[i])
	}
	c.FillPolygon(col, c.ClipPolygonXY(outline))
}

// drawDots draws filled circles with a white rim, so that neighbours stay apart.
func drawDots(c draw.Canvas, col color.Color, points []vg.Point, radius vg.Length) {
	for _, pt := range points {
		c.DrawGlyph(draw.GlyphStyle{Color: paper, Radius: radius + 0.8, Shape: draw.CircleGlyph{}}, pt)
		c.DrawGlyph(draw.GlyphStyle{Color: col, Radius: radius, Shape: draw.CircleGlyph{}}, pt)
	}
}

func (l Level) draw(c draw.Canvas, p *plot.Plot) {
	if _, toY := p.Transforms(&c); p.Y.Min <= l.Y && l.Y <= p.Y.Max {
		c.StrokeLine2(draw.LineStyle{Color: muted, Width: 1.2, Dashes: dashes}, c.Min.X, toY(l.Y), c.Max.X, toY(l.Y))
	}
}

func orDefault(v, otherwise float64) float64 {
	if v == 0 {
		return otherwise
	}
	return v
}
