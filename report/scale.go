package report

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// scale is one axis: its label, range and ticks.
type scale struct {
	label    string
	min, max float64
	log      bool
	ticks    []plot.Tick // nil: chosen by the range
}

func (s scale) apply(a *plot.Axis) {
	a.Min, a.Max = s.min, s.max
	a.Label.Text = s.label
	a.Label.TextStyle = aligned(labelStyle, draw.XCenter, draw.YBottom)
	a.Label.Padding = 3
	a.Padding = 0
	a.LineStyle = draw.LineStyle{Color: axis, Width: 0.75}
	a.Tick.LineStyle = a.LineStyle
	a.Tick.Length = 4
	a.Tick.Marker = plot.TickerFunc(s.marks)
	if s.log {
		a.Scale = plot.LogScale{}
	}
}

func (s scale) marks(lo, hi float64) []plot.Tick {
	switch {
	case s.ticks != nil:
		return s.ticks
	case s.log:
		return logTicks(lo, hi)
	}
	return linearTicks(lo, hi)
}

// span gathers the range of what will be drawn; on a log axis it takes positive numbers only.
type span struct {
	min, max float64
	log      bool
}

func newSpan(log bool) *span { return &span{math.Inf(1), math.Inf(-1), log} }

func (s *span) shows(v float64) bool {
	return !math.IsNaN(v) && !math.IsInf(v, 0) && (!s.log || v > 0)
}

func (s *span) add(values ...float64) {
	for _, v := range values {
		if s.shows(v) {
			s.min, s.max = math.Min(s.min, v), math.Max(s.max, v)
		}
	}
}

// padded returns the range with a little room at both ends; one that is nowhere negative stays so.
func (s *span) padded(share float64) (lo, hi float64) {
	switch {
	case s.min > s.max && s.log:
		return 0.1, 10
	case s.min > s.max:
		return 0, 1
	case s.log && s.min == s.max:
		return s.min / 2, s.max * 2
	case s.log:
		room := math.Pow(s.max/s.min, share)
		return s.min / room, s.max * room
	}
	room := (s.max - s.min) * share
	if room == 0 {
		room = math.Max(math.Abs(s.max)/2, 0.5)
	}
	if lo, hi = s.min-room, s.max+room; s.min >= 0 {
		lo = math.Max(lo, 0)
	}
	return lo, hi
}

// linearTicks returns four to eight ticks at round numbers.
func linearTicks(lo, hi float64) []plot.Tick {
	raw := (hi - lo) / 7
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	step := unit * 10
	for _, m := range []float64{1, 2, 5} {
		if raw <= m*unit {
			step = m * unit
			break
		}
	}
	decimals := int(math.Max(0, -math.Floor(math.Log10(step)+1e-9)))
	var ticks []plot.Tick
	first := math.Ceil(lo/step - 1e-9)
	for i := range 12 { // bounded, also where the range is below a float's resolution
		v := (first + float64(i)) * step
		if v > hi+step*1e-9 {
			break
		}
		ticks = append(ticks, plot.Tick{Value: v, Label: tickLabel(v, decimals)})
	}
	return ticks
}

// logTicks labels the decades, and 2 and 5 between them where there are few.
func logTicks(lo, hi float64) []plot.Tick {
	first, last := int(math.Floor(math.Log10(lo))), int(math.Ceil(math.Log10(hi)))
	every := 1 + (last-first)/8
	few := math.Log10(hi/lo) < 2.2
	var ticks []plot.Tick
	for e := first; e <= last; e++ {
		for m := 1; m < 10; m++ {
			t := plot.Tick{Value: float64(m) * math.Pow(10, float64(e))}
			if m == 1 && (e-first)%every == 0 || few && (m == 2 || m == 5) {
				t.Label = tickLabel(t.Value, max(0, -e))
			}
			if t.Value >= lo*(1-1e-9) && t.Value <= hi*(1+1e-9) {
				ticks = append(ticks, t)
			}
		}
	}
	return ticks
}

// tickLabel writes v for a reader: 60,000 with separators, 1e−5 when it would be long, a true minus sign.
func tickLabel(v float64, decimals int) string {
	if v == 0 && decimals > 4 {
		return "0"
	}
	if v != 0 && (math.Abs(v) >= 1e7 || decimals > 4) {
		return strings.ReplaceAll(strconv.FormatFloat(v, 'g', 3, 64), "-", "−")
	}
	return strings.ReplaceAll(thousands(strconv.FormatFloat(v, 'f', decimals, 64)), "-", "−")
}

// thousands puts commas into the whole part of a decimal number.
func thousands(s string) string {
	whole, fraction, _ := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return sign + whole
}
