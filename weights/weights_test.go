package weights_test

import (
	"bytes"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/weights"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// everyKind is what a checkpoint holds.
var everyKind = []graph.Kind{graph.Trainable, graph.State, graph.Slot}

// model declares an entry of each kind, a scalar among them, with values of the seed.
func model(p graph.Precision, seed uint64) *graph.Params {
	ps := graph.NewParams(p, seed)
	ps.New("fc0/w", graph.Gaussian(0, 1), 2, 3)
	ps.New("scale", graph.Gaussian(0, 1))
	ps.Declare(graph.State, "norm/mean", graph.Gaussian(0, 1), 3)
	ps.Declare(graph.Slot, "fc0/w/adam.m", graph.Gaussian(0, 1), 2, 3)
	return ps
}

// bitsOf returns the entries of the given kinds by name.
func bitsOf(ps *graph.Params, kinds ...graph.Kind) map[string][]uint64 {
	all := map[string][]uint64{}
	for _, p := range ps.All(kinds...) {
		for _, v := range p.Value().Float64s() {
			all[p.Name()] = append(all[p.Name()], math.Float64bits(v))
		}
	}
	return all
}

func encoded(t testing.TB, ps *graph.Params, meta map[string]string, kinds ...graph.Kind) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, weights.Write(&b, ps, meta, kinds...))
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	meta := map[string]string{"step": "12", "": "é\"\\\n<>", `"credence.sha256":"00`: ""}
	for _, precision := range []graph.Precision{graph.Float32, graph.Float64} {
		t.Run(precision.String(), func(t *testing.T) {
			a, b := model(precision, 1), model(precision, 2)
			slots := bitsOf(b, graph.Slot)

			path := filepath.Join(t.TempDir(), "model.safetensors")
			require.NoError(t, weights.Save(path, a, meta))
			got, err := weights.Load(path, b)
			require.NoError(t, err)
			require.Equal(t, meta, got)
			require.Equal(t, bitsOf(a, graph.Trainable, graph.State), bitsOf(b, graph.Trainable, graph.State))
			require.Equal(t, slots, bitsOf(b, graph.Slot))

			got, err = weights.Read(bytes.NewReader(encoded(t, a, nil, everyKind...)), b, everyKind...)
			require.NoError(t, err)
			require.Equal(t, map[string]string{}, got)
			require.Equal(t, bitsOf(a), bitsOf(b))
		})
	}
}

func TestEveryNumberSurvives(t *testing.T) {
	numbers := map[graph.Precision][]float64{
		graph.Float32: {
			0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), 1.0 / 3, math.MaxFloat32, math.SmallestNonzeroFloat32,
			float64(math.Float32frombits(0x7fc12345)), float64(math.Float32frombits(0xffeedcba)),
		},
		graph.Float64: {
			0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), 1.0 / 3, math.MaxFloat64, math.SmallestNonzeroFloat64,
			math.Float64frombits(0x7ff8123456789abc), math.Float64frombits(0xfff0000000000001),
		},
	}
	for precision, values := range numbers {
		t.Run(precision.String(), func(t *testing.T) {
			a, b := graph.NewParams(precision, 1), graph.NewParams(precision, 1)
			w := a.New("w", graph.Zeros, len(values))
			b.New("w", graph.Zeros, len(values))
			require.NoError(t, w.Value().SetFloat64s(values))
			_, err := weights.Read(bytes.NewReader(encoded(t, a, nil)), b)
			require.NoError(t, err)
			require.Equal(t, bitsOf(a), bitsOf(b))
		})
	}
}

func TestGoldenFile(t *testing.T) {
	ps := graph.NewParams(graph.Float32, 1)
	require.NoError(t, ps.New("fc0/w", graph.Zeros, 2, 2).Value().SetFloat64s([]float64{1, -2, 0.5, 1e-3}))
	ps.Declare(graph.State, "norm/mean", graph.Constant(3))
	file := encoded(t, ps, map[string]string{"model": "golden"})
	golden := filepath.Join("testdata", "golden.safetensors")
	if *update {
		require.NoError(t, os.WriteFile(golden, file, 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, want, file)

	before := bitsOf(ps)
	for _, p := range ps.All() {
		p.Value().Fill(-1)
	}
	meta, err := weights.Load(golden, ps)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"model": "golden"}, meta)
	require.Equal(t, before, bitsOf(ps))
}

