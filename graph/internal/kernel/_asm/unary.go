package main

import "github.com/mmcloughlin/avo/build"

// unary emits the loops of one operand.
func unary(c *build.Context) {
	variants(c, "unary", func(g lanes) {
		for _, f := range []struct {
			name, doc string
			body      func(vec) vec
		}{
			{"neg", "-x", func(x vec) vec { return g.neg(x) }},
			{"abs", "|x|", func(x vec) vec { return g.abs(x) }},
			{"sign", "-1, 0 or 1; NaN stays NaN", g.sign},
			{"step", "1 where x > 0 and 0 elsewhere; NaN stays NaN", g.step},
			{"square", "x²", func(x vec) vec { return g.mul(x, x) }},
			{"sqrt", "√x", func(x vec) vec { return g.sqrt(x) }},
			{"reciprocal", "1/x", func(x vec) vec { return g.div(g.f(1), x) }},
			{"relu", "max(x, 0); NaN stays NaN", g.relu},
			{"exp", "e^x", g.exp},
			{"expm1", "e^x - 1", g.expm1},
			{"log", "ln x", g.log},
			{"log1p", "ln(1 + x)", g.log1p},
			{"tanh", "tanh x", g.tanh},
			{"sigmoid", "1 / (1 + e^-x)", g.sigmoid},
			{"logSigmoid", "-ln(1 + e^-x)", g.logSigmoid},
			{"softplus", "ln(1 + e^x)", g.softplus},
		} {
			g.start(f.name, "func(dst, x *float32, n int)", "sets dst to "+f.doc+".")
			g.map1(f.body)
		}

		g.start("leakyReLU", "func(dst, x *float32, n int, slope float32)", "sets dst to x where x > 0 and slope*x elsewhere.")
		slope := g.scalar("slope")
		g.map1(func(x vec) vec {
			return g.mul(x, g.choose(g.compare(x, greaterThan, g.f(0)), g.f(1), slope))
		})

		g.start("elu", "func(dst, x *float32, n int, alpha float32)", "sets dst to x where x > 0 and alpha*(e^x - 1) elsewhere.")
		alpha := g.scalar("alpha")
		g.map1(func(x vec) vec {
			return g.add(g.relu(x), g.mul(g.expm1(g.minimum(x, g.reg(g.f(0)))), alpha))
		})

		g.start("clamp", "func(dst, x *float32, n int, lo, hi float32)", "sets dst to min(max(x, lo), hi); NaN stays NaN.")
		lo, hi := g.scalar("lo"), g.scalar("hi")
		g.map1(func(x vec) vec { return g.minimum(g.maximum(x, lo), hi) })
	})
}

// map1 emits the loop over dst, x and n, and returns.
func (g lanes) map1(body func(vec) vec) {
	g.mapAll([]string{"dst"}, []string{"x"}, func(x []vec) []vec { return []vec{body(x[0])} })
}

func (g lanes) relu(x vec) vec { return g.keep(g.compare(x, notLessEqual, g.f(0)), x) }

func (g lanes) step(x vec) vec {
	y := g.keep(g.compare(x, greaterThan, g.f(0)), g.f(1))
	return g.choose(g.compare(x, unordered, x), x, y)
}

func (g lanes) sign(x vec) vec {
	y := g.keep(g.compare(x, greaterThan, g.f(0)), g.f(1))
	y = g.choose(g.compare(x, less, g.f(0)), g.f(-1), y)
	return g.choose(g.compare(x, unordered, x), x, y)
}

// minimum is NaN where either is, and -0 where the signs of zeros differ: the union of the bits is right
// whichever operand the processor prefers.
func (g lanes) minimum(a, b vec) vec { return g.or(g.lesser(a, b), g.lesser(b, a)) }

// maximum is NaN where either is, and +0 where the signs of zeros differ.
func (g lanes) maximum(a, b vec) vec {
	y := g.and(g.greater(a, b), g.greater(b, a))
	return g.choose(g.compare(a, unordered, b), g.add(a, b), y)
}
