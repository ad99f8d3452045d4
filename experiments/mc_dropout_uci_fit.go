package experiments

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"

	"credence/data"
	"credence/train"
)

// uciSplit is the work on one split of a set.
type uciSplit struct {
	plan   uciPlan
	run    *Run
	data   *data.UCI
	set    string
	number int
	scored func(name string) // called after each network
}

// uciPoint is a point of the grid.
type uciPoint struct{ Rate, Tau float64 }

// uciScores are those of one network on one choice of rows, in the units of the target.
type uciScores struct {
	RMSE   float64 // of the mean over the passes
	LogLik float64 // mean log-density under the passes, nats
	Plain  float64 // RMSE of one pass without dropout
	Single float64 // RMSE of one pass with it
}

// result chooses from the grid, trains on all training rows and scores the test rows.
func (s *uciSplit) result(ctx context.Context) (uciResult, error) {
	result := uciResult{Set: s.set, Split: s.number, Published: s.data.Published[s.number]}
	rows := s.data.Splits[s.number]
	best, err := s.choose(ctx, rows.Train)
	if err != nil {
		return result, err
	}
	result.uciPoint = best
	result.uciScores, err = s.scores(ctx, "test", best, rows.Train, rows.Test)
	return result, err
}

// choose returns the point of the grid under whose network, trained on the first of the rows, the last ones have the
// highest log-likelihood.
func (s *uciSplit) choose(ctx context.Context, rows []int) (best uciPoint, err error) {
	n := int(uciTrainShare * float64(len(rows)))
	highest := math.Inf(-1)
	for i, rate := range s.data.Rates {
		for j, tau := range s.data.Taus {
			point := uciPoint{rate, tau}
			scores, err := s.scores(ctx, fmt.Sprintf("rate%d-tau%d", i, j), point, rows[:n], rows[n:])
			if err != nil {
				return best, err
			}
			if scores.LogLik > highest {
				best, highest = point, scores.LogLik
			}
		}
	}
	return best, nil
}

// scores trains a network on some rows and scores it on others.
func (s *uciSplit) scores(ctx context.Context, what string, point uciPoint, training, held []int) (uciScores, error) {
	name := fmt.Sprintf("%s-split%d-%s", s.set, s.number, what)
	scores, err := part(s.run, name, func() (scores uciScores, err error) {
		trainSet, heldSet, scale, err := standardise(s.data.Table, training, held)
		if err != nil {
			return scores, err
		}
		net := newUCINetwork(point, trainSet.XShape()[0], s.data.Hidden, seedFrom(s.run.Seed, name))
		_, err = train.Fit(ctx, net, trainSet, train.Settings{
			Epochs: s.plan.Multiplier * s.data.Epochs, BatchSize: uciBatch, Seed: net.params.Seed(),
		})
		if err != nil {
			return scores, err
		}
		return net.scores(ctx, heldSet, scale, s.plan.Passes)
	})
	if err != nil {
		return scores, fmt.Errorf("%s: %w", name, err)
	}
	s.scored(name)
	return scores, nil
}

// seedFrom returns a seed of its own for each name.
func seedFrom(seed uint64, name string) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, seed, name)
	return h.Sum64()
}

// standardise returns the two choices of rows, less the mean of the first and divided by its standard deviation in
// each column; a column that does not vary is divided by 1. The scale is what targets were divided by.
func standardise(table *data.Table, training, held []int) (trainSet, heldSet *data.Table, scale float64, err error) {
	var all [2][2][][]float64 // training and held rows; inputs and targets
	for k, rows := range [][]int{training, held} {
		for _, row := range rows {
			x, y := table.At(row)
			all[k][0], all[k][1] = append(all[k][0], x), append(all[k][1], y)
		}
	}
	for part := range 2 {
		for column := range all[0][part][0] {
			var mean float64
			mean, scale = moments(all[0][part], column)
			for k := range all {
				for _, row := range all[k][part] {
					row[column] = (row[column] - mean) / scale
				}
			}
		}
	}
	if trainSet, err = data.NewTable(all[0][0], all[0][1]); err == nil {
		heldSet, err = data.NewTable(all[1][0], all[1][1])
	}
	return trainSet, heldSet, scale, err
}

// moments returns the mean and the standard deviation of a column, 1 instead of 0.
func moments(rows [][]float64, column int) (mean, deviation float64) {
	n := float64(len(rows))
	for _, row := range rows {
		mean += row[column] / n
	}
	for _, row := range rows {
		deviation += (row[column] - mean) * (row[column] - mean) / n
	}
	if deviation == 0 {
		return mean, 1
	}
	return mean, math.Sqrt(deviation)
}
