package metrics

import (
	"fmt"
	"slices"
)

// IntervalCoverage returns the fraction, in [0, 1], of the targets that lie in their interval [lo, hi], ends
// included, and the intervals' mean width, in the targets' unit. Of two methods with the coverage that they
// claim, the better has the narrower intervals. An interval with hi below lo, other lengths, none, and numbers that
// are not finite are errors.
func IntervalCoverage(lo, hi, targets []float64) (coverage, width float64, err error) {
	widths, err := differences("intervals", hi, lo)
	if err != nil {
		return 0, 0, err
	}
	if len(targets) != len(lo) {
		return 0, 0, fmt.Errorf("metrics: %d intervals for %d targets", len(lo), len(targets))
	}
	if err := checkFinite("targets of intervals", targets); err != nil {
		return 0, 0, err
	}
	n := float64(len(lo))
	for i, y := range targets {
		if widths[i] < 0 {
			return 0, 0, fmt.Errorf("metrics: interval %d is [%g, %g], which is empty", i, lo[i], hi[i])
		}
		if lo[i] <= y && y <= hi[i] {
			coverage += 1 / n
		}
		width += widths[i] / n
	}
	return min(coverage, 1), width, nil
}

// QuantileCurve is the calibration curve of predictions of numbers: the fraction of targets that lie below each
// predicted quantile. Where the predictions are calibrated Observed is Level, up to chance.
type QuantileCurve struct {
	Level    []float64 // of the predicted quantile, in [0, 1]
	Observed []float64 // fraction of targets at or below it
}

// QuantileCalibration returns the curve at the levels. ranks [n] are what each prediction's distribution function is
// at its target, in [0, 1]; they are uniform if the predictions are calibrated. A rank or level outside [0, 1], no
// ranks and no levels are errors.
func QuantileCalibration(ranks, levels []float64) (QuantileCurve, error) {
	if len(ranks) == 0 || len(levels) == 0 {
		return QuantileCurve{}, fmt.Errorf("metrics: quantile calibration of %d ranks at %d levels: want at least 1 of each", len(ranks), len(levels))
	}
	if err := checkShares("quantile calibration: rank", ranks); err != nil {
		return QuantileCurve{}, err
	}
	if err := checkShares("quantile calibration: level", levels); err != nil {
		return QuantileCurve{}, err
	}
	c := QuantileCurve{Level: slices.Clone(levels), Observed: make([]float64, len(levels))}
	for i, level := range levels {
		below := 0
		for _, r := range ranks {
			if r <= level {
				below++
			}
		}
		c.Observed[i] = float64(below) / float64(len(ranks))
	}
	return c, nil
}

// Error returns the mean over the levels of (Observed - Level)² (Kuleshov, Fenner and Ermon 2018,
// https://arxiv.org/abs/1807.00263, equation 9, with equal weights that sum to 1).
func (c QuantileCurve) Error() float64 {
	sum := 0.0
	for i, level := range c.Level {
		d := c.Observed[i] - level
		sum += d * d
	}
	return sum / float64(len(c.Level))
}

// RegressionCalibrationError returns the error of the curve at the levels 0.05, 0.1, ..., 0.95, in [0, 1]. Arguments
// and errors are those of [QuantileCalibration].
func RegressionCalibrationError(ranks []float64) (float64, error) {
	levels := make([]float64, 19)
	for i := range levels {
		levels[i] = float64(i+1) / 20
	}
	c, err := QuantileCalibration(ranks, levels)
	if err != nil {
		return 0, err
	}
	return c.Error(), nil
}

// checkShares returns an error unless all numbers are in [0, 1].
func checkShares(what string, x []float64) error {
	for i, v := range x {
		if !(v >= 0 && v <= 1) {
			return fmt.Errorf("metrics: %s %d is %g, want 0..1", what, i, v)
		}
	}
	return nil
}
