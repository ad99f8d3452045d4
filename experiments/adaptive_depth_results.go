package experiments

import (
	"fmt"
	"slices"

	"credence/report"
)

// curvePoint is a network's place in a picture of accuracy against cost.
type curvePoint struct{ flops, accuracy float64 }

func pointOf(n *depthNet) curvePoint { return curvePoint{n.FLOPs, 100 - n.Err} }

// curveOf returns networks' places from the cheapest to the dearest.
func curveOf(nets ...*depthNet) []curvePoint {
	var all []curvePoint
	for _, n := range nets {
		all = append(all, pointOf(n))
	}
	slices.SortFunc(all, func(a, b curvePoint) int { return int(a.flops - b.flops) })
	return all
}

// accuracyAt returns a curve's accuracy at a cost, along straight lines, and at its ends beyond them.
func accuracyAt(curve []curvePoint, flops float64) float64 {
	if flops <= curve[0].flops {
		return curve[0].accuracy
	}
	for i, to := range curve[1:] {
		if from := curve[i]; flops <= to.flops {
			return from.accuracy + (to.accuracy-from.accuracy)*(flops-from.flops)/(to.flops-from.flops)
		}
	}
	return curve[len(curve)-1].accuracy
}

func (p depthPlan) report(r *Run, found []depthSeed, working int, times depthTimes) {
	check := func(c Check, low, high *float64) {
		c.Name, c.Split, c.SelectedOn = fmt.Sprintf("%s (%s)", c.Name, r.Scale), "test", "validation"
		if c.Low, c.High = low, high; low == nil && high == nil {
			r.Info(c)
		} else {
			r.Check(c)
		}
	}
	at := func(s depthSeed) *depthNet { return s.adaptive[depthPACT][working] }
	name := fmt.Sprintf("PACT at tau %g", p.Taus[working])
	saved := func(s depthSeed) float64 { return 100 * (1 - at(s).FLOPs/s.full.FLOPs) }
	check(overSeeds(name+": operations saved, %", found, saved), new(p.MinSaved), nil)
	check(overSeeds(name+": error added to that of full depth, points", found, func(s depthSeed) float64 { return at(s).Err - s.full.Err }), nil, new(p.MaxLoss))
	wall := 1 - times.left[working]/times.all[working]
	check(Check{Name: name + ": saved time over saved operations", Value: wall / (saved(found[0]) / 100), NSeeds: 1}, new(p.MinWall), nil)
	above := func(what string, of func(depthSeed) float64) {
		c := overSeeds(what+", points, plus 2 standard errors", found, of)
		if c.Stderr != nil {
			c.Value += 2 * *c.Stderr
		}
		check(c, new(0.0), nil)
	}
	above("PACT's accuracy minus ACT's at equal operations, average over PACT's points", func(s depthSeed) float64 {
		act, sum := curveOf(s.adaptive[depthACT]...), 0.0
		for _, n := range s.adaptive[depthPACT] {
			sum += pointOf(n).accuracy - accuracyAt(act, n.FLOPs)
		}
		return sum / float64(len(p.Taus))
	})
	above(name+": accuracy minus that of networks of fixed depth at equal operations", func(s depthSeed) float64 {
		return pointOf(at(s)).accuracy - accuracyAt(curveOf(append(s.shallower, s.full)...), at(s).FLOPs)
	})
	check(overSeeds(fmt.Sprintf("ResNet-%d of full depth: error, %%", p.Net.Depth), found, func(s depthSeed) float64 { return s.full.Err }), nil, nil)
	p.tables(r, found, times)
}

