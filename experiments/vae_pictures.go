package experiments

import (
	"fmt"
	"slices"

	"credence/data"
	"credence/metrics"
	"credence/report"
)

func (p vaePlan) pictures(r *Run, nets vaeNets, test *data.Images) error {
	r.Picture("bounds", "The bound by epoch, for each number of latent variables: the first seed's.",
		nets.first(p.compared()).boundCurves("Test digits, at the end of the epoch", report.Curves{Y: "bound, nats per digit"}, true))
	r.Picture("latent-variables", "The bound at the end; the band is the standard error over seeds, where there are several.", p.boundsByLatents(nets))
	all := nets.first(p.Latents)
	if err := all.samples(r, 12, digitGrid); err != nil {
		return err
	}
	rows := make([]int, 10)
	for class := range rows {
		rows[class] = firstOf(test, class)
	}
	if err := all.reconstructions(r, test, rows, pixelsOf(test, rows...), "test digit",
		"The first test digit of each class as it is binarised, and what each network makes of it at the posterior's mean.", digitGrid); err != nil {
		return err
	}
	if err := nets[vaePlane][0].plane(r, 20, digitGrid); err != nil {
		return err
	}
	return interpolations(r, nets[vaeMain][0], test)
}

// first returns the first seed's networks with these numbers of latent variables.
func (nets vaeNets) first(latents []int) (first autoencoders) {
	for _, latent := range latents {
		first = append(first, nets[latent][0])
	}
	return first
}

// compared are the numbers of latent variables whose networks are trained alike: those of the paper's figure.
func (p vaePlan) compared() []int {
	return slices.DeleteFunc(slices.Clone(p.Latents), func(latent int) bool { return latent == vaePlane })
}

func (p vaePlan) boundsByLatents(nets vaeNets) report.Picture {
	test, training := report.Line{Name: "test", Dots: true}, report.Line{Name: "training", Dots: true, Dashed: true}
	for _, latent := range p.compared() {
		add := func(l *report.Line, f func(n *vaeNet) float64) {
			var values []float64
			for _, n := range nets[latent] {
				values = append(values, f(n))
			}
			mean, stderr, err := metrics.MeanStderr(values)
			if err != nil { // a single one
				mean, stderr = average(values), 0
			}
			l.X, l.Y, l.Err = append(l.X, float64(latent)), append(l.Y, mean), append(l.Err, stderr)
		}
		add(&test, (*vaeNet).testBound)
		add(&training, (*vaeNet).trainBound)
	}
	return report.Curves{Title: "Bound by latent variables", X: "latent variables", Y: "bound, nats per digit", LogX: true, Lines: []report.Line{test, training}}
}

// digitGrid is a report.Grid of MNIST's size.
func digitGrid(title string, across int, pixels []float64) report.Grid {
	return report.Grid{Title: title, Rows: 28, Cols: 28, Across: across, Pixels: pixels}
}

// firstOf returns the row of the first digit of a class, of which there is one.
func firstOf(test *data.Images, class int) int { return slices.Index(test.Labels(), class) }

// pixelsOf returns the rows' pixels, in [0, 1].
func pixelsOf(test *data.Images, rows ...int) []float64 {
	x := make([]float64, len(rows)*784)
	test.Batch(rows, x, make([]float64, len(rows)))
	return x
}

func interpolations(r *Run, net *vaeNet, test *data.Images) error {
	const steps = 9
	var pixels []float64
	var names []string
	for _, pair := range [][2]int{{1, 7}, {3, 8}, {4, 9}, {0, 6}, {2, 5}} {
		ends := []int{firstOf(test, pair[0]), firstOf(test, pair[1])}
		z, err := net.Encoded(test, ends)
		if err != nil {
			return err
		}
		line, err := net.Interpolated(z[0], z[1], steps)
		if err != nil {
			return err
		}
		pixels = slices.Concat(pixels, pixelsOf(test, ends[0]), line, pixelsOf(test, ends[1]))
		names = append(names, fmt.Sprintf("%d to %d", pair[0], pair[1]))
	}
	g := digitGrid("From one digit to another", steps+2, pixels)
	g.RowNames, g.ColumnNames = names, make([]string, steps+2)
	g.ColumnNames[0], g.ColumnNames[steps+1] = "from", "to"
	for i := range steps {
		g.ColumnNames[i+1] = fmt.Sprintf("%.3g", float64(i)/(steps-1))
	}
	r.Picture("interpolations", "Test digits at both ends; between them the means of p(x|z) on the line from one posterior mean to the other, with 20 latent variables.", g)
	return nil
}
