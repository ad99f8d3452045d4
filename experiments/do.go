package experiments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"credence/data"
	"credence/report"
)

// ChecksError says that an experiment ran to its end and did not show what it should.
type ChecksError struct {
	Experiment string
	Failed     []Check
	Total      int // checks with a verdict
}

func (e *ChecksError) Error() string {
	names := make([]string, len(e.Failed))
	for i, c := range e.Failed {
		names[i] = fmt.Sprintf("%s is %g, not %s", c.Name, c.Value, c.Band())
	}
	return fmt.Sprintf("experiments: %s: %d of %d checks failed: %s", e.Experiment, len(e.Failed), e.Total, strings.Join(names, "; "))
}

// Options say how to run an experiment.
type Options struct {
	Scale Scale
	Seed  uint64
	Out   string      // folder of the results; results/NAME-SCALE-seedN under the working folder
	Data  data.Folder // of the data sets that are not embedded
}

// command returns what to type for the same run.
func (o Options) command(name string) string {
	c := fmt.Sprintf("credence reproduce %s --scale %s --seed %d", name, o.Scale, o.Seed)
	if o.Out != "" {
		c += " --out " + shellQuote(o.Out)
	}
	if o.Data != "" {
		c += " --data-dir " + shellQuote(string(o.Data))
	}
	return c
}

// Do runs e and writes what it found: result.json, its pictures, its model and report.html. Progress and
// the table of checks go to stdout.
//
// It returns a *ChecksError if checks failed, and an error that wraps ctx's and says how to go on if ctx ended
// the run; then result.json and report.html are as they were before.
func Do(ctx context.Context, e Experiment, o Options, stdout io.Writer) error {
	if err := e.Has(o.Scale); err != nil {
		return fmt.Errorf("experiments: %w", err)
	}
	command := o.command(e.Name)
	if o.Out == "" {
		o.Out = filepath.Join("results", runName(e.Name, o.Scale, o.Seed))
	}
	if err := makeWritable(o.Out); err != nil {
		return err
	}
	r := &Run{Scale: o.Scale, Seed: o.Seed, Out: o.Out, Data: o.Data, name: e.Name}
	r.progress = &progress{out: stdout, live: isTerminal(stdout), now: time.Now}
	w := startWall(r.checkpoints(), 5*time.Second)
	err := e.Run(ctx, r)
	took := w.stop()
	r.progress.close()
	if err != nil {
		return r.stopped(ctx, err, command)
	}
	return r.finish(e, command, took, stdout)
}

// stopped explains a run that did not reach its end.
func (r *Run) stopped(ctx context.Context, err error, command string) error {
	reason := ctx.Err()
	if reason == nil {
		return fmt.Errorf("experiments: %s: %w", r.name, err)
	}
	if !errors.Is(err, reason) {
		err = fmt.Errorf("%w: %w", err, reason)
	}
	if saved, _ := os.ReadDir(r.checkpoints()); len(saved) == 0 {
		return fmt.Errorf("experiments: %s was interrupted before anything was saved (%w); to start again: %s", r.name, err, command)
	}
	return fmt.Errorf("experiments: %s was interrupted (%w); to go on from %s: %s", r.name, err, r.checkpoints(), command)
}

// finish writes and prints the results and says whether they are as they should be.
func (r *Run) finish(e Experiment, command string, took time.Duration, stdout io.Writer) error {
	result := Result{
		Experiment: e.Name, Paper: e.Paper, Scale: r.Scale, Seed: r.Seed, Seeds: seedsOf(r.settings, r.Seed),
		Version: Version(), Go: runtime.Version(), CPU: cpu(),
		Settings: r.settings, WallSeconds: took.Seconds(), Checks: r.checks, Tables: r.tables,
	}
	page := result.page(e, r.figures, command)
	printChecks(stdout, page.Checks)
	if err := r.write(result, page); err != nil {
		return fmt.Errorf("experiments: %s: writing results: %w", e.Name, err)
	}
	fmt.Fprintf(stdout, "report: %s\n", filepath.Join(r.Out, "report.html"))
	os.RemoveAll(r.checkpoints())
	os.Remove(filepath.Dir(r.checkpoints())) // only if no other run has its own there

	if err := r.problem(); err != nil {
		return fmt.Errorf("experiments: %s: %w", e.Name, err)
	}
	if failed := result.Failed(); len(failed) > 0 {
		return &ChecksError{e.Name, failed, len(failed) + page.PassedCount()}
	}
	return nil
}

func (r *Run) write(result Result, page report.Page) error {
	if err := writeFile(filepath.Join(r.Out, "report.html"), page.Write); err != nil {
		return err
	}
	return writeFile(filepath.Join(r.Out, "result.json"), func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(result)
	})
}

// shellQuote returns s as one word of a POSIX shell.
func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+=:,@%", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
