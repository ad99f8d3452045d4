package report

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Grid is many small images side by side: draws of a model, examples above their reconstructions, the
// plane of two latent variables.
type Grid struct {
	Title, Note string
	Rows, Cols  int // size of every image, in pixels
	Across      int // images in a row

	// Pixels are those of all images, one after the other, each by rows: 0 is paper, 1 is ink, values outside
	// are cut.
	Pixels []float64
	Color  bool // each pixel is its red, green and blue light instead, from 0 to 1

	RowNames    []string // to the left of the rows; nil for none
	ColumnNames []string // above the columns; nil for none
	Zoom        int      // dots of a pixel's side; zero means 3
	Joined      bool     // without space between the images
}

// Draw implements Picture. It is an error if the pixels are not those of whole rows of images, if one is NaN,
// and if there are other than as many names as rows or columns.
func (f Grid) Draw() (image.Image, error) {
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("report: grid %q: %w", f.Title, err)
	}
	if f.Zoom == 0 {
		f.Zoom = 3
	}
	space := max(2, f.Zoom*f.Cols/14)
	if f.Joined {
		space = 0
	}
	across, down := f.Cols*f.Zoom+space, f.Rows*f.Zoom+space // dots from one image to the next
	names := nameWidth(f.RowNames)
	inches := func(points vg.Length, dots int) float64 { return float64(points)/72 + float64(dots)/dpi }
	width := inches(2*margin+names, across*f.Across)
	head := headHeight(f.Title, f.Note, vg.Length(width)*vg.Inch-2*margin)
	if f.ColumnNames != nil {
		head += 1.5 * labelStyle.Font.Size
	}
	fig := newFigure(width, inches(2*margin+head, down*f.down()), f.Title, f.Note)
	at := dots(fig.page, vg.Rectangle{Min: fig.body.Min, Max: vg.Point{X: fig.body.Max.X, Y: fig.body.Min.Y}}).Min
	at.X = int((margin + names).Dots(dpi) + 0.5)
	at.Y -= down * f.down()
	for i := range f.down() * f.Across {
		f.paint(fig, i, at.Add(image.Pt(across*(i%f.Across), down*(i/f.Across))))
	}
	f.write(fig, at, across, down)
	return fig.image(), nil
}

func (f Grid) down() int { return len(f.Pixels) / (f.size() * f.Across) }

// size returns how many numbers an image is.
func (f Grid) size() int {
	if f.Color {
		return 3 * f.Rows * f.Cols
	}
	return f.Rows * f.Cols
}

func (f Grid) check() error {
	if f.Rows < 1 || f.Cols < 1 || f.Across < 1 {
		return fmt.Errorf("images of %d by %d pixels, %d in a row", f.Rows, f.Cols, f.Across)
	}
	if row := f.size() * f.Across; len(f.Pixels) == 0 || len(f.Pixels)%row != 0 {
		return fmt.Errorf("%d pixels, want %d a row", len(f.Pixels), row)
	}
	if f.RowNames != nil && len(f.RowNames) != f.down() || f.ColumnNames != nil && len(f.ColumnNames) != f.Across {
		return fmt.Errorf("%d names of %d rows, %d of %d columns", len(f.RowNames), f.down(), len(f.ColumnNames), f.Across)
	}
	for i, p := range f.Pixels {
		if math.IsNaN(p) {
			return fmt.Errorf("pixel %d of image %d is NaN", i%f.size(), i/f.size())
		}
	}
	return nil
}

// paint draws image i with its upper left corner at a dot of the page.
func (f Grid) paint(fig figure, i int, at image.Point) {
	page, pixels := fig.page.Image(), f.Pixels[i*f.size():]
	share := func(i int) float64 { return math.Min(math.Max(pixels[i], 0), 1) }
	light := func(i int) uint8 { return uint8(math.Round(255 * share(i))) }
	for y := range f.Rows * f.Zoom {
		for x := range f.Cols * f.Zoom {
			p := y/f.Zoom*f.Cols + x/f.Zoom
			if f.Color {
				page.Set(at.X+x, at.Y+y, color.RGBA{light(3 * p), light(3*p + 1), light(3*p + 2), 255})
			} else {
				page.Set(at.X+x, at.Y+y, mix(paper, ink, share(p)))
			}
		}
	}
}

// write puts the names beside and above the images, the first of which lies at a dot of the page.
func (f Grid) write(fig figure, at image.Point, across, down int) {
	height := fig.page.Image().Bounds().Dy()
	point := func(x, y int) vg.Point {
		return vg.Point{X: vg.Length(x) * vg.Inch / dpi, Y: vg.Length(height-y) * vg.Inch / dpi}
	}
	for i, name := range f.RowNames {
		middle := point(at.X, at.Y+down*i+f.Rows*f.Zoom/2)
		middle.X -= nameGap
		fig.body.FillText(aligned(labelStyle, draw.XRight, draw.YCenter), middle, name)
	}
	for i, name := range f.ColumnNames {
		above := point(at.X+across*i+f.Cols*f.Zoom/2, at.Y)
		above.Y += 3
		fig.body.FillText(aligned(labelStyle, draw.XCenter, draw.YBottom), above, name)
	}
}

const nameGap = 6 * vg.Length(1) // points between a row's name and its first image

// nameWidth returns the room that names need at the left.
func nameWidth(names []string) vg.Length {
	widest := vg.Length(0)
	for _, name := range names {
		widest = max(widest, labelStyle.Width(name)+nameGap)
	}
	return widest
}

// headHeight returns the room that newFigure gives a title and a note in a body of that width.
func headHeight(title, note string, width vg.Length) vg.Length {
	page := newFigure(float64((width+2*margin)/vg.Inch), 10, title, note)
	return 10*vg.Inch - 2*margin - page.body.Size().Y
}
