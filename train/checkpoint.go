package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"credence/graph"
	"credence/weights"
)

// Interrupted reports a Fit whose context was cancelled. It unwraps to the context's error.
type Interrupted struct {
	Step, Steps int
	Checkpoint  string // the folder to go on from; empty if nothing was saved
	cause       error
}

func (e *Interrupted) Error() string {
	then := "nothing was saved, as no checkpoint folder was set"
	if e.Checkpoint != "" {
		then = fmt.Sprintf("saved in %s: the same run with that folder goes on from there", e.Checkpoint)
	}
	return fmt.Sprintf("train: stopped after step %d of %d; %s", e.Step, e.Steps, then)
}

func (e *Interrupted) Unwrap() error { return e.cause }

func (l *loop) interrupt(ctx context.Context, total int) error {
	if err := l.save(); err != nil {
		return errors.Join(err, ctx.Err())
	}
	return &Interrupted{Step: l.Done, Steps: total, Checkpoint: l.Checkpoint, cause: ctx.Err()}
}

// identity is what a run must share with a checkpoint to go on from it.
type identity struct {
	Seed      uint64 `json:"seed"`  // of the Params: initial values and noise
	Order     uint64 `json:"order"` // seed of the order of the examples
	BatchSize int    `json:"batch_size"`
	Examples  int    `json:"examples"`
}

// checkpoint is the metadata of a checkpoint file, whose arrays are all entries of the Params.
type checkpoint struct {
	identity
	progress
	Kernels string `json:"kernels"` // that wrote it; on others a run goes on, but to other bits
}

// metaKey is the metadata entry that a checkpoint is kept under; kinds are what it holds.
const metaKey = "train"

var kinds = []graph.Kind{graph.Trainable, graph.State, graph.Slot}

func (l *loop) path() string { return filepath.Join(l.Checkpoint, "checkpoint.safetensors") }

func (l *loop) identity() identity {
	return identity{Seed: l.model.Params().Seed(), Order: l.Seed, BatchSize: l.BatchSize, Examples: l.set.Len()}
}

func (l *loop) save() error {
	if l.Checkpoint == "" {
		return nil
	}
	meta, err := json.Marshal(checkpoint{l.identity(), l.progress, graph.Kernels()})
	if err != nil {
		return fmt.Errorf("train: saving a checkpoint: %w", err)
	}
	if err := os.MkdirAll(l.Checkpoint, 0o755); err != nil {
		return fmt.Errorf("train: saving a checkpoint: %w", err)
	}
	if err := weights.Save(l.path(), l.model.Params(), map[string]string{metaKey: string(meta)}, kinds...); err != nil {
		return fmt.Errorf("train: saving a checkpoint: %w", err)
	}
	l.saved = time.Now()
	return nil
}

// resume goes on from the checkpoint, if there is one.
func (l *loop) resume() error {
	if l.Checkpoint == "" {
		return nil
	}
	ps := l.model.Params().Clone()
	meta, err := weights.Load(l.path(), ps, kinds...)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("train: resuming: %w", err)
	}
	var c checkpoint
	if err := json.Unmarshal([]byte(meta[metaKey]), &c); err != nil {
		return fmt.Errorf("train: resuming: %s: %w", l.path(), err)
	}
	if want := l.identity(); want != c.identity {
		return fmt.Errorf("train: resuming: %s is of another run: seed %d, order %d, batches of %d of %d examples; this one has %d, %d, %d of %d",
			l.path(), c.Seed, c.Order, c.BatchSize, c.Examples, want.Seed, want.Order, want.BatchSize, want.Examples)
	}
	l.progress = c.progress
	return l.model.Params().CopyFrom(ps)
}
