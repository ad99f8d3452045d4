package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pool emits what pools do to one window, of down by across pixels that are steps of elements apart: to a vector of its
// channels after the other.
func pool(c *build.Context) {
	variants(c, "pool", func(g lanes) {
		g.windowMax()
		g.windowPlace()
	})
}

const windowSteps = "channels, down, across, downStep, acrossStep int"

func (g lanes) windowMax() {
	g.start("windowMax", "func(y, x *float32, "+windowSteps+")", "sets y to the largest of the pixels of a window, whose first is x.")
	w := g.window("x")
	y := g.param("y")
	w.eachVector(func(m mask) {
		best := g.reg(g.f(-inf))
		w.eachPixel(func(at []reg.GPVirtual) {
			g.VMOVAPS(g.maximum(best, g.choose(m, g.loadMasked(m, at[0]), g.f(-inf))), best)
		})
		g.storeMasked(best, m, y)
	}, y)
}

func (g lanes) windowPlace() {
	g.start("windowPlace", "func(dx, x, y, dy *float32, "+windowSteps+")",
		"adds dy to the first pixel of a window, in dx, that equals y in x.")
	w := g.window("x", "dx")
	y, dy := g.param("y"), g.param("dy")
	w.eachVector(func(m mask) {
		largest, d := g.loadMasked(m, y), g.loadMasked(m, dy)
		w.eachPixel(func(at []reg.GPVirtual) {
			hit := g.compare(g.loadMasked(m, at[0]), equal, largest)
			g.storeMasked(g.add(g.loadMasked(m, at[1]), g.keep(hit, d)), m, at[1])
			g.VMOVAPS(g.choose(hit, g.f(0), d), d) // which has found its place
		})
	}, y, dy)
}

func (g lanes) storeMasked(v vec, m mask, p reg.GPVirtual) {
	if g.wide {
		g.VMOVUPS(v, m, operand.Mem{Base: p})
	} else {
		g.VMASKMOVPS(v, m, operand.Mem{Base: p})
	}
}

// window walks over a window on one image or on several alike.
type window struct {
	lanes
	images       []reg.GPVirtual // at the vector of the first pixel
	down, across reg.GPVirtual   // steps in bytes
}

func (g lanes) window(images ...string) *window {
	w := &window{lanes: g, down: g.param("downStep"), across: g.param("acrossStep")}
	g.SHLQ(operand.Imm(2), w.down)
	g.SHLQ(operand.Imm(2), w.across)
	for _, name := range images {
		w.images = append(w.images, g.param(name))
	}
	return w
}

// eachVector emits the loop over the channels and the end: body is given which lanes of a vector are channels. The arrays have
// no pixels.
func (w *window) eachVector(body func(m mask), arrays ...reg.GPVirtual) {
	channels, now := w.param("channels"), w.GP64()
	bytes := operand.Imm(uint64(4 * w.count()))
	w.Label("vector")
	w.MOVQ(operand.U64(w.count()), now)
	w.CMPQ(channels, now)
	w.CMOVQLT(channels, now)
	body(w.first(now))
	for _, p := range append(arrays, w.images...) {
		w.ADDQ(bytes, p)
	}
	w.SUBQ(operand.Imm(uint64(w.count())), channels)
	w.JG(operand.LabelRef("vector"))
	w.end()
}

// eachPixel emits the loop over the window's pixels.
func (w *window) eachPixel(body func(at []reg.GPVirtual)) {
	rows, pixels := w.param("down"), w.GP64()
	var lines, at []reg.GPVirtual
	for _, p := range w.images {
		line := w.GP64()
		w.MOVQ(p, line)
		lines, at = append(lines, line), append(at, w.GP64())
	}
	w.Label("row")
	for i := range lines {
		w.MOVQ(lines[i], at[i])
	}
	w.Load(w.Param("across"), pixels)
	w.Label("pixel")
	body(at)
	for i := range at {
		w.ADDQ(w.across, at[i])
	}
	w.DECQ(pixels)
	w.JNZ(operand.LabelRef("pixel"))
	for i := range lines {
		w.ADDQ(w.down, lines[i])
	}
	w.DECQ(rows)
	w.JNZ(operand.LabelRef("row"))
}
