package report

import (
	"image"
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// paint colours each dot of the rectangle r of the figure by at(u, v), with u in [0, 1) from the left and v
// in [0, 1) from the bottom. It writes dots rather than scaling an image, so that edges stay sharp.
func (f figure) paint(r vg.Rectangle, at func(u, v float64) color.Color) {
	dst := f.page.Image()
	box := dots(f.page, r)
	w, h := float64(box.Dx()), float64(box.Dy())
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			dst.Set(x, y, at((float64(x-box.Min.X)+0.5)/w, 1-(float64(y-box.Min.Y)+0.5)/h))
		}
	}
}

// dots converts a rectangle in points from below to one in dots from above.
func dots(page *vgimg.Canvas, r vg.Rectangle) image.Rectangle {
	height := page.Image().Bounds().Dy()
	dot := func(l vg.Length) int { return int(l.Dots(dpi) + 0.5) }
	return image.Rect(dot(r.Min.X), height-dot(r.Max.Y), dot(r.Max.X), height-dot(r.Min.Y))
}

// outline draws a thin frame around the canvas.
func outline(c draw.Canvas, col color.Color) {
	c.StrokeLines(draw.LineStyle{Color: col, Width: 0.75}, []vg.Point{
		c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}, c.Min,
	})
}
