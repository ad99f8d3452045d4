package data

import (
	"fmt"
	"math"
)

// Rotate returns an image of w x h pixels, row by row, turned counter-clockwise about its centre by an angle in degrees,
// by bilinear interpolation; what comes from outside the image is 0. It panics unless pixels has w·h bytes.
func Rotate(pixels []byte, w, h int, degrees float64) []byte {
	if w < 0 || h < 0 || len(pixels) != w*h {
		panic(fmt.Sprintf("data: Rotate %d pixels as %d x %d", len(pixels), w, h))
	}
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	midX, midY := float64(w-1)/2, float64(h-1)/2
	out := make([]byte, len(pixels))
	for i := range out {
		// y points down, so this goes back along the turn: from where the pixel lands to where it was.
		x, y := float64(i%w)-midX, float64(i/w)-midY
		out[i] = bilinear(pixels, w, h, midX+x*cos-y*sin, midY+x*sin+y*cos)
	}
	return out
}

// bilinear returns the brightness at (x, y), where pixels are points at integers in a plane of zeros.
func bilinear(pixels []byte, w, h int, x, y float64) byte {
	x0, y0 := math.Floor(x), math.Floor(y)
	fx, fy := x-x0, y-y0
	at := func(dx, dy int) float64 {
		col, row := int(x0)+dx, int(y0)+dy
		if col < 0 || col >= w || row < 0 || row >= h {
			return 0
		}
		return float64(pixels[row*w+col])
	}
	top := (1-fx)*at(0, 0) + fx*at(1, 0)
	bottom := (1-fx)*at(0, 1) + fx*at(1, 1)
	return byte(math.Round((1-fy)*top + fy*bottom))
}
