package experiments

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"credence/report"
)

// vdPaper is the paper's figure 1 (a) where it can be read off, by units: errors in %.
var vdPaper = map[int][len(vdMethods)]float64{
	100:  {1.44, 2.17, math.NaN(), math.NaN(), 1.42, math.NaN(), 1.58},
	1250: {1.18, 1.06, 0.98, 1.27, 1.00, 0.93, 1.21},
}

// vdResults are the fits, [method][size][seed].
type vdResults struct {
	vdPlan
	fits [len(vdMethods)][][]vdFit
}

// less is a check of what a number of a method is above that of another, seed by seed.
func (v vdResults) less(what string, of func(vdFit) float64, method, other, size int) Check {
	differences := make([]float64, v.Seeds)
	for i := range differences {
		differences[i] = of(v.fits[method][size][i]) - of(v.fits[other][size][i])
	}
	c := ofSeeds(fmt.Sprintf("test %s, %d units: %s minus %s", what, v.Hidden[size], vdMethods[method].name, vdMethods[other].name), differences)
	c.Split, c.SelectedOn = "test", "validation"
	return c
}

func (v vdResults) check(r *Run) {
	for size, hidden := range v.Hidden {
		for _, method := range []int{variationalA, variationalA2, variationalB} {
			c := v.less("NLL, nats", testNLLOf, method, withoutDropout, size)
			c.High = new(0.01)
			r.Check(c)
		}
		c := v.less("error, points", testErrorOf, binaryDropout, variationalA, size)
		if paper, ok := vdPaper[hidden]; ok {
			c.Paper, c.Provenance = new(paper[binaryDropout]-paper[variationalA]), Verified
		}
		if hidden == 100 { // too few units to lose half of them
			c.Low = new(0.3)
			r.Check(c)
		} else {
			r.Info(c)
		}
	}
	v.checkNoise(r)
}

// noise returns what was measured of a layer, by inputs left.
func (v vdResults) noise(layer int) []vdNoise {
	all := v.fits[binaryDropout][len(v.Hidden)-1][0].Noise
	pixels := len(v.vdPlan.Noise.FanIns[0]) + 1
	return [...][]vdNoise{all[:pixels], all[pixels:]}[layer]
}

// checkNoise holds the sums of coins to the central limit theorem: of equal terms, the skewness falls as 1/sqrt(n) with
// the number of inputs, of terms whose signs differ up to 1/n, and the excess kurtosis as 1/n. Terms of a trained layer
// are so unequal that it falls more slowly at first: of four, often one counts. A coin of a half has no skewness, and
// one of a fifth hardly an excess. The bands were fixed on digits held out from training.
func (v vdResults) checkNoise(r *Run) {
	slope := func(noise []vdNoise, of func(vdNoise) float64) float64 {
		var x, y []float64
		for _, n := range noise {
			x, y = append(x, math.Log(n.Inputs)), append(y, math.Log(math.Abs(of(n))))
		}
		_, slope := stat.LinearRegression(x, y, nil, false)
		return slope
	}
	skewness := func(n vdNoise) float64 { return n.Sampled[0].Skewness }
	pixels, hidden := v.noise(0), v.noise(1)
	few, many := pixels[0], pixels[len(pixels)-1]
	c := Check{Name: "sums of pixels: power of the number of inputs that the skewness falls with", Value: slope(pixels, func(n vdNoise) float64 { return n.Skewness })}
	c.Low, c.High = new(-1.1), new(-0.4)
	r.Check(c)
	c = Check{Name: "sums of hidden units: power of the number of inputs that the excess kurtosis falls with", Value: slope(hidden, func(n vdNoise) float64 { return n.Kurtosis })}
	c.Low, c.High = new(-1.1), new(-0.4)
	r.Check(c)
	worst := 0.0
	for _, n := range append(pixels[:len(pixels):len(pixels)], hidden...) {
		worst = max(worst, math.Abs(n.Sampled[0].Kurtosis-n.Kurtosis))
	}
	r.Check(Check{Name: "binary dropout: excess kurtosis of draws, largest difference from that of the cumulants", Value: worst, High: new(0.05)})
	r.Check(Check{Name: fmt.Sprintf("sums of %.0f pixels: distance of binary dropout's from the normal distribution, over that of as many normal draws", many.Inputs),
		Value: many.Sampled[0].KS / many.Sampled[1].KS, High: new(2.0)})
	r.Check(Check{Name: fmt.Sprintf("the same of %.0f pixels", few.Inputs), Value: few.Sampled[0].KS / few.Sampled[1].KS, Low: new(5.0)})
	r.Info(Check{Name: fmt.Sprintf("sums of %.0f pixels: skewness of draws, root mean square", many.Inputs), Value: skewness(many)})
}

