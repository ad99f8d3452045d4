package experiments

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"credence/data"
	"credence/layers"
	"credence/models/sparsevd"
	"credence/report"
	"credence/train"
)

// sparseFilm keeps what a network looks like in the course of its training. Its frames are parts of the run, so
// that an interruption loses none.
type sparseFilm struct {
	run           *Run
	net           *sparsevd.Network
	epochs, every int // of training, and from one frame to the next
}

// sparseFrame is the network at the end of an epoch.
type sparseFrame struct {
	Epoch    int
	Left     int         // weights that are not pruned
	Total    int         // weights
	First    []byte      // the first layer's |theta| where it is not pruned, [in, out], in 255ths of brightest
	LogAlpha [][]float64 // of each layer, % of the weights in bins from lowest to highest
}

const (
	brightest             = 0.75          // |theta| that is drawn black
	lowest, highest, bins = -8.0, 8.0, 48 // of log alpha
	tallest               = 30.0          // %, a bar at the top of its histogram
)

// fit trains the network, and takes frames before and after training and after its epochs.
func (f sparseFilm) fit(ctx context.Context, set data.Set, s train.Settings) ([]train.Epoch, error) {
	if err := f.watch(0); err != nil {
		return nil, err
	}
	var failed error
	observe := s.Observe
	s.Observe = func(step train.Step) {
		if step.Step%(step.Steps/step.Epochs) == 0 {
			failed = errors.Join(failed, f.watch(step.Epoch))
		}
		observe(step)
	}
	history, err := f.net.Fit(ctx, set, s)
	if err := errors.Join(err, failed); err != nil {
		return nil, err
	}
	return history, f.watch(s.Epochs) // of a training that was over before this run
}

// watch takes a frame after an epoch, 0 being before the first, if one is due and has not been taken.
func (f sparseFilm) watch(epoch int) error {
	if epoch%f.every != 0 && epoch != f.epochs {
		return nil
	}
	_, err := part(f.run, frameName(epoch), func() (sparseFrame, error) { return f.take(epoch), nil })
	return err
}

func frameName(epoch int) string { return fmt.Sprintf("frame-epoch%d", epoch) }

var errNoFrame = errors.New("no frame was taken")

// frames returns the frames that have been taken. Those of epochs before the run kept any are missing.
func (f sparseFilm) frames() ([]sparseFrame, error) {
	var all []sparseFrame
	for epoch := range f.epochs + 1 {
		frame, err := part(f.run, frameName(epoch), func() (sparseFrame, error) { return sparseFrame{}, errNoFrame })
		switch {
		case err == nil:
			all = append(all, frame)
		case !errors.Is(err, errNoFrame):
			return nil, err
		}
	}
	return all, nil
}

func (f sparseFilm) take(epoch int) sparseFrame {
	frame := sparseFrame{Epoch: epoch}
	for i, l := range f.net.Layers() {
		kept := l.Kept()
		for _, k := range kept {
			if k {
				frame.Left++
			}
		}
		frame.Total += len(kept)
		if i == 0 {
			frame.First = brightness(l, kept)
		}
		frame.LogAlpha = append(frame.LogAlpha, shares(l.LogAlphas()))
	}
	return frame
}

func brightness(l *layers.SparseWeights, kept []bool) []byte {
	all := make([]byte, len(kept))
	for i, k := range kept {
		if k {
			all[i] = byte(math.Round(255 * min(1, math.Abs(l.Theta.Value().At(i))/brightest)))
		}
	}
	return all
}

func shares(logAlphas []float64) []float64 {
	all := make([]float64, bins)
	for _, v := range logAlphas {
		i := int((v - lowest) / (highest - lowest) * bins)
		all[min(i, bins-1)] += 100 / float64(len(logAlphas))
	}
	return all
}

// show draws the animation.
func (f sparseFilm) show(frames []sparseFrame) {
	a := report.Animation{Delay: 300 * time.Millisecond}
	var epochs []string
	for _, frame := range frames {
		a.Frames, epochs = append(a.Frames, f.draw(frame)), append(epochs, strconv.Itoa(frame.Epoch))
	}
	f.run.Animation("sparsification", "Sparsification in action: the weights of the first layer, the larger the darker, one square of 28 by 28 "+
		"pixels for each of the 300 hidden units, and how noisy the weights of each layer are, up to 30 % of them at a level of noise. After epochs "+strings.Join(epochs, ", ")+".", a)
}

func (f sparseFilm) draw(frame sparseFrame) report.Picture {
	shape := f.net.Layers()[0].Theta.Shape()
	in, out := shape[0], shape[1]
	pixels := make([]float64, in*out)
	for i := range in {
		for o := range out {
			pixels[o*in+i] = darkness(frame.First[i*out+o])
		}
	}
	side := int(math.Sqrt(float64(in)))
	var noise []report.Picture
	for i, heights := range frame.LogAlpha {
		noise = append(noise, report.Bins{
			Title: fmt.Sprintf("Layer %d", i+1), X: "log alpha", Y: "weights, %", Low: lowest, High: highest, Heights: heights, Top: tallest,
			Marks: []report.Mark{{Name: "pruned", X: f.net.Layers()[i].Threshold}}, Width: 2.18, Height: 1.9,
		})
	}
	return report.Panels{
		Title:  fmt.Sprintf("After epoch %d: %d of %d weights are left", frame.Epoch, frame.Left, frame.Total),
		Across: 1,
		Pictures: []report.Picture{
			report.Grid{Rows: side, Cols: side, Across: 20, Zoom: 2, Pixels: pixels},
			report.Panels{Across: len(noise), Pictures: noise},
		},
	}
}

// darkness is a weight's share of the brightest, in eighths, so that the animation has few colours; its root, so
// that small weights can be seen.
func darkness(b byte) float64 { return math.Round(8*math.Sqrt(float64(b)/255)) / 8 }
