package report

import (
	"fmt"
	"image"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Traces draws the Markov chains of one number, draw by draw, in a colour each. A value that is not finite leaves a
// gap.
type Traces struct {
	Title, Note string
	Y           string      // axis label, with its unit
	Chains      [][]float64 // as long as they are
	Marked      [][]int     // optional, by chain: draws to be marked at the foot, such as those that diverged
	Mark        string      // what they are: "diverged"

	// Width and Height are inches; zero means 6.6 by 3.2.
	Width, Height float64
}

// Draw implements Picture. It is an error to have no finite value, and to mark draws that are not there.
func (f Traces) Draw() (image.Image, error) {
	xs, ys := newSpan(false), newSpan(false)
	for _, c := range f.Chains {
		xs.add(0, float64(len(c)))
		ys.add(c...)
	}
	if ys.min > ys.max {
		return nil, fmt.Errorf("report: traces %q: %d chains without a finite value", f.Title, len(f.Chains))
	}
	if len(f.Marked) > len(f.Chains) {
		return nil, fmt.Errorf("report: traces %q: draws of %d chains are marked, of %d", f.Title, len(f.Marked), len(f.Chains))
	}
	x, y := scale{label: "draw", min: xs.min, max: xs.max}, scale{label: f.Y}
	y.min, y.max = ys.padded(0.08)
	p := newPlot(x, y)
	var entries []entry
	for i, c := range f.Chains {
		p.Add(trace(c, i, xs, ys))
		entries = append(entries, entry{fmt.Sprintf("chain %d", i+1), seriesColor(i), lineMark})
	}
	for i, marked := range f.Marked {
		for _, at := range marked {
			if at < 0 || at >= len(f.Chains[i]) {
				return nil, fmt.Errorf("report: traces %q: draw %d of chain %d is marked, of %d", f.Title, at, i, len(f.Chains[i]))
			}
		}
		p.Add(rug(marked))
	}
	if f.Mark != "" {
		entries = append(entries, entry{f.Mark + " (at the foot)", ink, lineMark})
	}
	fig := newFigure(orDefault(f.Width, 6.6), orDefault(f.Height, 3.2), f.Title, f.Note)
	p.Draw(drawLegend(fig.body, entries))
	return fig.image(), nil
}

// trace draws chain i as a thin line that lets the others through.
func trace(values []float64, i int, xs, ys *span) plot.Plotter {
	l := Line{Y: values}
	for at := range values {
		l.X = append(l.X, float64(at))
	}
	return plotFunc(func(c draw.Canvas, p *plot.Plot) {
		toX, toY := p.Transforms(&c)
		for _, r := range l.runs(xs, ys) {
			points := make([]vg.Point, 0, r[1]-r[0])
			for at := r[0]; at < r[1]; at++ {
				points = append(points, vg.Point{X: toX(l.X[at]), Y: toY(l.Y[at])})
			}
			c.StrokeLines(draw.LineStyle{Color: glass(seriesColor(i), 0.6), Width: 0.4}, points)
		}
	})
}

// rug rules a short line at the foot for each of the draws.
func rug(marked []int) plot.Plotter {
	return plotFunc(func(c draw.Canvas, p *plot.Plot) {
		toX, _ := p.Transforms(&c)
		for _, at := range marked {
			x := toX(float64(at))
			c.StrokeLine2(draw.LineStyle{Color: ink, Width: 0.5}, x, c.Min.Y, x, c.Min.Y+7)
		}
	})
}
