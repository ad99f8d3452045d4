package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// binary emits the loops of two operands, and Where.
func binary(c *build.Context) {
	variants(c, "binary", func(g lanes) {
		truth := func(p predicate) func(a, b vec) vec {
			return func(a, b vec) vec { return g.keep(g.compare(a, p, b), g.f(1)) }
		}
		for _, f := range []struct {
			name, doc string
			body      func(a, b vec) vec
		}{
			{"add", "a + b", func(a, b vec) vec { return g.add(a, b) }},
			{"sub", "a - b", func(a, b vec) vec { return g.sub(a, b) }},
			{"mul", "a * b", func(a, b vec) vec { return g.mul(a, b) }},
			{"div", "a / b", func(a, b vec) vec { return g.div(a, b) }},
			{"min", "min(a, b), NaN where either is", g.minimum},
			{"max", "max(a, b), NaN where either is", g.maximum},
			{"xLogY", "a ln b, and 0 where a is 0 and b no NaN", g.xLogY},
			{"less", "1 where a < b and 0 elsewhere", truth(less)},
			{"lessEqual", "1 where a <= b and 0 elsewhere", truth(lessEqual)},
			{"equal", "1 where a == b and 0 elsewhere", truth(equal)},
			{"notEqual", "1 where a != b and 0 elsewhere", truth(notEqual)},
		} {
			g.start(f.name, "func(dst, a, b *float32, n, lenA, lenB int)",
				"sets dst to "+f.doc+". An operand has n elements, or one for all.")
			g.broadcast([]string{"a", "b"}, []string{"lenA", "lenB"}, func(x []vec) vec { return f.body(x[0], x[1]) })
		}
		g.start("where", "func(dst, cond, a, b *float32, n, lenCond, lenA, lenB int)",
			"sets dst to a where cond != 0 and to b elsewhere. An operand has n elements, or one for all.")
		g.broadcast([]string{"cond", "a", "b"}, []string{"lenCond", "lenA", "lenB"}, func(x []vec) vec {
			return g.choose(g.compare(x[0], notEqual, g.f(0)), x[1], x[2])
		})
	})
}

// broadcast emits a loop over operands that may be one element for all: that is then spread over a
// vector of its own, at which the operand's pointer stays.
func (g lanes) broadcast(names, lengths []string, body func(x []vec) vec) {
	bytes := 4 * g.count()
	local := g.AllocLocal(bytes * len(names))
	dst, n := g.param("dst"), g.param("n")
	var from, steps []reg.GPVirtual
	for i, name := range names {
		p, step, length := g.param(name), g.GP64(), g.param(lengths[i])
		g.MOVQ(operand.I32(int32(bytes)), step)
		g.CMPQ(length, operand.Imm(1))
		g.JNE(operand.LabelRef(name + "IsLong"))
		spread := local.Offset(bytes * i)
		g.VMOVUPS(g.reg(operand.Mem{Base: p}), spread)
		g.LEAQ(spread, p)
		g.XORQ(step, step)
		g.Label(name + "IsLong")
		from, steps = append(from, p), append(steps, step)
	}
	g.each([]reg.GPVirtual{dst}, n, from, steps, true, func(x []vec) []vec { return []vec{body(x)} })
	g.end()
}

func (g lanes) xLogY(x, y vec) vec {
	zero := g.keep(g.compare(y, unordered, y), y)
	return g.choose(g.compare(x, equal, g.f(0)), zero, g.mul(x, g.log(y)))
}
