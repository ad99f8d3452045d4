package report

import (
	"fmt"
	"image"
	"math"
	"slices"
)

// Ranks draws how often the draws of each Markov chain have a low or a high rank among those of all chains (Vehtari
// et al. 2021, https://arxiv.org/abs/1903.08008, section 4.2). Chains of one distribution have flat lines, up to
// chance; the level is what all would have if they were equal.
type Ranks struct {
	Title, Note string
	Chains      [][]float64 // equally long
	Bins        int         // zero means 20

	// Width and Height are inches; zero means 4.4 by 3.2.
	Width, Height float64
}

// Draw implements Picture. It is an error if the chains are empty or differ in length, or a value is NaN.
func (f Ranks) Draw() (image.Image, error) {
	if f.Bins == 0 {
		f.Bins = 20
	}
	if len(f.Chains) == 0 || len(f.Chains[0]) == 0 || f.Bins < 0 {
		return nil, fmt.Errorf("report: ranks %q: %d chains in %d bins: want at least 1 draw and 1 bin", f.Title, len(f.Chains), f.Bins)
	}
	length := len(f.Chains[0])
	for i, c := range f.Chains {
		if len(c) != length {
			return nil, fmt.Errorf("report: ranks %q: chain %d has %d draws, chain 0 %d", f.Title, i, len(c), length)
		}
		if at := slices.IndexFunc(c, math.IsNaN); at >= 0 {
			return nil, fmt.Errorf("report: ranks %q: draw %d of chain %d is NaN", f.Title, at, i)
		}
	}
	all := slices.Concat(f.Chains...)
	slices.Sort(all)
	picture := Curves{
		Title: f.Title, Note: f.Note, X: "rank", Y: "draws", Levels: []Level{{Name: "equal", Y: float64(length) / float64(f.Bins)}},
		Width: orDefault(f.Width, 4.4), Height: orDefault(f.Height, 3.2),
	}
	for _, c := range f.Chains {
		counts := make([]float64, f.Bins)
		for _, v := range c {
			counts[rankOf(v, all)*f.Bins/len(all)]++
		}
		picture.Lines = append(picture.Lines, stairs(counts, len(all)))
	}
	return picture.Draw()
}

// rankOf returns the middle of the places that v has among the sorted.
func rankOf(v float64, sorted []float64) int {
	first, _ := slices.BinarySearch(sorted, v)
	next, _ := slices.BinarySearchFunc(sorted, v, func(a, b float64) int {
		if a <= b {
			return -1
		}
		return 1
	})
	return (first + next - 1) / 2
}

// stairs returns counts in bins over 0..end as a line of steps.
func stairs(counts []float64, end int) Line {
	var l Line
	for i, n := range counts {
		width := float64(end) / float64(len(counts))
		l.X, l.Y = append(l.X, float64(i)*width, float64(i+1)*width), append(l.Y, n, n)
	}
	return l
}
