package infer

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"credence/graph"
)

// ChainStats is how one chain moved.
type ChainStats struct {
	StepSize   float64   // of the kept draws
	Variance   []float64 // the inverse mass: of the unconstrained numbers in order of declaration
	Acceptance float64   // the mean over draws and steps, in [0, 1]
	Steps      int       // leapfrog steps, each one evaluation of the density and its gradient
	Divergent  []int     // the draws whose trajectory diverged: where the density bends faster than steps can follow
	Saturated  int       // draws whose trajectory had the maximal depth before it turned back
	EBFMI      float64   // the energy's mean squared change over its variance; below 0.3 the energy is explored badly
	energy     []float64
}

func (s *ChainStats) add(draw int, t transition) {
	s.Acceptance += t.acceptance / float64(t.steps)
	s.Steps += t.steps
	s.energy = append(s.energy, t.energy)
	if t.divergent {
		s.Divergent = append(s.Divergent, draw)
	}
	if t.saturated {
		s.Saturated++
	}
}

// finish turns sums into means, and computes Betancourt's energy diagnostic (2016, https://arxiv.org/abs/1604.00695).
func (s *ChainStats) finish(draws int) {
	s.Acceptance /= float64(draws)
	mean, changes, spread := 0.0, 0.0, 0.0
	for _, e := range s.energy {
		mean += e / float64(draws)
	}
	for i, e := range s.energy {
		spread += (e - mean) * (e - mean)
		if i > 0 {
			changes += (e - s.energy[i-1]) * (e - s.energy[i-1])
		}
	}
	s.EBFMI = changes / spread
}

// each calls f with every number that is drawn and its name, such as theta[3].
func (d *Draws) each(f func(name string, m Marginal)) {
	for _, name := range d.names {
		shape := d.shapes[name]
		for at := range shape.Size() {
			f(name+indexOf(shape, at), d.element(name, at))
		}
	}
}

// indexOf formats the index of a flat position: [2,0], or nothing for a scalar.
func indexOf(shape graph.Shape, at int) string {
	if len(shape) == 0 {
		return ""
	}
	index := make([]string, len(shape))
	for axis := len(shape) - 1; axis >= 0; axis-- {
		index[axis] = fmt.Sprint(at % shape[axis])
		at /= shape[axis]
	}
	return "[" + strings.Join(index, ",") + "]"
}

// Check returns an error that lists all reasons not to trust the draws: an R-hat above 1.01 or a bulk or tail
// effective sample size below 100 a chain (Vehtari et al. 2021, https://arxiv.org/abs/1903.08008), divergent or
// saturated trajectories, and an energy explored badly. Numbers of which all draws are equal are not looked at.
func (d *Draws) Check() error {
	var reasons []error
	if n := d.Divergences(); n > 0 {
		reasons = append(reasons, fmt.Errorf("%d of %d trajectories diverged: the draws may miss a part of the posterior", n, d.Chains*d.PerChain))
	}
	for i, s := range d.Stats {
		if s.Saturated > 0 {
			reasons = append(reasons, fmt.Errorf("chain %d: %d trajectories had the maximal depth before they turned back", i, s.Saturated))
		}
		if s.EBFMI < 0.3 {
			reasons = append(reasons, fmt.Errorf("chain %d: E-BFMI is %.2f, want at least 0.3", i, s.EBFMI))
		}
	}
	enough := float64(100 * d.Chains)
	d.each(func(name string, m Marginal) {
		if r := m.RHat(); r > 1.01 {
			reasons = append(reasons, fmt.Errorf("%s: R-hat is %.3f, want at most 1.01", name, r))
		}
		if n := min(m.ESSBulk(), m.ESSTail()); n < enough {
			reasons = append(reasons, fmt.Errorf("%s: the effective sample size is %.0f, want at least %.0f", name, n, enough))
		}
	})
	if len(reasons) == 0 {
		return nil
	}
	return fmt.Errorf("infer: draws: %w", errors.Join(reasons...))
}

// String returns a table of all numbers, one a line, with their statistics.
func (d *Draws) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tmean\tMCSE\tstd dev\t5%\t50%\t95%\tESS bulk\ttail\tR-hat\t")
	d.each(func(name string, m Marginal) {
		fmt.Fprintf(w, "%s\t%.4g\t%.2g\t%.4g\t%.4g\t%.4g\t%.4g\t%.0f\t%.0f\t%.3f\t\n", name, m.Mean(), m.MCSE(), m.StdDev(),
			m.Quantile(0.05), m.Quantile(0.5), m.Quantile(0.95), m.ESSBulk(), m.ESSTail(), m.RHat())
	})
	w.Flush()
	fmt.Fprintf(&b, "%d chains of %d draws, %d divergent\n", d.Chains, d.PerChain, d.Divergences())
	return b.String()
}
