package report

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Digits is a grid of small grey images, each with its caption and a bar for every class's probability:
// the digits a network is least sure of, or one digit as it turns.
type Digits struct {
	Title, Note string
	Rows, Cols  int // size of every image, in pixels
	Across      int // images in a row; zero means 4
	Items       []Digit
	Classes     []string // names under the bars; nil means 0, 1, 2, ...
}

// Digit is one image with what is predicted of it.
type Digit struct {
	Pixels  []float32 // Rows*Cols by rows; 0 is paper, 1 is ink, values outside are cut
	Caption string
	Probs   []float64 // one probability a class
	Err     []float64 // optional whiskers, such as the standard deviation over posterior draws
	Truth   int       // the true class, whose bar has its own colour; negative if there is none
}

// Draw implements Picture. It is an error if an image has not Rows*Cols pixels, or probabilities are not
// in [0, 1].
func (f Digits) Draw() (image.Image, error) {
	for i, d := range f.Items {
		if err := f.check(d); err != nil {
			return nil, fmt.Errorf("report: digits %q: item %d: %w", f.Title, i, err)
		}
	}
	if len(f.Items) == 0 {
		return nil, fmt.Errorf("report: digits %q: no items", f.Title)
	}
	if f.Across == 0 {
		f.Across = 4
	}
	f.Across = min(f.Across, len(f.Items))
	const cellWidth, cellHeight, head = 2.3, 1.28, 0.95
	down := (len(f.Items) + f.Across - 1) / f.Across
	fig := newFigure(math.Max(cellWidth*float64(f.Across), 3.2)+0.4, cellHeight*float64(down)+head, f.Title, f.Note)
	body := drawLegend(fig.body, []entry{{"true class", green, areaMark}, {"other classes", fade(blue, 0.7), areaMark}})
	w, h := cellWidth*vg.Inch, body.Size().Y/vg.Length(down)
	for i, d := range f.Items {
		cell := body
		cell.Min.X += w * vg.Length(i%f.Across)
		cell.Max.X = cell.Min.X + w - 14
		cell.Max.Y -= h * vg.Length(i/f.Across)
		cell.Min.Y = cell.Max.Y - h + 10
		f.drawItem(fig, cell, d)
	}
	return fig.image(), nil
}

func (f Digits) check(d Digit) error {
	if len(d.Pixels) != f.Rows*f.Cols || len(d.Pixels) == 0 {
		return fmt.Errorf("%d pixels for %d by %d", len(d.Pixels), f.Rows, f.Cols)
	}
	if f.Classes != nil && len(f.Classes) != len(d.Probs) || d.Err != nil && len(d.Err) != len(d.Probs) {
		return fmt.Errorf("%d probabilities, %d class names, %d err: lengths differ", len(d.Probs), len(f.Classes), len(d.Err))
	}
	for class, p := range d.Probs {
		if !(p >= 0 && p <= 1+1e-6) {
			return fmt.Errorf("probability of class %d is %g, outside [0, 1]", class, p)
		}
	}
	return nil
}

func (f Digits) drawItem(fig figure, c draw.Canvas, d Digit) {
	c = writeLines(c, textStyle(9, ink, false), d.Caption, 4)
	side := min(c.Size().Y, c.Size().X*0.42)
	width := side * vg.Length(f.Cols) / vg.Length(f.Rows)
	picture := c
	picture.Max.X, picture.Min.Y = c.Min.X+width, c.Max.Y-side
	fig.paint(picture.Rectangle, func(u, v float64) color.Color {
		p := d.Pixels[int((1-v)*float64(f.Rows))*f.Cols+int(u*float64(f.Cols))]
		return mix(paper, ink, math.Min(math.Max(float64(p), 0), 1))
	})
	outline(picture, rule)
	bars := c
	bars.Min.X, bars.Min.Y, bars.Max.Y = picture.Max.X+18, picture.Min.Y+9, picture.Max.Y-3
	f.drawBars(bars, d)
}

// drawBars draws the probabilities from 0 to 1 over the height of c, the class names below it.
func (f Digits) drawBars(c draw.Canvas, d Digit) {
	names := aligned(textStyle(7, muted, false), draw.XCenter, draw.YTop)
	slot := c.Size().X / vg.Length(len(d.Probs))
	height := func(p float64) vg.Length { return c.Y(math.Min(math.Max(p, 0), 1)) }
	for _, share := range []float64{0, 0.5, 1} {
		c.StrokeLine2(draw.LineStyle{Color: rule, Width: 0.6}, c.Min.X, height(share), c.Max.X, height(share))
		c.FillText(aligned(names, draw.XRight, draw.YCenter), vg.Point{X: c.Min.X - 2, Y: height(share)}, fmt.Sprint(share))
	}
	for class, p := range d.Probs {
		x, col := c.Min.X+slot*vg.Length(class), fade(blue, 0.7)
		if class == d.Truth {
			col = green
		}
		fillRect(c, col, x+slot*0.12, c.Min.Y, x+slot*0.88, height(p))
		if d.Err != nil {
			mid := x + slot/2
			c.StrokeLine2(draw.LineStyle{Color: ink, Width: 0.7}, mid, height(p-d.Err[class]), mid, height(p+d.Err[class]))
		}
		name := fmt.Sprint(class)
		if f.Classes != nil {
			name = f.Classes[class]
		}
		c.FillText(names, vg.Point{X: x + slot/2, Y: c.Min.Y - 1.5}, name)
	}
	c.StrokeLine2(draw.LineStyle{Color: axis, Width: 0.75}, c.Min.X, c.Min.Y, c.Max.X, c.Min.Y)
}