func (p depthPlan) tables(r *Run, found []depthSeed, times depthTimes) {
	var rows [][]any
	add := func(name, tau string, of func(s depthSeed) *depthNet, time string) {
		cell := func(f func(n *depthNet) float64) string {
			return plusMinus(over(found, func(s depthSeed) float64 { return f(of(s)) }))
		}
		blocks := "all"
		if of(found[0]).net != nil {
			blocks = fmt.Sprintf("%s, %s, %s", cell(func(n *depthNet) float64 { return n.Blocks[0] }),
				cell(func(n *depthNet) float64 { return n.Blocks[1] }), cell(func(n *depthNet) float64 { return n.Blocks[2] }))
		}
		rows = append(rows, []any{name, tau, cell(func(n *depthNet) float64 { return n.HeldErr }), cell(func(n *depthNet) float64 { return n.Err }),
			cell(func(n *depthNet) float64 { return n.FLOPs / 1e6 }), blocks, time})
	}
	add(fmt.Sprintf("ResNet-%d", p.Net.Depth), "–", func(s depthSeed) *depthNet { return s.full }, "1")
	for i, depth := range p.Shallower {
		add(fmt.Sprintf("ResNet-%d", depth), "–", func(s depthSeed) *depthNet { return s.shallower[i] }, "–")
	}
	for k, rule := range depthRules {
		for i, tau := range p.Taus {
			time := "–"
			if k == depthPACT {
				time = fixed(times.left[i]/times.all[i], 2)
			}
			add(rule.name, fmt.Sprint(tau), func(s depthSeed) *depthNet { return s.adaptive[k][i] }, time)
		}
	}
	r.Table("networks", fmt.Sprintf("Means and standard errors over %d seeds (%s): errors in %%, operations of an image in millions, blocks that an image passes in each of three stages of %d; "+
		"and for the first seed the time of %d images over that with all blocks.", p.Seeds, r.Scale, (p.Net.Depth-2)/6, p.Timed),
		[]string{"network", "tau", "held-out error", "test error", "operations", "blocks", "time"}, rows)
}

func (p depthPlan) pictures(r *Run, found []depthSeed, working int, sets depthSets) error {
	line := func(name string, of ...func(s depthSeed) *depthNet) report.Line {
		l := report.Line{Name: name, Dots: true}
		type place struct{ x, y, err float64 }
		var places []place
		for _, f := range of {
			x, _ := over(found, func(s depthSeed) float64 { return f(s).FLOPs / 1e6 })
			y, stderr := over(found, func(s depthSeed) float64 { return 100 - f(s).Err })
			at := place{x: x, y: y}
			if stderr != nil {
				at.err = *stderr
			}
			places = append(places, at)
		}
		slices.SortFunc(places, func(a, b place) int { return int(1e6 * (a.x - b.x)) })
		for _, at := range places {
			l.X, l.Y, l.Err = append(l.X, at.x), append(l.Y, at.y), append(l.Err, at.err)
		}
		return l
	}
	of := []func(s depthSeed) *depthNet{func(s depthSeed) *depthNet { return s.full }}
	for i := range p.Shallower {
		of = append(of, func(s depthSeed) *depthNet { return s.shallower[i] })
	}
	lines := []report.Line{line("fixed depth", of...)}
	for k, rule := range depthRules {
		of = nil
		for i := range p.Taus {
			of = append(of, func(s depthSeed) *depthNet { return s.adaptive[k][i] })
		}
		lines = append(lines, line(rule.name, of...))
	}
	r.Picture("operations", "Test accuracy against what an image takes on average, over the values of tau; the bands are standard errors over the seeds.",
		report.Curves{Title: "Accuracy and cost", X: "operations of an image, millions", Y: "test accuracy, %", Lines: lines})
	return p.easyAndHard(r, found[0].adaptive[depthPACT][working], sets)
}

// easyAndHard draws the photographs that pass the fewest blocks and the most.
func (p depthPlan) easyAndHard(r *Run, n *depthNet, sets depthSets) error {
	q, err := n.net.Predict(sets.test)
	if err != nil {
		return err
	}
	const across, rows = 12, 2
	order := make([]int, sets.test.Len())
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return q.FLOPs[a] - q.FLOPs[b] })
	shown := min(across*rows, len(order)/across*across)
	grid := func(title string, images []int) report.Picture {
		g := report.Grid{Title: title, Across: across, Zoom: 2, Color: true}
		for _, i := range images {
			pixels, _ := sets.shown.At(i)
			for _, v := range pixels {
				g.Pixels = append(g.Pixels, float64(v)/255)
			}
		}
		shape := sets.shown.XShape()
		g.Rows, g.Cols = shape[0], shape[1]
		return g
	}
	r.Picture("images", "Test photographs that halt first and last, at the working point of the first seed.", report.Panels{Across: 1, Pictures: []report.Picture{
		grid("Easy: the fewest operations", order[:shown]), grid("Hard: the most", order[len(order)-shown:]),
	}})
	return nil
}
