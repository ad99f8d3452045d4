package experiments

import (
	"context"

	"credence/graph"
	"credence/optim"
	"credence/report"
)

// maximise climbs a bound, a scalar, by so many steps of Adam whose rate falls to 0 along half a cosine. It
// is for small bounds whose maximum is known: without noise a mean square with a short memory finds it to
// rounding. After each step it calls each with the bound before it.
func maximise(ctx context.Context, bound *graph.Node, rate float64, steps int, each func(bound float64)) error {
	g := bound.Graph()
	lr := g.Input("lr")
	optim.Minimize(optim.Adam{Beta2: 0.99}, bound.Neg(), lr)
	prog, err := g.Compile(bound)
	if err != nil {
		return err
	}
	schedule := optim.Cosine(rate, 0, steps)
	for step := range steps {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		out, err := prog.Run(uint64(step), graph.Feed{lr: schedule(step)})
		if err != nil {
			return err
		}
		each(out[0].Item())
	}
	return nil
}

// gapLine is what a bound fell short of the evidence by at each step, as far as it is more than rounding.
func gapLine(name string, gaps []float64) report.Line {
	l := report.Line{Name: name}
	for step, gap := range gaps {
		if gap < 1e-12 {
			break
		}
		l.X, l.Y = append(l.X, float64(step+1)), append(l.Y, gap)
	}
	return l
}
