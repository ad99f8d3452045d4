package experiments

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"credence/report"
)

// Check is one number of ours, and what is asked of it.
type Check struct {
	Name   string    // with the unit: "test error, %"
	Value  float64   // ours
	Stderr *float64  // standard error over seeds or splits; nil if it isn't known, as with one seed
	NSeeds int       // runs that Value averages; zero means 1
	Values []float64 // of each of these runs, in their order; nil if it isn't known

	Split      string // what Value was computed on: "test", "validation", "train"; empty where there are no data
	SelectedOn string // what settings were chosen on: "validation"; empty if nothing was chosen

	Paper      *float64 // the published number; nil if there is none
	Provenance Provenance

	Low, High *float64 // the band that passes, ends included; either may be nil: new(2.0)
}

// Provenance says how we know a published number.
type Provenance string

// The marks of a published number. A number from memory is never shown without its mark.
const (
	Verified   Provenance = "verified"    // read in the source itself
	SecondHand Provenance = "second-hand" // read where somebody else quotes it
	FromMemory Provenance = "from memory" // not looked up
)

// Verdict returns None without a band. A value that is not finite never passes, nor does one that is compared
// with a bound that is NaN.
func (c Check) Verdict() report.Verdict {
	switch {
	case c.Low == nil && c.High == nil:
		return report.None
	case math.IsNaN(c.Value) || math.IsInf(c.Value, 0),
		c.Low != nil && !(c.Value >= *c.Low),
		c.High != nil && !(c.Value <= *c.High):
		return report.Failed
	}
	return report.Passed
}

// problem returns what makes c unfit to be shown, or nil.
func (c Check) problem() error {
	switch {
	case c.Name == "":
		return fmt.Errorf("a check of value %g has no name", c.Value)
	case c.Paper != nil && c.Provenance == "":
		return fmt.Errorf("check %q gives the paper's number without saying how it is known", c.Name)
	case c.Paper == nil && c.Provenance != "":
		return fmt.Errorf("check %q is %s, but gives no paper's number", c.Name, c.Provenance)
	}
	return nil
}

// MarshalJSON writes the check with its verdict: pass is true, false, or null without a band. What is not given
// is null; numbers that are not finite are the strings "NaN", "+Inf" and "-Inf".
func (c Check) MarshalJSON() ([]byte, error) {
	var pass *bool
	if v := c.Verdict(); v != report.None {
		pass = new(v == report.Passed)
	}
	j := checkJSON{
		c.Name, number(c.Value), (*number)(c.Stderr), max(c.NSeeds, 1), numbers(c.Values), word(c.Split), word(c.SelectedOn),
		(*number)(c.Paper), word(c.Provenance), (*number)(c.Low), (*number)(c.High), pass,
	}
	return json.Marshal(j)
}

// checkJSON is a check as result.json holds it.
type checkJSON struct {
	Name       string   `json:"name"`
	Value      number   `json:"value"`
	Stderr     *number  `json:"stderr"`
	NSeeds     int      `json:"n_seeds"`
	Values     []number `json:"values,omitempty"`
	Split      word     `json:"split"`
	SelectedOn word     `json:"selected_on"`
	Paper      *number  `json:"paper"`
	Provenance word     `json:"provenance"`
	Low        *number  `json:"low"`
	High       *number  `json:"high"`
	Pass       *bool    `json:"pass"`
}

// word is a string that is null in JSON if it is empty.
type word string

func (s word) MarshalJSON() ([]byte, error) {
	if s == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(s))
}

func (c Check) row() report.CheckRow {
	return report.CheckRow{
		Name: c.Name, Paper: format(c.Paper), Provenance: string(c.Provenance),
		Ours: c.Ours(), Band: c.Band(), Data: c.Data(), Verdict: c.Verdict(),
	}
}

// Ours returns the value with its standard error, for a reader: "1.57 ± 0.02".
func (c Check) Ours() string { return plusMinus(c.Value, c.Stderr) }

// Published returns the paper's number and how it is known: "1.34 (from memory)"; a dash without one.
func (c Check) Published() string {
	if c.Paper == nil {
		return "–"
	}
	return format(*c.Paper) + " (" + string(c.Provenance) + ")"
}

// Band returns what passes: "≤ 2"; a dash without a band.
func (c Check) Band() string {
	switch {
	case c.Low != nil && c.High != nil:
		return format(*c.Low) + " to " + format(*c.High)
	case c.Low != nil:
		return "≥ " + format(*c.Low)
	case c.High != nil:
		return "≤ " + format(*c.High)
	}
	return "–"
}

// Data says in a few words what the value was computed on: "test, 3 seeds".
func (c Check) Data() string {
	var parts []string
	if c.Split != "" {
		parts = append(parts, c.Split)
	}
	if c.SelectedOn != "" {
		parts = append(parts, "selected on "+c.SelectedOn)
	}
	if c.NSeeds > 1 {
		parts = append(parts, fmt.Sprintf("%d seeds", c.NSeeds))
	}
	return strings.Join(parts, ", ")
}
