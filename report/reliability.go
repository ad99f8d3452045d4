package report

import (
	"fmt"
	"image"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Reliability draws how often a classifier is right against how sure it is (Guo and others 2017,
// arXiv:1706.04599), with the share of examples in each bin below. The title ends with the expected
// calibration error: the mean over examples of a bin's |accuracy - confidence|.
type Reliability struct {
	Title, Note string
	Bins        []Bin
}

// Bin is the examples whose highest class probability lies in [Low, High].
type Bin struct {
	Low, High  float64
	Confidence float64 // mean highest probability, in [0, 1]
	Accuracy   float64 // share classified rightly, in [0, 1]
	Count      int
}

// ECE returns the expected calibration error, in [0, 1]; NaN without examples.
func (f Reliability) ECE() float64 {
	sum, n := 0.0, 0
	for _, b := range f.Bins {
		if b.Count > 0 {
			sum += float64(b.Count) * math.Abs(b.Accuracy-b.Confidence)
			n += b.Count
		}
	}
	return sum / float64(n)
}

// Draw implements Picture. It is an error to have no examples.
func (f Reliability) Draw() (image.Image, error) {
	total := 0
	for _, b := range f.Bins {
		total += b.Count
	}
	if total == 0 {
		return nil, fmt.Errorf("report: reliability %q: no examples in %d bins", f.Title, len(f.Bins))
	}
	unit := scale{max: 1, ticks: linearTicks(0, 1)}
	x, y := unit, unit
	y.label = "accuracy"
	top := newPlot(x, y)
	top.X.Tick.Label.Color = paper // written once, below
	top.Add(plotFunc(f.drawBars))

	x.label = "confidence (highest class probability)"
	share := scale{label: "share, %", max: 100, ticks: []plot.Tick{{Value: 0, Label: "0"}, {Value: 50, Label: "50"}, {Value: 100, Label: "100"}}}
	bottom := newPlot(x, share)
	bottom.Add(plotFunc(func(c draw.Canvas, p *plot.Plot) { f.drawShares(c, p, total) }))

	fig := newFigure(5, 5.8, fmt.Sprintf("%s: ECE %.4f", f.Title, f.ECE()), f.Note)
	body := drawLegend(fig.body, []entry{{"accuracy", ink, lineMark}, {"too sure", tooSure, areaMark}, {"not sure enough", tooDoubtful, areaMark}, {"calibrated", muted, dashMark}})
	split := body.Size().Y * 0.3
	drawAligned(top, draw.Crop(body, 0, 0, split-8, 0), bottom, draw.Crop(body, 0, 0, 0, split-body.Size().Y))
	return fig.image(), nil
}

var tooSure, tooDoubtful = fade(red, 0.55), fade(green, 0.6)

// drawBars draws each bin's accuracy, and the gap from there to its confidence.
func (f Reliability) drawBars(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	for _, b := range f.Bins {
		if b.Count == 0 {
			continue
		}
		x0, x1 := toX(b.Low)+0.6, toX(b.High)-0.6
		fillRect(c, fade(blue, 0.75), x0, toY(0), x1, toY(b.Accuracy))
		gap := tooSure
		if b.Confidence < b.Accuracy {
			gap = tooDoubtful
		}
		fillRect(c, gap, x0, toY(b.Accuracy), x1, toY(b.Confidence))
		c.StrokeLine2(draw.LineStyle{Color: ink, Width: 1.8}, x0, toY(b.Accuracy), x1, toY(b.Accuracy))
	}
	c.StrokeLine2(draw.LineStyle{Color: muted, Width: 1.2, Dashes: dashes}, toX(0), toY(0), toX(1), toY(1))
}

// drawShares writes the counts over the bars, too, where they are too small to be seen.
func (f Reliability) drawShares(c draw.Canvas, p *plot.Plot, total int) {
	toX, toY := p.Transforms(&c)
	for _, b := range f.Bins {
		height := toY(100 * float64(b.Count) / float64(total))
		fillRect(c, fade(blue, 0.45), toX(b.Low)+0.6, toY(0), toX(b.High)-0.6, height)
		if b.Count > 0 {
			at := vg.Point{X: toX((b.Low + b.High) / 2), Y: min(height+2, c.Max.Y-8)}
			c.FillText(aligned(textStyle(6.5, muted, false), draw.XCenter, draw.YBottom), at, thousands(fmt.Sprint(b.Count)))
		}
	}
}

// drawAligned draws two plots, one above the other, with their data between the same verticals.
func drawAligned(a *plot.Plot, ca draw.Canvas, b *plot.Plot, cb draw.Canvas) {
	xa, xb := a.DataCanvas(ca).Min.X, b.DataCanvas(cb).Min.X
	ca.Min.X += max(0, xb-xa)
	cb.Min.X += max(0, xa-xb)
	a.Draw(ca)
	b.Draw(cb)
}
