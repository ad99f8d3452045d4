package experiments

import "credence/report"

func (p freyPlan) pictures(r *Run, nets freyNets, sets freySets) error {
	var first autoencoders // of each number of latent variables, by the first seed
	for _, latent := range p.Latents {
		first = append(first, nets[latent][0].vaeNet)
	}
	r.Picture("bounds", "The bound by epoch, for each number of latent variables: the first seed's.",
		first.boundCurves("Validation frames", report.Curves{Y: "bound, nats a frame", LogX: true}, false))
	r.Picture("latent-variables", "The bound at the end: means over seeds, ± a standard error. Training, validation and test frames follow one another in the video.", p.boundsByLatents(nets))
	if err := nets[freyPlane][0].plane(r, 16, faceGrid); err != nil {
		return err
	}
	if err := first.samples(r, 14, faceGrid); err != nil {
		return err
	}
	rows, size := make([]int, 12), sets.test.XShape()[0]
	x := allPixels(sets.test)
	var pixels []float64
	for i := range rows {
		rows[i] = i * sets.test.Len() / len(rows)
		pixels = append(pixels, x[rows[i]*size:(rows[i]+1)*size]...)
	}
	return first.reconstructions(r, sets.test, rows, pixels, "test frame",
		"Test frames, and what each network makes of them at the posterior's mean.", faceGrid)
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
