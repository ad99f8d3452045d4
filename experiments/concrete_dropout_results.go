package experiments

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"credence/report"
)

// concreteResults are the fits, [schedule][size][seed].
type concreteResults struct {
	concretePlan
	fits [2][][]concreteFit
}

// The notebook's printed outputs by size: https://github.com/yaringal/ConcreteDropout, concrete-dropout-keras.ipynb.
// Its deviations are roots of variances that are averaged over three repetitions.
var (
	concretePaperRMSE      = map[int]float64{10: 1.82, 25: 1.18, 50: 1.15, 100: 1.14, 1000: 1.07, 10_000: 1.21}
	concretePaperEpistemic = map[int]float64{10: 1.09, 25: 0.82, 50: 0.75, 100: 0.67, 1000: 0.65, 10_000: 0.54}
	concretePaperAleatoric = map[int]float64{10: 1.32, 25: 1.36, 50: 1.27, 100: 1.25, 1000: 1.32, 10_000: 1.23}
	concretePaperRates     = map[int][]float64{
		10:     {0.077, 0.404, 0.404, 0.403, 0.404},
		25:     {0.069, 0.404, 0.403, 0.403, 0.404},
		50:     {0.071, 0.326, 0.325, 0.325, 0.326},
		100:    {0.079, 0.236, 0.236, 0.236, 0.236},
		1000:   {0.075, 0.231, 0.225, 0.224, 0.233},
		10_000: {0.079, 0.137, 0.127, 0.112, 0.169},
	}
)

var concreteLayers = [...]string{"layer 1", "layer 2", "layer 3", "mean", "log-variance"}

func concreteEpistemic(f concreteFit) float64 { return f.Epistemic }
func concreteAleatoric(f concreteFit) float64 { return f.Aleatoric }

// concreteMiddle is the average rate of the second and third layer, between the hidden ones.
func concreteMiddle(f concreteFit) float64 { return (f.Rates[1] + f.Rates[2]) / 2 }

// falls are the changes with the size, seed by seed: the slope of a number's logarithm against that of N, and the
// number at the last size over that at the first.
func (c concreteResults) falls(schedule int, of func(concreteFit) float64) (slopes, ratios []float64) {
	fits := c.fits[schedule]
	for seed := range c.Seeds {
		var logN, logs []float64
		for i, z := range c.Sizes {
			logN, logs = append(logN, math.Log(float64(z.N))), append(logs, math.Log(of(fits[i][seed])))
		}
		_, slope := stat.LinearRegression(logN, logs, nil, false)
		slopes = append(slopes, slope)
		ratios = append(ratios, of(fits[len(fits)-1][seed])/of(fits[0][seed]))
	}
	return slopes, ratios
}

// check holds the runs to bands that were fixed on the data of other seeds, those from 101 on.
func (c concreteResults) check(r *Run) {
	for schedule, name := range [...]string{"the notebook's epochs", fmt.Sprintf("%d steps", c.Steps)} {
		c.checkFall(r, schedule, name+": epistemic sd", "test", concreteEpistemic, 0.54/1.09, [...]float64{0.8, 0.6})
		c.checkFall(r, schedule, name+": rate of dropout between the hidden layers", "", concreteMiddle, 0.12/0.404, [...]float64{0.6, 0.4})
		c.checkNoise(r, schedule, name+": aleatoric sd", [...]float64{1.0, 0.9}, [...]float64{1.4, 1.25})
	}
}

// checkFall holds the change of a number with the size to be a fall, and to the band of the schedule.
func (c concreteResults) checkFall(r *Run, schedule int, name, split string, of func(concreteFit) float64, paper float64, high [2]float64) {
	slopes, ratios := c.falls(schedule, of)
	last := c.Sizes[len(c.Sizes)-1].N
	k := ofSeeds(fmt.Sprintf("%s, N = %d over N = %d", name, last, c.Sizes[0].N), ratios)
	k.Split, k.High = split, &high[schedule]
	if schedule == concreteNotebook {
		k.Paper, k.Provenance = &paper, Verified
	}
	r.Check(k)
	k = ofSeeds(name+", slope of its logarithm against that of N, plus 2 standard errors", slopes)
	if k.Stderr != nil {
		k.Value += 2 * *k.Stderr
	}
	k.Split, k.High = split, new(0.0)
	r.Check(k)
}

// checkNoise holds the noise, whose deviation is 1, to the band of the schedule, but for few points: they don't tell
// it from what the line leaves.
func (c concreteResults) checkNoise(r *Run, schedule int, name string, low, high [2]float64) {
	for i, z := range c.Sizes {
		k := overSeeds(fmt.Sprintf("%s, N = %d", name, z.N), c.fits[schedule][i], concreteAleatoric)
		k.Split, k.Low, k.High = "test", &low[schedule], &high[schedule]
		if paper, ok := concretePaperAleatoric[z.N]; ok && schedule == concreteNotebook {
			k.Paper, k.Provenance = &paper, Verified
		}
		if z.N < 100 {
			r.Info(k)
		} else {
			r.Check(k)
		}
	}
}

