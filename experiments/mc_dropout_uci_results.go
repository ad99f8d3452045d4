package experiments

import "fmt"

// uciMeasure is what we are compared in.
type uciMeasure struct {
	name, unit   string
	ours, theirs func(uciResult) float64
}

var uciMeasures = [...]uciMeasure{
	{"RMSE", "", func(s uciResult) float64 { return s.RMSE }, func(s uciResult) float64 { return s.Published.RMSE }},
	{"log-likelihood", ", nats", func(s uciResult) float64 { return s.LogLik }, func(s uciResult) float64 { return s.Published.LogLik }},
}

// apart is the difference of a split from the authors' result on the same split.
func (m uciMeasure) apart(s uciResult) float64 { return m.ours(s) - m.theirs(s) }

// report records each set's results: beside the authors' and split by split from theirs if the settings are
// theirs, and otherwise alone.
func (p uciPlan) report(r *Run, results []uciResult) {
	var rows [][]any
	for _, set := range p.Sets {
		var splits []uciResult
		for _, result := range results {
			if result.Set == set.Name {
				splits = append(splits, result)
			}
		}
		if p.Paired {
			checkPaired(r, set, splits)
		} else {
			checkAlone(r, set, splits)
		}
		rows = append(rows, p.row(set, splits))
	}
	caption := "Means over the splits, with standard errors. One pass is a single prediction, of the whole network or with one draw of dropout."
	if p.Paired {
		caption += " The authors' are the means of their published results of the same splits; a difference is ours less theirs, split by split. Their code leaves dropout on in its one pass."
	} else {
		caption += fmt.Sprintf(" Scale %s: %d times the base number of epochs, the first %d splits.", r.Scale, p.Multiplier, p.Splits)
	}
	r.Table("sets", caption, p.columns(), rows)
	p.splits(r, results)
}

func checkPaired(r *Run, set uciSet, splits []uciResult) {
	for _, m := range uciMeasures {
		c := overSeeds(fmt.Sprintf("%s: test %s less the authors'%s", set.Name, m.name, m.unit), splits, m.apart)
		c.Split, c.SelectedOn = "test", "validation"
		if c.Stderr != nil {
			c.Low, c.High = new(-2**c.Stderr), new(2**c.Stderr)
		}
		r.Check(c)
		c = overSeeds(fmt.Sprintf("%s: test %s%s", set.Name, m.name, m.unit), splits, m.ours)
		c.Split, c.SelectedOn, c.Provenance = "test", "validation", Verified
		theirs, _ := over(splits, m.theirs)
		c.Paper = &theirs
		r.Info(c)
	}
}

func checkAlone(r *Run, set uciSet, splits []uciResult) {
	for i, m := range uciMeasures {
		c := overSeeds(fmt.Sprintf("%s: test %s%s (%s)", set.Name, m.name, m.unit, r.Scale), splits, m.ours)
		c.Split, c.SelectedOn = "test", "validation"
		if i > 0 {
			r.Info(c)
			continue
		}
		c.High = new(set.MaxRMSE)
		r.Check(c)
	}
}

func (p uciPlan) columns() []string {
	columns := []string{"set", "splits"}
	for _, m := range uciMeasures {
		columns = append(columns, m.name+m.unit)
		if p.Paired {
			columns = append(columns, "authors'", "difference")
		}
	}
	columns = append(columns, "RMSE of one pass without dropout", "RMSE of one pass with dropout")
	if p.Paired {
		columns = append(columns, "authors'")
	}
	return columns
}

func (p uciPlan) row(set uciSet, splits []uciResult) []any {
	row := []any{set.Name, len(splits)}
	add := func(of func(uciResult) float64) { row = append(row, plusMinus(over(splits, of))) }
	for _, m := range uciMeasures {
		add(m.ours)
		if p.Paired {
			add(m.theirs)
			add(m.apart)
		}
	}
	add(func(s uciResult) float64 { return s.Plain })
	add(func(s uciResult) float64 { return s.Single })
	if p.Paired {
		add(func(s uciResult) float64 { return s.Published.Single })
	}
	return row
}

// splits records every split's results.
func (p uciPlan) splits(r *Run, results []uciResult) {
	columns := []string{"set", "split", "dropout rate", "tau", "RMSE", "log-likelihood"}
	if p.Paired {
		columns = append(columns, "authors' tau", "authors' RMSE", "authors' log-likelihood")
	}
	var rows [][]any
	for _, s := range results {
		row := []any{s.Set, s.Split, s.Rate, s.Tau, s.RMSE, s.LogLik}
		if p.Paired {
			row = append(row, s.Published.Tau, s.Published.RMSE, s.Published.LogLik)
		}
		rows = append(rows, row)
	}
	r.Table("splits", "Each split: the dropout rate and the precision that its validation rows chose, and the results on its test rows.", columns, rows)
}
