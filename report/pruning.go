package report

import (
	"fmt"
	"image"
	"math"

	"gonum.org/v1/plot"
)

// Pruning draws error against the share of weights removed. The axis stretches towards 100 %, where a
// network's answer to pruning shows: equal steps halve what is kept.
type Pruning struct {
	Title, Note string
	Y           string // the error's label, with its unit: "test error, %"
	LogY        bool
	Lines       []Line // X is the percentage removed, in [0, 100)
	Levels      []Level
}

// Draw implements Picture. It is an error if a percentage is outside [0, 100).
func (f Pruning) Draw() (image.Image, error) {
	xs, ys := newSpan(false), newSpan(f.LogY)
	lines := make([]Line, len(f.Lines))
	for i, l := range f.Lines {
		if err := l.check(); err != nil {
			return nil, fmt.Errorf("report: pruning %q: %w", f.Title, err)
		}
		removed := l.X
		l.X = make([]float64, len(removed))
		for j, percent := range removed {
			if !(percent >= 0 && percent < 100) {
				return nil, fmt.Errorf("report: pruning %q: line %q removes %g %%, outside [0, 100)", f.Title, l.Name, percent)
			}
			l.X[j] = halvings(percent)
		}
		l.Dots = true
		l.extend(xs, ys)
		lines[i] = l
	}
	for _, l := range f.Levels {
		ys.add(l.Y)
	}
	x, y := scale{label: "weights removed, %"}, scale{label: f.Y, log: f.LogY}
	_, x.max = xs.padded(0.03)
	x.min = -0.03 * x.max
	for _, percent := range []float64{0, 50, 75, 90, 95, 98, 99, 99.5, 99.8, 99.9} {
		x.ticks = append(x.ticks, plot.Tick{Value: halvings(percent), Label: fmt.Sprint(percent)})
	}
	y.min, y.max = ys.padded(0.08)
	p := newPlot(x, y)
	for _, l := range f.Levels {
		p.Add(plotFunc(l.draw))
	}
	for i, l := range lines {
		p.Add(l.band(glass(seriesColor(i), 0.22), xs, ys))
		p.Add(l.curve(seriesColor(i), xs, ys))
	}
	fig := newFigure(6.6, 4, f.Title, f.Note)
	p.Draw(drawLegend(fig.body, Curves{Lines: f.Lines, Levels: f.Levels}.entries()))
	return fig.image(), nil
}

func halvings(percentRemoved float64) float64 { return -math.Log2(1 - percentRemoved/100) }
