package report

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// mark says how an entry of a legend looks.
type mark int

const (
	lineMark mark = iota
	dashMark
	areaMark
	dotMark
	crossMark
)

type entry struct {
	name  string
	color color.Color
	mark  mark
}

var dashes = []vg.Length{4, 3}

// drawLegend writes the entries in rows at the top of c, above the data rather than over them, and returns
// what is left of c. Entries without a name are left out.
func drawLegend(c draw.Canvas, entries []entry) draw.Canvas {
	const swatch, gap, space, row = 18, 5, 16, 15
	x, drawn := c.Min.X, false
	for _, e := range entries {
		if e.name == "" {
			continue
		}
		width := swatch + gap + labelStyle.Width(e.name)
		if x > c.Min.X && x+width > c.Max.X {
			x, c.Max.Y = c.Min.X, c.Max.Y-row
		}
		mid := c.Max.Y - row/2 + 1
		drawSwatch(c, e, x, mid-1, swatch)
		c.FillText(aligned(labelStyle, draw.XLeft, draw.YCenter), vg.Point{X: x + swatch + gap, Y: mid}, e.name)
		x, drawn = x+width+space, true
	}
	if drawn {
		c.Max.Y -= row + 6
	}
	return c
}

func drawSwatch(c draw.Canvas, e entry, x, y, width vg.Length) {
	switch e.mark {
	case areaMark:
		fillRect(c, e.color, x, y-4, x+width, y+4)
	case dotMark:
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: e.color, Radius: 3, Shape: draw.CircleGlyph{}}, vg.Point{X: x + width/2, Y: y})
	case crossMark:
		drawCross(c, vg.Point{X: x + width/2, Y: y})
	default:
		style := draw.LineStyle{Color: e.color, Width: 2}
		if e.mark == dashMark {
			style.Dashes = dashes
		}
		c.StrokeLine2(style, x, y, x+width, y)
	}
}

// fillRect fills a rectangle, cut to the canvas.
func fillRect(c draw.Canvas, col color.Color, x0, y0, x1, y1 vg.Length) {
	c.FillPolygon(col, c.ClipPolygonXY([]vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}))
}
