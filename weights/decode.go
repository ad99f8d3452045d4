package weights

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/nlpodyssey/safetensors"

	"credence/graph"
)

// maxHeader bounds a header, in bytes; parsing one takes about 17 times its size.
const maxHeader = 8 << 20

// decode sets the chosen entries from a file, if all is in order, and returns its metadata.
func decode(file []byte, ps *graph.Params, kinds []graph.Kind) (map[string]string, error) {
	f, err := parse(file)
	if err != nil {
		return nil, err
	}
	entries := chosen(ps, kinds)
	if err := compare(entries, f.arrays); err != nil {
		return nil, err
	}
	return f.meta, f.fill(entries)
}

// contents are a file taken apart.
type contents struct {
	arrays map[string]*safetensors.TensorInfo
	data   []byte
	meta   map[string]string
}

// parse takes a file apart if it is whole.
func parse(file []byte) (*contents, error) {
	header, data, err := split(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if err := checkHeader(header); err != nil {
		return nil, fmt.Errorf("%w: header: %w", ErrCorrupt, err)
	}
	_, parsed, err := safetensors.ReadMetadata(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if err := verify(file, parsed.Metadata()); err != nil {
		return nil, err
	}
	meta := map[string]string{}
	for k, v := range parsed.Metadata() {
		if !strings.HasPrefix(k, reserved) {
			meta[k] = v
		}
	}
	return &contents{arrays: parsed.Tensors(), data: data, meta: meta}, nil
}

// fill sets entries that the file has arrays for.
func (f *contents) fill(entries []*graph.Param) error {
	for _, p := range entries {
		a := f.arrays[p.Name()]
		if err := p.Value().SetFloat64s(numbers(f.data[a.DataOffsets[0]:a.DataOffsets[1]], a.DType)); err != nil {
			return err
		}
	}
	return nil
}

// split returns the two parts of a file: the header, after its length in 8 bytes, and the arrays.
func split(file []byte) (header, data []byte, err error) {
	if len(file) < 8 {
		return nil, nil, fmt.Errorf("%d bytes are no safetensors file", len(file))
	}
	n := binary.LittleEndian.Uint64(file)
	switch rest := file[8:]; {
	case n > maxHeader:
		return nil, nil, fmt.Errorf("a header of %d bytes, more than %d", n, maxHeader)
	case n > uint64(len(rest)):
		return nil, nil, fmt.Errorf("a header of %d bytes in a file of %d", n, len(file))
	default:
		return rest[:n], rest[n:], nil
	}
}

// checkHeader refuses what the parser behind it would let pass: a name given twice, text that is not
// UTF-8, and null.
func checkHeader(header []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(header))
	for {
		token, err := d.ReadToken()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case token.Kind() == jsontext.KindNull:
			return fmt.Errorf("null at %s", d.StackPointer())
		}
	}
}

func numbers(data []byte, t safetensors.DType) []float64 {
	values := make([]float64, len(data)/int(t.Size()))
	for i := range values {
		if t == safetensors.F32 {
			values[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:])))
		} else {
			values[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
		}
	}
	return values
}
