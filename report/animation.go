package report

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"slices"
	"time"
)

// Animation is pictures of one size that are shown one after the other, again and again.
type Animation struct {
	Frames []Picture
	Delay  time.Duration // from one frame to the next; zero means a fifth of a second
	Hold   time.Duration // of the last frame; zero means two seconds
}

// GIF draws the animation and returns it as a GIF, at half the resolution of a PNG and in the 255 colours that its
// frames use most. It is an error to have no frames or frames of different sizes, and what a frame returns as one.
func GIF(a Animation) ([]byte, error) {
	frames, err := a.draw()
	if err != nil {
		return nil, fmt.Errorf("report: animation: %w", err)
	}
	colours := commonColours(frames)
	out := &gif.GIF{Config: image.Config{ColorModel: colours, Width: frames[0].Rect.Dx(), Height: frames[0].Rect.Dy()}}
	var before *image.Paletted
	for _, frame := range frames {
		now := paletted(frame, colours)
		out.Image = append(out.Image, changes(before, now))
		out.Delay = append(out.Delay, hundredths(cmp.Or(a.Delay, time.Second/5)))
		out.Disposal = append(out.Disposal, gif.DisposalNone)
		before = now
	}
	out.Delay[len(frames)-1] = hundredths(cmp.Or(a.Hold, 2*time.Second))
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, out); err != nil {
		return nil, fmt.Errorf("report: animation: %w", err)
	}
	return b.Bytes(), nil
}

func hundredths(d time.Duration) int { return int(d / (10 * time.Millisecond)) }

func (a Animation) draw() ([]*image.RGBA, error) {
	if len(a.Frames) == 0 {
		return nil, errors.New("no frames")
	}
	var frames []*image.RGBA
	for i, p := range a.Frames {
		img, err := p.Draw()
		if err != nil {
			return nil, fmt.Errorf("frame %d: %w", i, err)
		}
		frames = append(frames, halved(img))
		if size, first := frames[i].Rect.Size(), frames[0].Rect.Size(); size != first {
			return nil, fmt.Errorf("frame %d is %v dots, the first %v", i, size, first)
		}
	}
	return frames, nil
}

// halved returns the image at half its resolution, each dot the mean of four.
func halved(img image.Image) *image.RGBA {
	size := img.Bounds().Size()
	full := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(full, full.Rect, img, img.Bounds().Min, draw.Src)
	small := image.NewRGBA(image.Rectangle{Max: size.Div(2)})
	for y := range small.Rect.Dy() {
		above, below := full.Pix[2*y*full.Stride:], full.Pix[(2*y+1)*full.Stride:]
		for x := range small.Rect.Dx() {
			for c := range 4 {
				i := 8*x + c
				sum := int(above[i]) + int(above[i+4]) + int(below[i]) + int(below[i+4])
				small.Pix[small.PixOffset(x, y)+c] = uint8(sum / 4)
			}
		}
	}
	return small
}

// commonColours returns a colour that is let through, which stands for a dot that does not change, and the
// colours that the frames use most.
func commonColours(frames []*image.RGBA) color.Palette {
	uses := map[color.RGBA]int{}
	for _, f := range frames {
		for i := 0; i < len(f.Pix); i += 4 {
			uses[coarse(f.Pix[i:])]++
		}
	}
	var all []color.RGBA
	for c := range uses {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(uses[b], uses[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	colours := color.Palette{color.RGBA{}}
	for _, c := range all[:min(len(all), 255)] {
		colours = append(colours, c)
	}
	return colours
}

// coarse rounds a dot's channels to 32 levels, black and white among them.
func coarse(dot []uint8) color.RGBA {
	round := func(c uint8) uint8 { return uint8((int(c)*31 + 127) / 255 * 255 / 31) }
	return color.RGBA{round(dot[0]), round(dot[1]), round(dot[2]), 0xff}
}

// paletted returns the image in the colours after the first.
func paletted(img *image.RGBA, colours color.Palette) *image.Paletted {
	p := image.NewPaletted(img.Rect, colours)
	nearest := map[color.RGBA]uint8{}
	for i := range p.Pix {
		c := coarse(img.Pix[4*i:])
		at, known := nearest[c]
		if !known {
			at = uint8(1 + colours[1:].Index(c))
			nearest[c] = at
		}
		p.Pix[i] = at
	}
	return p
}

// changes returns what of the image differs from the one before, and lets the rest through. A GIF of these is
// smaller.
func changes(before, now *image.Paletted) *image.Paletted {
	if before == nil {
		return now
	}
	p := image.NewPaletted(now.Rect, now.Palette)
	for i, c := range now.Pix {
		if c != before.Pix[i] {
			p.Pix[i] = c
		}
	}
	return p
}
