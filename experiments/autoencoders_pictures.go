package experiments

import (
	"fmt"

	"credence/data"
	"credence/report"
)

// autoencoders are networks with different numbers of latent variables, as pictures show them.
type autoencoders []*vaeNet

// gridOf lays the pixels of images, in [0, 1], out as a picture.
type gridOf func(title string, across int, pixels []float64) report.Grid

// boundCurves is the bound by epoch: of what was held out, under its title, and in training. like has the axes.
func (nets autoencoders) boundCurves(held string, like report.Curves, dots bool) report.Picture {
	panel := func(title string) report.Curves {
		c := like
		c.Title, c.X = title, "epoch"
		return c
	}
	out, in := panel(held), panel("Training, averaged over the epoch")
	for _, n := range nets {
		a := report.Line{Name: fmt.Sprint("Nz = ", n.latent), Dots: dots}
		b := a
		for _, e := range n.history {
			a.X, a.Y = append(a.X, float64(e.Epoch)), append(a.Y, e.ELBO)
			if bound, ok := n.held[e.Epoch]; ok {
				b.X, b.Y = append(b.X, float64(e.Epoch)), append(b.Y, bound)
			}
		}
		in.Lines, out.Lines = append(in.Lines, a), append(out.Lines, b)
	}
	return report.Panels{Pictures: []report.Picture{out, in}}
}

// samples draws what the networks make of draws of the prior.
func (nets autoencoders) samples(r *Run, across int, grid gridOf) error {
	var pixels []float64
	var names []string
	for _, n := range nets {
		images, err := n.Generate(across, r.Seed)
		if err != nil {
			return err
		}
		pixels, names = append(pixels, images...), append(names, fmt.Sprint("Nz = ", n.latent))
	}
	g := grid("Draws of the prior, decoded", across, pixels)
	g.RowNames = names
	r.Picture("samples", "Means of p(x|z) at draws z of the prior, by the number of latent variables.", g)
	return nil
}

// reconstructions draws rows of a set, whose pixels and name are given, and below them what the networks make of them.
func (nets autoencoders) reconstructions(r *Run, set data.Set, rows []int, pixels []float64, name, caption string, grid gridOf) error {
	names := []string{name}
	for _, n := range nets {
		images, err := n.Reconstructed(set, rows)
		if err != nil {
			return err
		}
		pixels, names = append(pixels, images...), append(names, fmt.Sprint("Nz = ", n.latent))
	}
	g := grid("Reconstructions", len(rows), pixels)
	g.RowNames = names
	r.Picture("reconstructions", caption, g)
	return nil
}

// plane draws the images all over the plane of a network's two latent variables.
func (n *vaeNet) plane(r *Run, size int, grid gridOf) error {
	images, err := n.Manifold(size)
	if err != nil {
		return err
	}
	g := grid("The plane of two latent variables", size, images)
	g.Zoom, g.Joined = 2, true
	r.Picture("manifold", "Means of p(x|z) at points that divide the prior of two latent variables evenly.", g)
	return nil
}
