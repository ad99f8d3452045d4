package experiments

import (
	"fmt"
	"math"

	"credence/metrics"
	"credence/report"
)

// smallDataResults are the networks with their scores.
type smallDataResults struct {
	smallDataPlan
	nets []*smallDataNet
}

func testError(s scores) float64 { return s.err }
func testNLL(s scores) float64   { return s.nll }
func testECE(s scores) float64   { return s.ece }

// values returns a score of a method at a size, by seed.
func (s smallDataResults) values(method, size int, of func(scores) float64) []float64 {
	values := make([]float64, s.Seeds)
	for _, n := range s.nets {
		if n.method == method && n.size == size {
			values[n.seed] = of(n.scores)
		}
	}
	return values
}

func (s smallDataResults) mean(method, size int, of func(scores) float64) float64 {
	return average(s.values(method, size, of))
}

// stderr returns the standard error over the seeds.
func (s smallDataResults) stderr(method, size int, of func(scores) float64) float64 {
	_, stderr, err := metrics.MeanStderr(s.values(method, size, of))
	if err != nil {
		return math.NaN()
	}
	return stderr
}

// gains returns by how much the Bayesian network's NLL is below that of maximum likelihood, by seed.
func (s smallDataResults) gains(size int) []float64 {
	gains := s.values(byLikelihood, size, testNLL)
	for i, nll := range s.values(byBNN, size, testNLL) {
		gains[i] -= nll
	}
	return gains
}

// spread returns how far the methods' means are apart.
func (s smallDataResults) spread(size int, of func(scores) float64) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for method := range smallDataMethods {
		low, high = min(low, s.mean(method, size, of)), max(high, s.mean(method, size, of))
	}
	return high - low
}

func (s smallDataResults) check(r *Run) error {
	last := len(s.Sizes) - 1
	few, many := s.Sizes[0].N, s.Sizes[last].N
	row := func(name string, value float64) Check {
		return Check{Name: name, Value: value, NSeeds: s.Seeds, Split: "test", SelectedOn: "validation"}
	}
	// surely is that a mean over seeds is positive by more than two standard errors.
	surely := func(name string, differences []float64) error {
		mean, stderr, err := metrics.MeanStderr(differences)
		if err != nil {
			return err
		}
		c := row(name+", nats, less 2 standard errors", mean-2*stderr)
		c.Stderr, c.Low = &stderr, new(0.0)
		r.Check(c)
		return nil
	}
	for size := range min(2, last) {
		if err := surely(fmt.Sprintf("NLL of maximum likelihood minus the BNN's at N = %d", s.Sizes[size].N), s.gains(size)); err != nil {
			return err
		}
	}
	shrinks := s.gains(0)
	for i, gain := range s.gains(last) {
		shrinks[i] -= gain
	}
	if err := surely(fmt.Sprintf("what that gain loses from N = %d to %d", few, many), shrinks); err != nil {
		return err
	}
	c := row(fmt.Sprintf("test error at N = %d, highest minus lowest of the methods, points", many), s.spread(last, testError))
	c.High = new(1.0)
	r.Check(c)
	c = row(fmt.Sprintf("test NLL at N = %d, highest minus lowest of the methods, nats", many), s.spread(last, testNLL))
	c.High = new(0.05)
	r.Check(c)
	falls := math.Inf(1)
	for method := range smallDataMethods {
		for size := range last {
			falls = min(falls, s.mean(method, size, testError)-s.mean(method, size+1, testError))
		}
	}
	c = row("test error, least fall of any method from one N to the next, points", falls)
	c.Low = new(0.0)
	r.Check(c)

	c = row(fmt.Sprintf("NLL of the BNN by the unweighted bound at N = %d, nats", few), s.mean(byBound, 0, testNLL))
	c.Stderr = new(s.stderr(byBound, 0, testNLL))
	r.Info(c)
	return nil
}

func (s smallDataResults) show(r *Run) {
	curves := func(title, unit string, of func(scores) float64) report.Curves {
		c := report.Curves{Title: title, X: "training digits", Y: unit, LogX: true, LogY: true}
		for method := range smallDataMethods {
			line := report.Line{Name: smallDataNames[method], Dots: true}
			for size, z := range s.Sizes {
				line.X, line.Y = append(line.X, float64(z.N)), append(line.Y, s.mean(method, size, of))
				line.Err = append(line.Err, s.stderr(method, size, of))
			}
			c.Lines = append(c.Lines, line)
		}
		return c
	}
	means := fmt.Sprintf(" against the number of training digits: means of %d seeds, ± a standard error.", s.Seeds)
	r.Picture("error", "Test error"+means, curves("Test error", "%", testError))
	r.Picture("nll", "Test NLL"+means+" With few data for each weight a point estimate is sure of what it can't know; with many, all come to the same.",
		curves("Test NLL", "nats", testNLL))

	var rows [][]any
	for size, z := range s.Sizes {
		for method := range s.methods(size) {
			_, _, _, chosen := z.learner(method)
			row := []any{z.N, smallDataNames[method], chosen}
			for _, of := range []func(scores) float64{testError, testNLL, testECE} {
				row = append(row, s.mean(method, size, of), s.stderr(method, size, of))
			}
			rows = append(rows, row)
		}
	}
	r.Table("by size", "On the test set, means over seeds with standard errors. With few digits the weight chosen for the complexity cost is below 1: at 1 the best factorised posterior of so many weights is hardly more than the prior.",
		[]string{"N", "method", "chosen", "error, %", "±", "NLL, nats", "±", "ECE", "±"}, rows)
}