func (c concreteResults) tables(r *Run) {
	columns := []string{"N", "epochs", "RMSE", "notebook", "log-density, nats", "epistemic sd", "notebook", "aleatoric sd", "notebook"}
	var rows, rates, equal [][]any
	cell := func(schedule, size int, of func(concreteFit) float64) string {
		return plusMinus(over(c.fits[schedule][size], of))
	}
	rmse := func(f concreteFit) float64 { return f.RMSE }
	density := func(f concreteFit) float64 { return f.LogLik }
	for i, z := range c.Sizes {
		rows = append(rows, []any{
			z.N, z.Epochs, cell(concreteNotebook, i, rmse), concretePaperRMSE[z.N], cell(concreteNotebook, i, density),
			cell(concreteNotebook, i, concreteEpistemic), concretePaperEpistemic[z.N],
			cell(concreteNotebook, i, concreteAleatoric), concretePaperAleatoric[z.N],
		})
		rate, same := []any{z.N}, []any{
			z.N, c.epochs(concreteEqual, z), cell(concreteEqual, i, rmse), cell(concreteEqual, i, density),
			cell(concreteEqual, i, concreteEpistemic), cell(concreteEqual, i, concreteAleatoric),
		}
		for layer := range concreteLayers {
			of := func(f concreteFit) float64 { return f.Rates[layer] }
			rate = append(rate, cell(concreteNotebook, i, of), c.paperRate(z.N, layer))
			same = append(same, cell(concreteEqual, i, of))
		}
		rates, equal = append(rates, rate), append(equal, same)
	}
	r.Table("notebook", fmt.Sprintf("The notebook's epochs: means of %d seeds on %d test points each, with standard errors.", c.Seeds, c.Test), columns, rows)
	columns = []string{"N"}
	for _, layer := range concreteLayers {
		columns = append(columns, layer, "notebook")
	}
	r.Table("rates", "The learned rates of dropout before each layer, after the notebook's epochs.", columns, rates)
	r.Table("same steps", fmt.Sprintf("Networks of %d units, all trained for %d steps. The rates that the data don't hold back come near a half, whatever the size: what falls with N up to 100 in the notebook's schedule is the length of training.", c.Hidden[concreteEqual], c.Steps),
		slices.Concat([]string{"N", "epochs", "RMSE", "log-density, nats", "epistemic sd", "aleatoric sd"}, concreteLayers[:]), equal)
}

// paperRate returns the notebook's rate as a cell.
func (c concreteResults) paperRate(n, layer int) any {
	if rates := concretePaperRates[n]; rates != nil {
		return rates[layer]
	}
	return "–"
}

func (c concreteResults) picture(r *Run) {
	var panels []report.Picture
	for schedule, title := range [...]string{"The notebook's epochs", fmt.Sprintf("%d steps for all", c.Steps)} {
		sd := []report.Line{c.line("epistemic", schedule, concreteEpistemic), c.line("aleatoric", schedule, concreteAleatoric)}
		if schedule == concreteNotebook {
			sd = append(sd, c.paperLine("epistemic, notebook", concretePaperEpistemic), c.paperLine("aleatoric, notebook", concretePaperAleatoric))
		}
		var rates []report.Line
		for layer, name := range concreteLayers {
			rates = append(rates, c.line(name, schedule, func(f concreteFit) float64 { return f.Rates[layer] }))
		}
		panels = append(panels,
			report.Curves{Title: title, X: "training points", Y: "standard deviation", LogX: true, Lines: sd, Levels: []report.Level{{Name: "true noise", Y: 1}}},
			report.Curves{Title: title, X: "training points", Y: "rate of dropout", LogX: true, Lines: rates})
	}
	r.Picture("uncertainty", "What isn't known falls with the number of points, and the noise stays; with it falls how much the network drops. Means over seeds, ± a standard error.",
		report.Panels{Title: "Concrete dropout on a line with noise", Pictures: panels})
}

// line draws a number against the size.
func (c concreteResults) line(name string, schedule int, of func(concreteFit) float64) report.Line {
	l := report.Line{Name: name, Dots: true}
	for i, z := range c.Sizes {
		mean, stderr := over(c.fits[schedule][i], of)
		l.X, l.Y = append(l.X, float64(z.N)), append(l.Y, mean)
		if stderr != nil {
			l.Err = append(l.Err, *stderr)
		}
	}
	return l
}

func (c concreteResults) paperLine(name string, values map[int]float64) report.Line {
	l := report.Line{Name: name, Dashed: true}
	for _, z := range c.Sizes {
		l.X, l.Y = append(l.X, float64(z.N)), append(l.Y, values[z.N])
	}
	return l
}
