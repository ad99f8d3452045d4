package experiments

import (
	"fmt"
	"slices"

	"credence/report"
)

func (p freyPlan) pictures(r *Run, nets freyNets, sets freySets) error {
	r.Picture("bounds", "The bound by epoch, for each number of latent variables: the first seed's.", p.boundCurves(nets))
	r.Picture("latent-variables", "The bound at the end: means over seeds, ± a standard error. Training, validation and test frames follow one another in the video.", p.boundsByLatents(nets))
	for _, draw := range []func(*Run, freyNets, freySets) error{p.manifold, p.samples, p.reconstructions} {
		if err := draw(r, nets, sets); err != nil {
			return err
		}
	}
	return nil
}

func (p freyPlan) boundCurves(nets freyNets) report.Picture {
	var training, held []report.Line
	for _, latent := range p.Latents {
		name, n := fmt.Sprint("Nz = ", latent), nets[latent][0]
		a, b := report.Line{Name: name}, report.Line{Name: name}
		for _, e := range n.history {
			a.X, a.Y = append(a.X, float64(e.Epoch)), append(a.Y, e.ELBO)
			if bound, ok := n.held[e.Epoch]; ok {
				b.X, b.Y = append(b.X, float64(e.Epoch)), append(b.Y, bound)
			}
		}
		training, held = append(training, a), append(held, b)
	}
	one := func(title string, lines []report.Line) report.Picture {
		return report.Curves{Title: title, X: "epoch", Y: "bound, nats a frame", LogX: true, Lines: lines}
	}
	return report.Panels{Pictures: []report.Picture{
		one("Validation frames", held), one("Training, averaged over the epoch", training),
	}}
}

func (p freyPlan) boundsByLatents(nets freyNets) report.Picture {
	picture := report.Curves{Title: "Bound by latent variables", X: "latent variables", Y: "bound, nats a frame", LogX: true}
	for i, b := range freyBounds[:3] {
		line := report.Line{Name: b.name, Dots: true, Dashed: i == 0}
		for _, latent := range p.Latents {
			mean, stderr := over(nets[latent], b.of)
			line.X, line.Y = append(line.X, float64(latent)), append(line.Y, mean)
			if stderr != nil {
				line.Err = append(line.Err, *stderr)
			}
		}
		picture.Lines = append(picture.Lines, line)
	}
	return picture
}

// faceGrid is a report.Grid of faces, whose bright pixels are paper.
func faceGrid(title string, across int, pixels []float64) report.Grid {
	dark := make([]float64, len(pixels))
	for i, v := range pixels {
		dark[i] = 1 - v
	}
	return report.Grid{Title: title, Rows: 28, Cols: 20, Across: across, Pixels: dark}
}

func (p freyPlan) manifold(r *Run, nets freyNets, _ freySets) error {
	const size = 16
	faces, err := nets[freyPlane][0].Manifold(size)
	if err != nil {
		return err
	}
	g := faceGrid("The plane of two latent variables", size, faces)
	g.Zoom, g.Joined = 2, true
	r.Picture("manifold", "Means of p(x|z) at points that divide the prior of two latent variables evenly.", g)
	return nil
}

func (p freyPlan) samples(r *Run, nets freyNets, _ freySets) error {
	const across = 14
	var pixels []float64
	var names []string
	for _, latent := range p.Latents {
		faces, err := nets[latent][0].Generate(across, r.Seed)
		if err != nil {
			return err
		}
		pixels, names = append(pixels, faces...), append(names, fmt.Sprint("Nz = ", latent))
	}
	g := faceGrid("Draws of the prior, decoded", across, pixels)
	g.RowNames = names
	r.Picture("samples", "Means of p(x|z) at draws z of the prior, by the number of latent variables.", g)
	return nil
}

func (p freyPlan) reconstructions(r *Run, nets freyNets, sets freySets) error {
	const across = 12
	rows, size := make([]int, across), sets.test.XShape()[0]
	x := allPixels(sets.test)
	var pixels []float64
	for i := range rows {
		rows[i] = i * sets.test.Len() / across
		pixels = append(pixels, x[rows[i]*size:(rows[i]+1)*size]...)
	}
	names := []string{"test frame"}
	for _, latent := range p.Latents {
		again, err := nets[latent][0].Reconstructed(sets.test, rows)
		if err != nil {
			return err
		}
		pixels, names = slices.Concat(pixels, again), append(names, fmt.Sprint("Nz = ", latent))
	}
	g := faceGrid("Reconstructions", across, pixels)
	g.RowNames = names
	r.Picture("reconstructions", "Test frames, and what each network makes of them at the posterior's mean.", g)
	return nil
}
