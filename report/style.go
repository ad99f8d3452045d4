package report

import (
	"image"
	"image/color"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// dpi is twice the usual 96 dots an inch, so that pictures stay sharp on dense screens.
const dpi = 192

const margin = 14 * vg.Length(1) // points around a figure

var (
	ink   = color.RGBA{0x20, 0x24, 0x2a, 0xff}
	muted = color.RGBA{0x5c, 0x63, 0x6d, 0xff}
	rule  = color.RGBA{0xe4, 0xe7, 0xeb, 0xff}
	axis  = color.RGBA{0x9a, 0xa0, 0xa8, 0xff}
	paper = color.RGBA{0xff, 0xff, 0xff, 0xff}
)

// The palette of Okabe and Ito (2008), which readers with any common colour blindness can tell apart;
// its yellow is left out, being too light for a line on white.
var (
	blue    = color.RGBA{0x00, 0x72, 0xb2, 0xff}
	red     = color.RGBA{0xd5, 0x5e, 0x00, 0xff}
	green   = color.RGBA{0x00, 0x9e, 0x73, 0xff}
	purple  = color.RGBA{0xcc, 0x79, 0xa7, 0xff}
	orange  = color.RGBA{0xe6, 0x9f, 0x00, 0xff}
	sky     = color.RGBA{0x56, 0xb4, 0xe9, 0xff}
	palette = []color.RGBA{blue, red, green, purple, orange, sky}
)

func seriesColor(i int) color.RGBA { return palette[i%len(palette)] }

// fade mixes c with white: 1 is c itself, 0 is white. The result is opaque, so that overlaps don't darken.
func fade(c color.RGBA, share float64) color.RGBA { return mix(paper, c, share) }

func mix(a, b color.RGBA, share float64) color.RGBA {
	channel := func(a, b uint8) uint8 { return uint8(float64(a)*(1-share) + float64(b)*share + 0.5) }
	return color.RGBA{channel(a.R, b.R), channel(a.G, b.G), channel(a.B, b.B), 0xff}
}

// glass is c let through: it shows what lies under it. alpha is in 0..1.
func glass(c color.RGBA, alpha float64) color.NRGBA {
	return color.NRGBA{c.R, c.G, c.B, uint8(alpha*255 + 0.5)}
}

func textStyle(size vg.Length, c color.Color, bold bool) text.Style {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = xfont.WeightBold
	}
	return text.Style{Color: c, Font: f, XAlign: draw.XLeft, YAlign: draw.YTop, Handler: plot.DefaultTextHandler}
}

var (
	titleStyle = textStyle(13, ink, true)
	noteStyle  = textStyle(10, muted, false)
	labelStyle = textStyle(10, ink, false)
	tickStyle  = textStyle(9, muted, false)
)

func aligned(s text.Style, x text.XAlignment, y text.YAlignment) text.Style {
	s.XAlign, s.YAlign = x, y
	return s
}

// figure is a white page with a title; the rest of it, without the margins, is body.
type figure struct {
	page *vgimg.Canvas
	body draw.Canvas
}

// newFigure makes a figure of the given size in inches.
func newFigure(width, height float64, title, note string) figure {
	w, h := vg.Length(width)*vg.Inch, vg.Length(height)*vg.Inch
	page := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(paper))
	body := draw.Crop(draw.New(page), margin, -margin, margin, -margin)
	body = writeLines(body, titleStyle, title, 3)
	body = writeLines(body, noteStyle, note, 3)
	if title+note != "" {
		body.Max.Y -= 6
	}
	return figure{page, body}
}

func (f figure) image() image.Image { return f.page.Image() }

// writeLines writes txt, broken at spaces to fit, at the top of c and returns what is left of c.
func writeLines(c draw.Canvas, style text.Style, txt string, gap vg.Length) draw.Canvas {
	if txt == "" {
		return c
	}
	for _, line := range wrap(txt, style, c.Size().X) {
		c.FillText(style, vg.Point{X: c.Min.X, Y: c.Max.Y}, line)
		c.Max.Y -= style.Font.Size*1.2 + gap/2
	}
	c.Max.Y -= gap / 2
	return c
}

// wrap breaks txt at spaces into lines no wider than width, and at its own line ends.
func wrap(txt string, style text.Style, width vg.Length) []string {
	var lines []string
	for _, paragraph := range strings.Split(txt, "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			longer := strings.TrimPrefix(line+" "+word, " ")
			if line != "" && style.Width(longer) > width {
				lines, longer = append(lines, line), word
			}
			line = longer
		}
		lines = append(lines, line)
	}
	return lines
}

// plotFunc makes a function a plotter; ranges are set on the axes, never gathered from plotters.
type plotFunc func(c draw.Canvas, p *plot.Plot)

func (f plotFunc) Plot(c draw.Canvas, p *plot.Plot) { f(c, p) }

// newPlot returns an empty plot in the common style: light grid, no box, horizontal axis only.
func newPlot(x, y scale) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	x.apply(&p.X)
	y.apply(&p.Y)
	p.X.Tick.Label = aligned(tickStyle, draw.XCenter, draw.YTop)
	p.Y.Tick.Label = aligned(tickStyle, draw.XRight, draw.YCenter)
	p.Y.LineStyle.Width = 0
	p.Y.Tick.Color = paper // room between numbers and grid, no marks
	p.Add(plotFunc(drawGrid))
	return p
}

func drawGrid(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	style := draw.LineStyle{Color: rule, Width: 0.75}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if y := toY(t.Value); !t.IsMinor() && c.ContainsY(y) {
			c.StrokeLine2(style, c.Min.X, y, c.Max.X, y)
		}
	}
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if x := toX(t.Value); !t.IsMinor() && c.ContainsX(x) {
			c.StrokeLine2(style, x, c.Min.Y, x, c.Max.Y)
		}
	}
}
