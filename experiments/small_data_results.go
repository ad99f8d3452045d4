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

// gains returns by how much a method's NLL is below that of maximum likelihood, by seed.
func (s smallDataResults) gains(method, size int) []float64 {
	gains := s.values(byLikelihood, size, testNLL)
	for i, nll := range s.values(method, size, testNLL) {
		gains[i] -= nll
	}
	return gains
}

// spread returns how far the methods' means are apart, but for that of the full bound: with so many weights
// its factorised posterior stays too wide to fit plenty of data as well as the others.
func (s smallDataResults) spread(size int, of func(scores) float64) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for method := range byBound {
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
	for _, method := range []int{byTempered, byBound} {
		name := smallDataMethods[method].name
		for size := range min(2, last) {
			if err := surely(fmt.Sprintf("NLL of maximum likelihood minus the %s at N = %d", name, s.Sizes[size].N), s.gains(method, size)); err != nil {
				return err
			}
		}
		lost := s.gains(method, 0)
		for i, gain := range s.gains(method, last) {
			lost[i] -= gain
		}
		if err := surely(fmt.Sprintf("what the %s gains on maximum likelihood at N = %d less at %d", name, few, many), lost); err != nil {
			return err
		}
	}
	c := row(fmt.Sprintf("test error at N = %d, highest minus lowest but for the full bound, points", many), s.spread(last, testError))
	c.High = new(1.0)
	r.Check(c)
	c = row(fmt.Sprintf("test NLL at N = %d, highest minus lowest but for the full bound, nats", many), s.spread(last, testNLL))
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

	return nil
}

func (s smallDataResults) show(r *Run) {
	curves := func(title, unit string, of func(scores) float64) report.Curves {
		c := report.Curves{Title: title, X: "training digits", Y: unit, LogX: true, LogY: true}
		for method, m := range smallDataMethods {
			line := report.Line{Name: m.name, Dots: true, Dashed: method == byBound}
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
	r.Picture("nll", "Test NLL"+means+" With few data for each weight maximum likelihood is sure of what it can't know; with many the methods come together, but for the full bound, whose factorised posterior stays wide.",
		curves("Test NLL", "nats", testNLL))

	var rows [][]any
	for size, z := range s.Sizes {
		for method, m := range smallDataMethods {
			_, _, _, chosen := z.learner(method)
			row := []any{z.N, m.name, chosen}
			for _, of := range []func(scores) float64{testError, testNLL, testECE} {
				row = append(row, s.mean(method, size, of), s.stderr(method, size, of))
			}
			rows = append(rows, append(row, s.complexity(method, size)))
		}
	}
	r.Table("by size", "On the test set, means over seeds with standard errors. The complexity cost is KL(q‖prior): where it is far above what the digits can pay, N log 10, training ends long before the bound's maximum, whose factorised posterior is close to the prior.",
		[]string{"N", "method", "chosen", "error, %", "±", "NLL, nats", "±", "ECE", "±", "KL, nats"}, rows)
}

// complexity returns the mean of a Bayesian network's complexity cost, as a cell of the table.
func (s smallDataResults) complexity(method, size int) any {
	if method < byTempered {
		return "–"
	}
	sum := 0.0
	for _, n := range s.nets {
		if n.method == method && n.size == size {
			sum += n.kl / float64(s.Seeds)
		}
	}
	return sum
}
