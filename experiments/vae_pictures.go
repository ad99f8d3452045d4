package experiments

import (
	"fmt"
	"slices"

	"credence/data"
	"credence/metrics"
	"credence/report"
)

func (p vaePlan) pictures(r *Run, nets vaeNets, test *data.Images) error {
	r.Picture("bounds", "The bound by epoch, for each number of latent variables: the first seed's.", p.boundCurves(nets))
	r.Picture("latent-variables", "The bound at the end; the band is the standard error over seeds, where there are several.", p.boundsByLatents(nets))
	for _, draw := range []func(*Run, vaeNets, *data.Images) error{p.samples, p.reconstructions, p.manifold, p.interpolations} {
		if err := draw(r, nets, test); err != nil {
			return err
		}
	}
	return nil
}

// compared are the numbers of latent variables whose networks are trained alike: those of the paper's figure.
func (p vaePlan) compared() []int {
	return slices.DeleteFunc(slices.Clone(p.Latents), func(latent int) bool { return latent == vaePlane })
}

func (p vaePlan) boundCurves(nets vaeNets) report.Picture {
	var training, held []report.Line
	for _, latent := range p.compared() {
		name, n := fmt.Sprint("Nz = ", latent), nets[latent][0]
		a, b := report.Line{Name: name, Dots: true}, report.Line{Name: name, Dots: true}
		for _, e := range n.history {
			a.X, a.Y = append(a.X, float64(e.Epoch)), append(a.Y, e.ELBO)
			if bound, ok := n.held[e.Epoch]; ok {
				b.X, b.Y = append(b.X, float64(e.Epoch)), append(b.Y, bound)
			}
		}
		training, held = append(training, a), append(held, b)
	}
	one := func(title string, lines []report.Line) report.Picture {
		return report.Curves{Title: title, X: "epoch", Y: "bound, nats per digit", Lines: lines}
	}
	return report.Panels{Pictures: []report.Picture{
		one("Test digits, at the end of the epoch", held), one("Training, averaged over the epoch", training),
	}}
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

func (p vaePlan) samples(r *Run, nets vaeNets, _ *data.Images) error {
	const across = 12
	var pixels []float64
	var names []string
	for _, latent := range p.Latents {
		images, err := nets[latent][0].Generate(across, r.Seed)
		if err != nil {
			return err
		}
		pixels, names = append(pixels, images...), append(names, fmt.Sprint("Nz = ", latent))
	}
	g := digitGrid("Draws of the prior, decoded", across, pixels)
	g.RowNames = names
	r.Picture("samples", "Means of p(x|z) at draws z of the prior, by the number of latent variables.", g)
	return nil
}

// firstOf returns the row of the first digit of a class, of which there is one.
func firstOf(test *data.Images, class int) int { return slices.Index(test.Labels(), class) }

// pixelsOf returns the rows' pixels, in [0, 1].
func pixelsOf(test *data.Images, rows ...int) []float64 {
	x := make([]float64, len(rows)*784)
	test.Batch(rows, x, make([]float64, len(rows)))
	return x
}

func (p vaePlan) reconstructions(r *Run, nets vaeNets, test *data.Images) error {
	rows := make([]int, 10)
	for class := range rows {
		rows[class] = firstOf(test, class)
	}
	pixels, names := pixelsOf(test, rows...), []string{"test digit"}
	for _, latent := range p.Latents {
		images, err := nets[latent][0].Reconstructed(test, rows)
		if err != nil {
			return err
		}
		pixels, names = append(pixels, images...), append(names, fmt.Sprint("Nz = ", latent))
	}
	g := digitGrid("Reconstructions", len(rows), pixels)
	g.RowNames = names
	r.Picture("reconstructions", "The first test digit of each class as it is binarised, and what each network makes of it at the posterior's mean.", g)
	return nil
}

func (p vaePlan) manifold(r *Run, nets vaeNets, _ *data.Images) error {
	const size = 20
	images, err := nets[vaePlane][0].Manifold(size)
	if err != nil {
		return err
	}
	g := digitGrid("The plane of two latent variables", size, images)
	g.Zoom, g.Joined = 2, true
	r.Picture("manifold", "Means of p(x|z) at points that divide the prior of two latent variables evenly.", g)
	return nil
}

func (p vaePlan) interpolations(r *Run, nets vaeNets, test *data.Images) error {
	const steps = 9
	net := nets[vaeMain][0]
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
