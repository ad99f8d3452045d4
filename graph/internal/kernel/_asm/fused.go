package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fused emits the loops that do several operations at once.
func fused(c *build.Context) {
	variants(c, "fused", func(g lanes) {
		for _, f := range []struct {
			name, doc string
			body      func(product, c vec) vec
		}{
			{"mulAdd", "a*b + c", func(product, c vec) vec { return g.add(product, c) }},
			{"mulSub", "a*b - c", func(product, c vec) vec { return g.sub(product, c) }},
			{"subMul", "c - a*b", func(product, c vec) vec { return g.sub(c, product) }},
		} {
			g.start(f.name, "func(dst, a, b, c *float32, n, lenA, lenB, lenC int)",
				"sets dst to "+f.doc+", rounded twice. An operand has n elements, or one for all.")
			g.broadcast([]string{"a", "b", "c"}, []string{"lenA", "lenB", "lenC"}, func(x []vec) vec {
				return f.body(g.mul(x[0], x[1]), x[2])
			})
		}

		g.start("softplusSigmoid", "func(softplus, sigmoid, x *float32, n int)", "sets softplus and sigmoid to those functions of x.")
		g.mapAll([]string{"softplus", "sigmoid"}, []string{"x"}, func(x []vec) []vec {
			e := g.expMinus(x[0])
			return []vec{g.softplusOf(e, x[0]), g.sigmoidOf(e, x[0])}
		})

		g.start("adam", "func(dstP, dstM, dstV, p, m, v, grad, k *float32, n int)", "is Adam, with k of 6 elements.")
		at := g.param("k")
		var k [6]vec
		for i := range k {
			k[i] = g.reg(operand.Mem{Base: at, Disp: 4 * i})
		}
		g.mapAll([]string{"dstP", "dstM", "dstV"}, []string{"p", "m", "v", "grad"}, func(x []vec) []vec {
			p, d := x[0], x[3]
			m := g.add(g.mul(x[1], k[0]), g.mul(d, k[1]))
			v := g.add(g.mul(x[2], k[2]), g.mul(g.mul(d, d), k[3]))
			step := g.div(g.mul(m, k[4]), g.add(g.sqrt(v), k[5]))
			return []vec{g.sub(p, step), m, v}
		})
	})
}

// mapAll emits the loop over n elements of several results and operands, and returns.
func (g lanes) mapAll(results, operands []string, body func(x []vec) []vec) {
	var to, from []reg.GPVirtual
	for _, name := range results {
		to = append(to, g.param(name))
	}
	for _, name := range operands {
		from = append(from, g.param(name))
	}
	g.each(to, g.param("n"), from, nil, true, body)
	g.end()
}
