package report

import (
	"errors"
	"fmt"
	"image"
	imagedraw "image/draw"
)

// Panels puts pictures beside one another, Across of them in a row (zero means 2).
type Panels struct {
	Title, Note string
	Across      int
	Pictures    []Picture
}

// Draw implements Picture. It returns what any of its pictures returns as an error.
func (f Panels) Draw() (image.Image, error) {
	if len(f.Pictures) == 0 {
		return nil, fmt.Errorf("report: panels %q: no pictures", f.Title)
	}
	if f.Across == 0 {
		f.Across = 2
	}
	var images []image.Image
	var errs []error
	for _, p := range f.Pictures {
		img, err := p.Draw()
		images, errs = append(images, img), append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	places, size := f.arrange(images)
	head := image.Image(image.NewRGBA(image.Rectangle{}))
	switch {
	case f.Note != "":
		head = newFigure(float64(size.X)/dpi, 0.65, f.Title, f.Note).image()
	case f.Title != "":
		head = newFigure(float64(size.X)/dpi, 0.42, f.Title, "").image()
	}
	top := head.Bounds().Dy()
	page := image.NewRGBA(image.Rect(0, 0, size.X, size.Y+top))
	imagedraw.Draw(page, page.Bounds(), image.NewUniform(paper), image.Point{}, imagedraw.Src)
	imagedraw.Draw(page, head.Bounds(), head, image.Point{}, imagedraw.Src)
	for i, img := range images {
		at := places[i].Add(image.Pt(0, top))
		imagedraw.Draw(page, img.Bounds().Sub(img.Bounds().Min).Add(at), img, img.Bounds().Min, imagedraw.Src)
	}
	return page, nil
}

// arrange returns each image's upper left corner and the size of the whole.
func (f Panels) arrange(images []image.Image) (places []image.Point, size image.Point) {
	x, y, rowHeight := 0, 0, 0
	for i, img := range images {
		if i > 0 && i%f.Across == 0 {
			x, y, rowHeight = 0, y+rowHeight, 0
		}
		places = append(places, image.Pt(x, y))
		x += img.Bounds().Dx()
		rowHeight = max(rowHeight, img.Bounds().Dy())
		size = image.Pt(max(size.X, x), y+rowHeight)
	}
	return places, size
}
