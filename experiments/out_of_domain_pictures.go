package experiments

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"credence/report"
)

// pictures draws the densities of the first seed's networks.
func (d domainResults) pictures(r *Run) {
	for _, in := range d.trained() {
		name, first := d.domains[in].name, d.of(in)[0]
		file := strings.ToLower(name)
		r.Picture(file+"-densities", fmt.Sprintf("log p(x) of the test images of each set by a network trained on %s: the first seed's, %d images a set.", name, d.Scored),
			d.histogram("Trained on "+name, first))
		r.Picture(file+"-extremes", fmt.Sprintf("Of the scored images of each set those that the network trained on %s finds most likely, and least.", name),
			d.extremes("Trained on "+name, first))
	}
}

// histogram draws the shares of each set's images in bins of log p(x).
func (d domainResults) histogram(title string, result domainResult) report.Picture {
	const bins = 50
	low, high := math.Inf(1), math.Inf(-1)
	for _, set := range result.Sets {
		low, high = min(low, slices.Min(set.LogP)), max(high, slices.Max(set.LogP))
	}
	width := max(high-low, 1e-9) / bins
	picture := report.Curves{Title: title, X: "log p(x), nats", Y: "share of the images, %"}
	for i, set := range result.Sets {
		line := report.Line{Name: d.domains[i].name, Dashed: i != result.In}
		counts := make([]float64, bins)
		for _, v := range set.LogP {
			counts[min(bins-1, int((v-low)/width))] += 100 / float64(len(set.LogP))
		}
		for k, share := range counts { // a step for each bin
			left := low + float64(k)*width
			line.X, line.Y = append(line.X, left, left+width), append(line.Y, share, share)
		}
		picture.Lines = append(picture.Lines, line)
	}
	return picture
}

// extremes shows each set's most and least likely images.
func (d domainResults) extremes(title string, result domainResult) report.Picture {
	const across = 12
	var pixels []float64
	var names []string
	for i, set := range d.scored {
		order := upTo(set.Len())
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(result.Sets[i].LogP[b], result.Sets[i].LogP[a]) })
		take := min(across, len(order))
		last := slices.Clone(order[len(order)-take:])
		slices.Reverse(last)
		for _, end := range []struct {
			name string
			rows []int
		}{{"most likely", order[:take]}, {"least likely", last}} {
			pixels = append(pixels, pixelsOf(set, end.rows...)...)
			names = append(names, d.domains[i].name+", "+end.name)
		}
	}
	g := digitGrid(title, min(across, d.Scored), pixels)
	g.RowNames = names
	return g
}
