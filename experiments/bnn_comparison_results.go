package experiments

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"credence/report"
)

// comparisonReport is all that a run has found; results are by method and seed.
type comparisonReport struct {
	comparisonPlan
	r       *Run
	chosen  []int
	tries   [][]float64
	results [][]comparisonResult
	other   []otherSet
	control []float64
}

// paired returns the differences of a number between a method and maximum likelihood, by seed.
func (c comparisonReport) paired(method int, of func(comparisonResult) float64) []float64 {
	differences := make([]float64, c.Seeds)
	for i, s := range c.results[method] {
		differences[i] = of(s) - of(c.results[0][i])
	}
	return differences
}

func comparisonError(s comparisonResult) float64 { return s.Err }
func comparisonNLL(s comparisonResult) float64   { return s.NLL }
func comparisonECE(s comparisonResult) float64   { return s.ECE }

// pairedRow is a check of a mean difference, moved by so many of its standard errors.
func (c comparisonReport) pairedRow(name string, differences []float64, errors float64) Check {
	row := ofSeeds(name, differences)
	row.Split, row.SelectedOn = "test", "validation"
	if row.Stderr != nil {
		row.Value += errors * *row.Stderr
	}
	return row
}

func (c comparisonReport) checks() {
	row := overSeeds(comparisonMethods[0].name+": test error, %", c.results[0], comparisonError)
	row.Split, row.SelectedOn, row.High = "test", "validation", &c.MaxError
	c.r.Check(row)
	for m, method := range comparisonMethods[1:] {
		m++
		difference := c.paired(m, comparisonNLL)
		if method.many {
			row := c.pairedRow(method.name+": NLL minus that of maximum likelihood, nats, plus 2 standard errors", difference, 2)
			row.High = new(0.0)
			c.r.Check(row)
		} else {
			c.r.Info(c.pairedRow(method.name+": NLL minus that of maximum likelihood, nats", difference, 0))
		}
		row := c.pairedRow(method.name+": test error minus that of maximum likelihood, points", c.paired(m, comparisonError), 0)
		row.High = new(1.0)
		c.r.Check(row)
		if method.many || method.draws {
			row := c.pairedRow(method.name+": ECE minus that of maximum likelihood, less 2 standard errors", c.paired(m, comparisonECE), -2)
			row.High = new(0.0)
			c.r.Check(row)
		}
		if method.draws {
			row := c.pairedRow(method.name+": NLL of the most draws minus that of one, nats, plus 2 standard errors", c.gains(m), 2)
			row.High = new(0.0)
			c.r.Check(row)
		}
		difference = c.paired(m, func(s comparisonResult) float64 { return stat.Mean(s.AUROC, nil) })
		row = c.pairedRow(method.name+": AUROC, mean over the other sets, minus that of maximum likelihood", difference, 0)
		if method.many {
			row.Low = new(0.0)
			c.r.Check(row)
		} else {
			c.r.Info(row)
		}
	}
}

// gains returns the NLL by the most draws minus that by one draw, by seed.
func (c comparisonReport) gains(method int) []float64 {
	var gains []float64
	for _, s := range c.results[method] {
		gains = append(gains, s.Curve[len(s.Curve)-1].NLL-s.Curve[1].NLL)
	}
	return gains
}

// comparisonScore is a column of the tables.
type comparisonScore struct {
	name, unit string
	of         func(comparisonResult) float64
}

func (c comparisonReport) scores() []comparisonScore {
	scores := []comparisonScore{
		{"error", ", %", comparisonError}, {"NLL", ", nats", comparisonNLL}, {"ECE", "", comparisonECE},
		{"Brier", "", func(s comparisonResult) float64 { return s.Brier }},
	}
	for o, other := range c.other {
		scores = append(scores, comparisonScore{"AUROC " + other.name, "", func(s comparisonResult) float64 { return s.AUROC[o] }})
	}
	return scores
}