func (v vdResults) tables(r *Run) {
	var rows, alphas [][]any
	for method, m := range vdMethods {
		for size, hidden := range v.Hidden {
			fits := v.fits[method][size]
			paper := any("–")
			if p, ok := vdPaper[hidden]; ok && !math.IsNaN(p[method]) {
				paper = p[method]
			}
			rows = append(rows, []any{
				hidden, m.name, plusMinus(over(fits, testErrorOf)), paper, plusMinus(over(fits, testNLLOf)),
				plusMinus(over(fits, func(f vdFit) float64 { return f.TrainNLL })),
			})
			if fits[0].Alphas == nil {
				continue
			}
			row := []any{hidden, m.name}
			for layer := range fits[0].Alphas {
				row = append(row, plusMinus(over(fits, func(f vdFit) float64 { return f.Alphas[layer] })))
			}
			alphas = append(alphas, row)
		}
	}
	r.Table("errors", fmt.Sprintf("Means of %d seeds with standard errors, of the networks of mean weights. The paper's are read off its figure, after training to an early stop; ours have %d epochs. Training NLL is under the noise.", v.Seeds, v.Epochs),
		[]string{"units", "method", "test error, %", "paper", "test NLL, nats", "training NLL, nats"}, rows)
	r.Table("alphas", "The learned variances of the noise that multiplies each layer's inputs (A) or weights (B); 0.25 is dropout of a fifth, 1 of a half.",
		[]string{"units", "method", "layer 1", "layer 2", "layer 3", "layer 4"}, alphas)
	v.noiseTable(r)
}

func (v vdResults) noiseTable(r *Run) {
	var rows [][]any
	for layer, what := range [...]string{"pixels, rate 0.2", "hidden units, rate 0.5"} {
		for _, n := range v.noise(layer) {
			for i, name := range [...]string{"binary", "Gaussian"} {
				m := n.Sampled[i]
				skewness, kurtosis := 0.0, 0.0
				if i == 0 {
					skewness, kurtosis = n.Skewness, n.Kurtosis
				}
				rows = append(rows, []any{what, math.Round(n.Inputs), name, m.Mean, m.Variance, m.Skewness, skewness, m.Kurtosis, kurtosis, m.KS})
			}
		}
	}
	r.Table("noise", fmt.Sprintf("Sums that enter the units of a trained network under binary and Gaussian dropout of the same mean and variance, of which the standardised have moments 0, 1, 0 and 0 if they are normal: %d draws of %d sums of each of %d digits, with few of the digit's inputs or all. Root mean squares over sums of mean and skewness, means of the others; exact: by the cumulants. The last column is the Kolmogorov-Smirnov distance from the normal distribution.", v.Noise.Draws, v.Noise.Units, v.Noise.Images),
		[]string{"inputs", "not 0", "dropout", "mean", "variance", "skewness", "exact", "excess kurtosis", "exact", "KS"}, rows)
}

func (v vdResults) pictures(r *Run) {
	curves := report.Curves{Title: "Test error", X: "units of a hidden layer", Y: "%", LogX: true}
	for method, m := range vdMethods {
		line := report.Line{Name: m.name, Dots: true, Dashed: method == withoutDropout}
		for size, hidden := range v.Hidden {
			mean, stderr := over(v.fits[method][size], testErrorOf)
			line.X, line.Y = append(line.X, float64(hidden)), append(line.Y, mean)
			if stderr != nil {
				line.Err = append(line.Err, *stderr)
			}
		}
		curves.Lines = append(curves.Lines, line)
	}
	r.Picture("error", "Test error by size and method. Small networks lose with dropout at fixed rates, and learn smaller ones.", curves)

	at := linspace(-4, 4, 161)
	p := make([]float64, len(at))
	for i, x := range at {
		p[i] = distuv.UnitNormal.Prob(x)
	}
	var panels []report.Picture
	for i, name := range [...]string{"binary", "Gaussian"} {
		for _, n := range v.noise(1) {
			panels = append(panels, report.Density{
				Title: fmt.Sprintf("%s, %.0f inputs", name, math.Round(n.Inputs)), X: "standardised sum", Range: [2]float64{-4, 4}, Draws: n.Draws[i], At: at, P: p,
			})
		}
	}
	r.Picture("noise", "A sum that enters a unit of a trained network's second layer, under binary and Gaussian dropout of a half, and the normal density: with four inputs the coins show, with dozens they don't.",
		report.Panels{Title: "From coins to normal noise", Across: len(panels) / 2, Pictures: panels})
}
