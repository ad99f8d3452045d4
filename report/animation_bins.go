package report

import (
	"fmt"
	"image"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// Bins is a histogram that has been counted, over a range and up to a height that are given, so that a series of
// them can be compared by eye. What is higher is cut.
type Bins struct {
	Title, Note string
	X, Y        string // axis labels; Y names what is counted: "weights, %"
	Low, High   float64
	Heights     []float64 // of the bins of equal width from Low to High
	Top         float64
	Marks       []Mark

	// Width and Height are inches; zero means 6.6 by 4.
	Width, Height float64
}

// Draw implements Picture. It is an error to have no bins, and a range or a height that is not positive.
func (f Bins) Draw() (image.Image, error) {
	if len(f.Heights) == 0 || !(f.Low < f.High) || !(f.Top > 0) {
		return nil, fmt.Errorf("report: bins %q: %d from %g to %g, up to %g", f.Title, len(f.Heights), f.Low, f.High, f.Top)
	}
	p := newPlot(scale{label: f.X, min: f.Low, max: f.High}, scale{label: f.Y, max: f.Top})
	width := (f.High - f.Low) / float64(len(f.Heights))
	p.Add(plotFunc(func(c draw.Canvas, p *plot.Plot) {
		toX, toY := p.Transforms(&c)
		for i, height := range f.Heights {
			at := f.Low + float64(i)*width
			if height > 0 {
				fillRect(c, fade(blue, 0.85), toX(at)+0.2, toY(0), toX(at+width)-0.2, toY(min(height, f.Top)))
			}
		}
		for _, m := range f.Marks {
			m.draw(c, toX(m.X), c.Max.Y)
		}
	}))
	fig := newFigure(orDefault(f.Width, 6.6), orDefault(f.Height, 4), f.Title, f.Note)
	p.Draw(fig.body)
	return fig.image(), nil
}