func (c comparisonReport) tables() {
	columns, minus := []string{"method", "chosen"}, []string{"method"}
	for _, s := range c.scores() {
		columns, minus = append(columns, s.name+s.unit), append(minus, s.name+s.unit)
	}
	columns = append(columns, "training, s", "prediction, s", "MB")
	var rows, differences, tried, curves [][]any
	for m, method := range comparisonMethods {
		row, difference := []any{method.name, method.tries[c.chosen[m]].text}, []any{method.name}
		for _, s := range c.scores() {
			row = append(row, plusMinus(over(c.results[m], s.of)))
			difference = append(difference, plusMinus(overValues(c.paired(m, s.of))))
		}
		for _, seconds := range []func(comparisonResult) float64{
			func(s comparisonResult) float64 { return s.Train }, func(s comparisonResult) float64 { return s.Predict },
		} {
			row = append(row, plusMinus(over(c.results[m], seconds)))
		}
		rows = append(rows, append(row, fmt.Sprintf("%.1f", c.results[m][0].Megabytes)))
		if m > 0 {
			differences = append(differences, difference)
		}
		for try, nll := range c.tries[m] {
			tried = append(tried, []any{method.name, method.tries[try].text, nll})
		}
		curves = append(curves, c.curveRows(m)...)
	}
	c.r.Table("methods", fmt.Sprintf("On MNIST's test digits, means over %d seeds ± a standard error. AUROC: digits against the other set by predictive entropy. "+
		"Predictions of the digits are by %d draws, by the %d members, or by the network itself; MB are what is kept. The mean pixel in place of an entropy is the control.",
		c.Seeds, c.Draws, c.Members), columns, append(rows, c.controlRow(len(columns))))
	c.r.Table("against maximum likelihood", "A method's score minus that of maximum likelihood, by seed: means ± a standard error.", minus, differences)
	c.r.Table("draws", "What more draws, or members, give for their time on the test digits.",
		[]string{"method", "draws", "error, %", "NLL, nats", "prediction, s"}, curves)
	c.r.Table("tries", fmt.Sprintf("NLL on the last %d of the training digits after training on those before; the ensemble's by %d members.", c.HeldOut, c.TriedMembers),
		[]string{"method", "tried", "NLL, nats"}, tried)
}

func (c comparisonReport) controlRow(columns int) []any {
	row := []any{"mean pixel"}
	for len(row) < columns {
		row = append(row, "–")
	}
	for i, area := range c.control {
		row[columns-3-len(c.control)+i] = fixed(area, 3)
	}
	return row
}

// point returns the points of a method's curve at i, by seed.
func (c comparisonReport) point(method, i int) []comparisonPoint {
	points := make([]comparisonPoint, c.Seeds)
	for seed, s := range c.results[method] {
		points[seed] = s.Curve[i]
	}
	return points
}

func curveNLL(p comparisonPoint) float64   { return p.NLL }
func curveError(p comparisonPoint) float64 { return p.Err }
func curveTime(p comparisonPoint) float64  { return p.Duration }

func (c comparisonReport) curveRows(method int) (rows [][]any) {
	for i, p := range c.results[method][0].Curve {
		points, draws := c.point(method, i), fmt.Sprint(p.Draws)
		if p.Draws == 0 {
			draws = "mean network"
		}
		rows = append(rows, []any{comparisonMethods[method].name, draws,
			plusMinus(over(points, curveError)), plusMinus(over(points, curveNLL)), plusMinus(over(points, curveTime))})
	}
	return rows
}

func (c comparisonReport) pictures() {
	of := func(title, y string, value func(comparisonPoint) float64, single func(comparisonResult) float64) report.Picture {
		level, _ := over(c.results[0], single)
		curves := report.Curves{
			Title: title, X: "prediction of the test digits, s", Y: y, LogX: true,
			Levels: []report.Level{{Name: comparisonMethods[0].name, Y: level}},
		}
		means := report.Line{Name: "their mean networks", Dots: true}
		for m, method := range comparisonMethods {
			line := report.Line{Name: method.name, Dots: true}
			for i, p := range c.results[m][0].Curve {
				points := c.point(m, i)
				v, se := over(points, value)
				at, _ := over(points, curveTime)
				if p.Draws == 0 {
					means.X, means.Y = append(means.X, at, math.NaN()), append(means.Y, v, math.NaN()) // a gap between two
					continue
				}
				line.X, line.Y = append(line.X, at), append(line.Y, v)
				if se != nil {
					line.Err = append(line.Err, *se)
				}
			}
			if len(line.X) > 0 {
				curves.Lines = append(curves.Lines, line)
			}
		}
		curves.Lines = append(curves.Lines, means)
		return curves
	}
	c.r.Picture("draws", fmt.Sprintf("Test NLL and error against the time to predict: by 1, 2, 5 ... draws, by 1 to %d members, and by the mean network. Means of %d seeds, ± a standard error.", c.Members, c.Seeds),
		report.Panels{Title: "What draws give for their time", Pictures: []report.Picture{
			of("Test NLL", "NLL, nats", curveNLL, comparisonNLL), of("Test error", "error, %", curveError, comparisonError),
		}})
}
