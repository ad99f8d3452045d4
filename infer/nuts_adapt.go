package infer

import "math"

// averaging adapts the logarithm of the step size by dual averaging (Hoffman and Gelman 2014,
// https://jmlr.org/papers/v15/hoffman14a.html, section 3.2.1, with its constants).
type averaging struct {
	target float64 // mean acceptance
	center float64 // the log step that iterates are drawn to
	error  float64 // averaged, of the acceptance
	mean   float64 // of the log steps
	count  float64
}

// restart forgets all iterates, and draws new ones to ten times the step.
func (a *averaging) restart(step float64) {
	*a = averaging{target: a.target, center: math.Log(10 * step)}
}

// next returns the step to try after one whose acceptance is known.
func (a *averaging) next(acceptance float64) float64 {
	const gamma, t0, kappa = 0.05, 10, 0.75
	a.count++
	eta := 1 / (a.count + t0)
	a.error += eta * (a.target - acceptance - a.error)
	x := a.center - a.error*math.Sqrt(a.count)/gamma
	a.mean += math.Pow(a.count, -kappa) * (x - a.mean)
	return math.Exp(x)
}

// final returns the step that the iterates average to.
func (a *averaging) final() float64 { return math.Exp(a.mean) }

// windows returns where warm-up begins to learn the mass, and the ends of its windows, after each of which the mass
// becomes the one learnt there and the step size is adapted anew. Of long warm-ups 75 iterations are a fast start, 50
// a fast end, and the windows between are of 25, 50, 100, ... iterations, the last one longer where the next would
// not fit; below 150 the parts are 15%, 10% and one window; below 20 there is none (Stan Reference Manual, section on
// automatic parameter tuning).
func windows(warmup int) (start int, ends []int) {
	start, end, size := 75, 50, 25
	switch {
	case warmup < 20:
		return warmup, nil
	case warmup < start+size+end:
		start, end = int(0.15*float64(warmup)), int(0.1*float64(warmup))
		return start, []int{warmup - end}
	}
	at := start + size
	ends = []int{at}
	for at < warmup-end {
		size *= 2
		at += size
		if at+2*size > warmup-end {
			at = warmup - end
		}
		ends = append(ends, at)
	}
	return start, ends
}

// spread estimates the variance of each unconstrained number by Welford's recurrence.
type spread struct {
	count         float64
	mean, squares []float64
}

func newSpread(dim int) *spread {
	return &spread{mean: make([]float64, dim), squares: make([]float64, dim)}
}

func (v *spread) add(q []float64) {
	v.count++
	for i, x := range q {
		d := x - v.mean[i]
		v.mean[i] += d / v.count
		v.squares[i] += d * (x - v.mean[i])
	}
}

// read stores the variances, drawn to 0.001 by the weight of five draws as in Stan, and forgets all draws. After
// fewer than two draws it stores nothing.
func (v *spread) read(variance []float64) {
	if v.count > 1 {
		weight := v.count / (v.count + 5)
		for i, s := range v.squares {
			variance[i] = weight*s/(v.count-1) + (1-weight)*1e-3
		}
	}
	v.count = 0
	clear(v.mean)
	clear(v.squares)
}
