// Package weights keeps the arrays of a graph.Params in safetensors files
// (https://huggingface.co/docs/safetensors), which the tools of Python read too.
//
//	err := weights.Save("model.safetensors", ps, map[string]string{"model": "bnn"})
//	meta, err := weights.Load("model.safetensors", ps)
//
// What is kept is the model, trainable parameters and state, unless other kinds are named: a
// checkpoint names graph.Slot too. Arrays are kept by name, in the Params' precision, exactly; of a
// float32 NaN that signals, the quiet form.
//
// Loading is strict: the file has an array of the right shape and precision for every entry, and no
// other, or nothing is changed and a [*MismatchError] lists what differs. A file carries a checksum,
// under a metadata key that begins with "credence.", of all its bytes: one that was truncated or
// altered, in a single bit even, is [ErrCorrupt]. A file of another program, without a checksum, is
// read as it is.
package weights

import (
	"fmt"
	"io"
	"os"

	"credence/graph"
)

// Save writes the entries of ps to a file, with metadata as in [Write]. The file appears in whole or
// not at all: until then, and after a crash or on a full disk, the path holds what it held before.
// On Unix the new file is on the disk when Save returns.
func Save(path string, ps *graph.Params, meta map[string]string, kinds ...graph.Kind) error {
	file, err := encode(ps, meta, kinds)
	if err == nil {
		err = replace(path, file)
	}
	if err != nil {
		return fmt.Errorf("weights: saving %s: %w", path, err)
	}
	return nil
}

// Load sets the entries of ps from a file, and returns its metadata, as [Read] does.
func Load(path string, ps *graph.Params, kinds ...graph.Kind) (map[string]string, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("weights: loading: %w", err) // names the path
	}
	meta, err := decode(file, ps, kinds)
	if err != nil {
		return nil, fmt.Errorf("weights: loading %s: %w", path, err)
	}
	return meta, nil
}

// Open returns the arrays of a file, and its metadata, as Params of their own: by name, in the file's
// precision. It is for files whose arrays are not known beforehand. Arrays of other types than
// float32 and float64, or of both, are an error.
func Open(path string) (*graph.Params, map[string]string, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("weights: opening: %w", err) // names the path
	}
	ps, meta, err := declare(file)
	if err != nil {
		return nil, nil, fmt.Errorf("weights: opening %s: %w", path, err)
	}
	return ps, meta, nil
}

// Write writes the entries of ps that are of the given kinds or, if none is given, trainable or
// state. Metadata and names are UTF-8; metadata keys do not begin with "credence.". The same entries
// and metadata give the same bytes.
func Write(w io.Writer, ps *graph.Params, meta map[string]string, kinds ...graph.Kind) error {
	file, err := encode(ps, meta, kinds)
	if err == nil {
		_, err = w.Write(file)
	}
	if err != nil {
		return fmt.Errorf("weights: writing: %w", err)
	}
	return nil
}

// Read sets the entries of ps of the kinds that [Write] was given, from all that r holds, and
// returns the metadata that was written, never nil. After an error ps is as before.
func Read(r io.Reader, ps *graph.Params, kinds ...graph.Kind) (map[string]string, error) {
	file, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("weights: reading: %w", err)
	}
	meta, err := decode(file, ps, kinds)
	if err != nil {
		return nil, fmt.Errorf("weights: reading: %w", err)
	}
	return meta, nil
}

// chosen returns the entries of the given kinds, or of a model's.
func chosen(ps *graph.Params, kinds []graph.Kind) []*graph.Param {
	if len(kinds) == 0 {
		kinds = []graph.Kind{graph.Trainable, graph.State}
	}
	return ps.All(kinds...)
}