// The file that testdata/foreign.py wrote has no checksum.
func TestFileOfAnotherProgram(t *testing.T) {
	ps := graph.NewParams(graph.Float32, 1)
	w, b, scale := ps.New("fc0/w", graph.Zeros, 2, 3), ps.New("fc0/b", graph.Zeros, 3), ps.New("scale", graph.Zeros)
	meta, err := weights.Load(filepath.Join("testdata", "foreign.safetensors"), ps)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"format": "np"}, meta)
	require.Equal(t, []float64{7, 8, 9}, b.Value().Float64s())
	require.Equal(t, 0.5, scale.Value().Item())
	require.Equal(t, float64(float32(0.1)), w.Value().At(3))
	require.True(t, math.Signbit(w.Value().At(5)))
}

func TestLoadingIsStrict(t *testing.T) {
	written := graph.NewParams(graph.Float64, 1)
	written.New("same", graph.Constant(5), 2)
	written.New("turned", graph.Constant(5), 2, 3)
	written.New("old", graph.Constant(5))
	written.Declare(graph.Slot, "same/adam.m", graph.Constant(5), 2)
	file := encoded(t, written, nil, everyKind...)

	ps := graph.NewParams(graph.Float64, 1)
	ps.New("same", graph.Zeros, 2)
	ps.New("turned", graph.Zeros, 3, 2)
	ps.New("new", graph.Zeros)
	before := bitsOf(ps)
	_, err := weights.Read(bytes.NewReader(file), ps)
	var mismatch *weights.MismatchError
	require.ErrorAs(t, err, &mismatch)
	require.Equal(t, &weights.MismatchError{
		Missing:    []string{"new"},
		Unexpected: []string{"old", "same/adam.m"},
		Differing:  []string{"turned is F64 [2 3] in the file, F64 [3 2] here"},
	}, mismatch)
	require.EqualError(t, err, "weights: reading: the file does not fit the parameters: missing: new; "+
		"unexpected: old, same/adam.m; differing: turned is F64 [2 3] in the file, F64 [3 2] here")
	require.Equal(t, before, bitsOf(ps))
}

func TestPrecisionsDoNotMix(t *testing.T) {
	file := encoded(t, model(graph.Float64, 1), nil)
	ps := model(graph.Float32, 1)
	before := bitsOf(ps)
	_, err := weights.Read(bytes.NewReader(file), ps)
	require.ErrorContains(t, err, "scale is F64 [] in the file, F32 [] here")
	require.Equal(t, before, bitsOf(ps))
}

func TestWhatCannotBeWritten(t *testing.T) {
	tests := []struct {
		name  string
		entry string
		meta  map[string]string
		wants string
	}{
		{"reserved key", "w", map[string]string{"credence.x": ""}, `metadata key "credence.x": "credence." is reserved`},
		{"key is not UTF-8", "w", map[string]string{"\xff": ""}, "is not UTF-8"},
		{"value is not UTF-8", "w", map[string]string{"k": "\xff"}, "is not UTF-8"},
		{"name is not UTF-8", "\xff", nil, "is no name for an array"},
		{"name of the metadata", "__metadata__", nil, "is no name for an array"},
		{"too much metadata", "w", map[string]string{"k": string(make([]byte, 2<<20))}, "of at most 8388608"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ps := graph.NewParams(graph.Float32, 1)
			ps.New(tt.entry, graph.Zeros)
			var b bytes.Buffer
			require.ErrorContains(t, weights.Write(&b, ps, tt.meta), tt.wants)
			require.Zero(t, b.Len())
		})
	}
}

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Write([]byte) (int, error) { return 0, errBroken }
func (broken) Read([]byte) (int, error)  { return 0, errBroken }

func TestBrokenReaderAndWriter(t *testing.T) {
	ps := model(graph.Float32, 1)
	require.ErrorIs(t, weights.Write(broken{}, ps, nil), errBroken)
	_, err := weights.Read(broken{}, ps)
	require.ErrorIs(t, err, errBroken)
}
