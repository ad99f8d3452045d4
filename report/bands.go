package report

import (
	"fmt"
	"image"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bands draws what several methods predict from the same data, side by side over common axes: a mean, with two
// standard deviations of it (epistemic: what more data would remove) inside two of a new observation (the noise,
// which stays, besides).
type Bands struct {
	Title, Note string
	X, Y        string // axis labels, with units

	DataX, DataY []float64  // the points
	GridX, Truth []float64  // the function that made them, in increasing x
	YRange       [2]float64 // what is beyond is cut off
	Methods      []BandsOf
}

// BandsOf is the prediction of one method, on the grid.
type BandsOf struct {
	Name      string
	Mean      []float64
	Epistemic []float64 // standard deviation of the mean
	Sigma     []float64 // standard deviation of a new observation
}

// Draw implements Picture. It is an error if there are no methods, if the range is empty, or if slices that belong
// together differ in length.
func (f Bands) Draw() (image.Image, error) {
	n := len(f.GridX)
	if len(f.Methods) == 0 || !(f.YRange[0] < f.YRange[1]) || len(f.DataX) != len(f.DataY) || len(f.Truth) != n {
		return nil, fmt.Errorf("report: bands %q: %d methods, range %v, %d data x, %d data y, grid %d, truth %d",
			f.Title, len(f.Methods), f.YRange, len(f.DataX), len(f.DataY), n, len(f.Truth))
	}
	for _, m := range f.Methods {
		if len(m.Mean) != n || len(m.Epistemic) != n || len(m.Sigma) != n {
			return nil, fmt.Errorf("report: bands %q: %s: grid %d, mean %d, epistemic %d, sigma %d: lengths differ",
				f.Title, m.Name, n, len(m.Mean), len(m.Epistemic), len(m.Sigma))
		}
	}
	fig := newFigure(3.6*float64(len(f.Methods))+0.4, 4.2, f.Title, f.Note)
	body := drawLegend(fig.body, []entry{
		{"data", ink, dotMark}, {"truth", red, dashMark}, {"mean", blue, lineMark},
		{"±2 sd of the mean: epistemic", fade(blue, 0.5), areaMark}, {"±2 sd of an observation: and aleatoric", fade(blue, 0.22), areaMark},
	})
	const gap = 14 // points between columns
	width := (body.Size().X + gap) / vg.Length(len(f.Methods))
	for i, m := range f.Methods {
		column := draw.Crop(body, width*vg.Length(i), -width*vg.Length(len(f.Methods)-1-i), 0, 0)
		f.plot(m).Draw(writeLines(column, labelStyle, m.Name, 3))
	}
	return fig.image(), nil
}

func (f Bands) plot(m BandsOf) *plot.Plot {
	xs, ys := newSpan(false), newSpan(false)
	xs.add(f.GridX...)
	p := newPlot(scale{label: f.X, min: xs.min, max: xs.max}, scale{label: f.Y, min: f.YRange[0], max: f.YRange[1]})
	mean := Line{X: f.GridX, Y: m.Mean}
	observation, epistemic, truth := mean, mean, Line{X: f.GridX, Y: f.Truth, Dashed: true}
	observation.Err, epistemic.Err = doubled(m.Sigma), doubled(m.Epistemic)
	p.Add(observation.band(fade(blue, 0.22), xs, ys), epistemic.band(fade(blue, 0.5), xs, ys),
		truth.curve(red, xs, ys), mean.curve(blue, xs, ys), scatter(f.DataX, f.DataY, ink))
	return p
}
