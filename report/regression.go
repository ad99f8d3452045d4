package report

import (
	"fmt"
	"image"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Regression draws data with a predictive mean and its bands: two standard deviations of the mean function
// (what more data would remove) inside two of a new observation.
type Regression struct {
	Title, Note string
	X, Y        string // axis labels, with units

	DataX, DataY []float64 // the points

	GridX, Mean []float64 // the predictive mean, in increasing x
	Sigma       []float64 // standard deviation of a new observation, as long as Mean
	Epistemic   []float64 // optional: the part of it that comes from the weights
	Truth       []float64 // optional: the function that made the data, on GridX
}

// Draw implements Picture. It is an error if slices that belong together differ in length.
func (f Regression) Draw() (image.Image, error) {
	n := len(f.GridX)
	fits := func(s []float64) bool { return s == nil || len(s) == n }
	if len(f.DataX) != len(f.DataY) || len(f.Mean) != n || len(f.Sigma) != n || !fits(f.Epistemic) || !fits(f.Truth) {
		return nil, fmt.Errorf("report: regression %q: %d data x, %d data y; grid %d, mean %d, sigma %d, epistemic %d, truth %d: lengths differ",
			f.Title, len(f.DataX), len(f.DataY), n, len(f.Mean), len(f.Sigma), len(f.Epistemic), len(f.Truth))
	}
	mean := Line{X: f.GridX, Y: f.Mean}
	total, epistemic, truth := mean, mean, mean
	total.Err = doubled(f.Sigma)
	epistemic.Err = doubled(f.Epistemic)
	truth.Y, truth.Dashed = f.Truth, true

	xs, ys := newSpan(false), newSpan(false)
	total.extend(xs, ys)
	xs.add(f.DataX...)
	ys.add(f.DataY...)
	ys.add(f.Truth...)
	x, y := scale{label: f.X, min: xs.min, max: xs.max}, scale{label: f.Y}
	y.min, y.max = ys.padded(0.04)
	p := newPlot(x, y)

	entries := []entry{{"data", ink, dotMark}, {"mean", blue, lineMark}, {"±2 sd of an observation", fade(blue, 0.22), areaMark}}
	p.Add(total.band(fade(blue, 0.22), xs, ys))
	if f.Epistemic != nil {
		p.Add(epistemic.band(fade(blue, 0.5), xs, ys))
		entries = append(entries, entry{"±2 sd of the mean", fade(blue, 0.5), areaMark})
	}
	if f.Truth != nil {
		p.Add(truth.curve(red, xs, ys))
		entries = append(entries, entry{"truth", red, dashMark})
	}
	p.Add(mean.curve(blue, xs, ys), scatter(f.DataX, f.DataY, ink))
	fig := newFigure(6.6, 4.2, f.Title, f.Note)
	p.Draw(drawLegend(fig.body, entries))
	return fig.image(), nil
}

func doubled(sd []float64) []float64 {
	var out []float64
	for _, s := range sd {
		out = append(out, 2*s)
	}
	return out
}

// scatter draws the finite ones among the points.
func scatter(x, y []float64, col color.Color) plot.Plotter {
	return plotFunc(func(c draw.Canvas, p *plot.Plot) {
		toX, toY := p.Transforms(&c)
		finite := newSpan(false)
		var points []vg.Point
		for i := range x {
			if finite.shows(x[i]) && finite.shows(y[i]) {
				points = append(points, vg.Point{X: toX(x[i]), Y: toY(y[i])})
			}
		}
		drawDots(c, col, points, 2.4)
	})
}
