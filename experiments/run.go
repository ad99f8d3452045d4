package experiments

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"credence/data"
	"credence/report"
)

// Run is what an experiment is given: what it shall do, and where its results go. Its methods return no
// errors: what goes wrong is kept, the rest of the run is still written, and Do returns it.
//
// A Run is for one goroutine, but for Progress and Logf.
type Run struct {
	Scale Scale
	Seed  uint64
	Out   string      // the folder of results; it exists
	Data  data.Folder // of the data sets that are not embedded

	name     string
	progress *progress
	settings Settings
	checks   []Check
	tables   []Table
	figures  []report.Figure
	taken    map[string]bool
	errs     []error
}

// Setting records a choice that shaped the run, in the order given.
func (r *Run) Setting(name string, value any) {
	if r.unique("setting", name) {
		r.settings = append(r.settings, Setting{name, value})
	}
}

// Check records a number with the band that it must lie in. A check without a band could not fail: that is an
// error, and Info is meant.
func (r *Run) Check(c Check) {
	if c.Verdict() == report.None {
		r.fail(fmt.Errorf("check %q has no band: give Low or High, or record it with Info", c.Name))
	}
	r.record(c)
}

// Info records a number as it is, beside the paper's if there is one, without a verdict: its band is left out.
func (r *Run) Info(c Check) {
	c.Low, c.High = nil, nil
	r.record(c)
}

func (r *Run) record(c Check) {
	if err := c.problem(); err != nil {
		r.fail(err)
	}
	if r.unique("check", c.Name) {
		r.checks = append(r.checks, c)
	}
}

var fileName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Picture draws p and writes it as name.png at once, so that a long run shows it early. The name is in
// lower case, digits and hyphens; the caption says in a sentence what is to be seen.
func (r *Run) Picture(name, caption string, p report.Picture) {
	r.figure(name, ".png", func() (report.Figure, []byte, error) {
		png, err := report.PNG(p)
		return report.Figure{Name: name, Caption: caption, PNG: png}, png, err
	})
}

// Animation is Picture for an animation, which it writes as name.gif.
func (r *Run) Animation(name, caption string, a report.Animation) {
	r.figure(name, ".gif", func() (report.Figure, []byte, error) {
		gif, err := report.GIF(a)
		return report.Figure{Name: name, Caption: caption, GIF: gif}, gif, err
	})
}

func (r *Run) figure(name, ending string, draw func() (report.Figure, []byte, error)) {
	if !fileName.MatchString(name) {
		r.fail(fmt.Errorf("picture %q: a name is lower case, digits and hyphens", name))
		return
	}
	if !r.unique("picture", name) {
		return
	}
	figure, content, err := draw()
	if err == nil {
		r.figures = append(r.figures, figure)
		err = writeFile(filepath.Join(r.Out, name+ending), func(w io.Writer) error {
			_, err := w.Write(content)
			return err
		})
	}
	if err != nil {
		r.fail(fmt.Errorf("picture %s: %w", name, err))
	}
}

// Table records further results. Cells are strings, integers or floats; every row is as long as columns.
func (r *Run) Table(name, caption string, columns []string, rows [][]any) {
	for i, row := range rows {
		if len(row) != len(columns) {
			r.fail(fmt.Errorf("table %q: row %d has %d cells for %d columns", name, i, len(row), len(columns)))
			return
		}
	}
	if r.unique("table", name) {
		r.tables = append(r.tables, Table{name, caption, columns, rows})
	}
}

// Model saves the model as model.safetensors: save is called with a path of that ending, and the file takes its
// place only once it is whole.
func (r *Run) Model(save func(path string) error) {
	written := filepath.Join(r.Out, unfinished+"model.safetensors")
	defer os.Remove(written) // fails once it has been renamed, which is well
	err := save(written)
	if err == nil {
		err = replace(written, filepath.Join(r.Out, "model.safetensors"))
	}
	if err != nil {
		r.fail(fmt.Errorf("saving model: %w", err))
	}
}

// CheckpointDir returns a folder for what is needed to go on after an interruption. It is there again when the
// same experiment, scale and seed run with the same Out, and removed once the run has finished.
func (r *Run) CheckpointDir() string {
	dir := r.checkpoints()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		r.fail(err)
	}
	return dir
}

func (r *Run) checkpoints() string {
	return filepath.Join(r.Out, "checkpoints", runName(r.name, r.Scale, r.Seed))
}

// Phase names the work that the next calls of Progress report on, such as "maximum likelihood, seed 2". It ends
// the phase before.
func (r *Run) Phase(name string) { r.progress.phase(name) }

// Progress says that done of total units of work are behind us, with a few words on how it goes: "epoch 3,
// NLL 0.12". Fewer done than before, or another total, begin the phase anew. It is cheap enough for every step.
func (r *Run) Progress(done, total int, text string) { r.progress.update(done, total, text) }

// Logf prints a line, above the progress bar where there is one.
func (r *Run) Logf(format string, args ...any) { r.progress.logf(format, args...) }

// unique reports whether the name is new among those of its kind; a second one is an error.
func (r *Run) unique(kind, name string) bool {
	key := kind + " " + name
	if r.taken[key] {
		r.fail(fmt.Errorf("a second %s %q", kind, name))
		return false
	}
	if r.taken == nil {
		r.taken = map[string]bool{}
	}
	r.taken[key] = true
	return true
}

func (r *Run) fail(err error) { r.errs = append(r.errs, err) }

// problem returns what went wrong in the recording.
func (r *Run) problem() error {
	errs := r.errs
	if !r.verdicts() {
		errs = append(errs, errors.New("it recorded no check that can fail"))
	}
	return errors.Join(errs...)
}

func (r *Run) verdicts() bool {
	for _, c := range r.checks {
		if c.Verdict() != report.None {
			return true
		}
	}
	return false
}

func runName(name string, scale Scale, seed uint64) string {
	return fmt.Sprintf("%s-%s-seed%d", name, scale, seed)
}
