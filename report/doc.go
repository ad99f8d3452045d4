// Package report draws the pictures of an experiment and writes its HTML page.
//
// A picture is a plain struct of data; Draw renders it with one common style: colours that colour-blind
// readers can tell apart, two pixels a point of screen, no text over data. The same data give the same bytes.
// Nothing here knows what an experiment is; the pictures serve anyone who has numbers to show.
package report

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
)

// Picture is anything that draws itself: every picture of this package, and what users add.
type Picture interface {
	// Draw renders the picture, or says which of its data can't be drawn.
	Draw() (image.Image, error)
}

// PNG returns p as the bytes of a PNG file.
func PNG(p Picture) ([]byte, error) {
	img, err := p.Draw()
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return nil, fmt.Errorf("report: encoding PNG: %w", err)
	}
	return buf.Bytes(), nil
}
