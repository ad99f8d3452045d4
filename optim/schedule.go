package optim

import "math"

// Schedule returns the learning rate of step t, counted from 0. The schedules of this package are
// made from constants of the program, which they do not check: rates and factors are positive,
// numbers of steps are not negative. They are safe for concurrent use.
type Schedule func(t int) float64

// Constant is lr at every step.
func Constant(lr float64) Schedule {
	return func(int) float64 { return lr }
}

// Step starts at lr and is multiplied by factor after every so many steps, at least 1.
func Step(lr, factor float64, every int) Schedule {
	return func(t int) float64 { return lr * math.Pow(factor, float64(t/every)) }
}

// Linear goes from one rate to another along a straight line of so many steps, and stays there.
func Linear(from, to float64, steps int) Schedule {
	return between(from, to, steps, func(x float64) float64 { return x })
}

// Cosine goes from one rate to another along half a wave of so many steps, and stays there
// (Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983, without restarts).
func Cosine(from, to float64, steps int) Schedule {
	return between(from, to, steps, func(x float64) float64 { return (1 - math.Cos(math.Pi*x)) / 2 })
}

// between goes from one rate to another as shape goes from 0 to 1 on [0, 1].
func between(from, to float64, steps int, shape func(float64) float64) Schedule {
	return func(t int) float64 {
		if t >= steps {
			return to
		}
		return from + (to-from)*shape(float64(t)/float64(steps))
	}
}

// WarmUp rises along a straight line for so many steps, from above 0, and goes on with the schedule
// then, whose step 0 it reaches right after them.
func WarmUp(steps int, then Schedule) Schedule {
	rise := func(t int) float64 { return then(0) * float64(t+1) / float64(steps+1) }
	return Schedule(rise).Until(steps, then)
}

// Until follows s before step t and then the schedule next, from its own step 0.
func (s Schedule) Until(t int, next Schedule) Schedule {
	return func(now int) float64 {
		if now < t {
			return s(now)
		}
		return next(now - t)
	}
}
