package weights

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/nlpodyssey/safetensors"

	"credence/graph"
)

// encode returns the file of the chosen entries.
func encode(ps *graph.Params, meta map[string]string, kinds []graph.Kind) ([]byte, error) {
	all := map[string]string{versionKey: version, sumKey: unsummed}
	for k, v := range meta {
		if strings.HasPrefix(k, reserved) {
			return nil, fmt.Errorf("metadata key %q: %q is reserved", k, reserved)
		}
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return nil, fmt.Errorf("metadata %q: %q is not UTF-8", k, v)
		}
		all[k] = v
	}
	views := map[string]view{}
	for _, p := range chosen(ps, kinds) {
		if p.Name() == "__metadata__" || !utf8.ValidString(p.Name()) {
			return nil, fmt.Errorf("%q is no name for an array in a file", p.Name())
		}
		views[p.Name()] = viewOf(p)
	}
	file, err := safetensors.Serialize(views, all)
	if err != nil {
		return nil, err
	}
	if n := binary.LittleEndian.Uint64(file); n > maxHeader {
		return nil, fmt.Errorf("names and metadata take %d bytes of at most %d", n, maxHeader)
	}
	return file, sign(file)
}

// view is an entry as the serialiser wants it.
type view struct {
	dtype safetensors.DType
	shape []uint64
	data  []byte
}

func (v view) DType() safetensors.DType { return v.dtype }
func (v view) Shape() []uint64          { return v.shape }
func (v view) Data() []byte             { return v.data }
func (v view) DataLen() uint64          { return uint64(len(v.data)) }

func viewOf(p *graph.Param) view {
	v := view{dtype: dtypeOf(p.Params()), shape: shapeOf(p)}
	values := p.Value().Float64s()
	v.data = make([]byte, 0, len(values)*int(v.dtype.Size()))
	for _, x := range values {
		if v.dtype == safetensors.F32 {
			v.data = binary.LittleEndian.AppendUint32(v.data, math.Float32bits(float32(x)))
		} else {
			v.data = binary.LittleEndian.AppendUint64(v.data, math.Float64bits(x))
		}
	}
	return v
}

func dtypeOf(ps *graph.Params) safetensors.DType {
	if ps.Precision() == graph.Float32 {
		return safetensors.F32
	}
	return safetensors.F64
}

// shapeOf returns the shape of p; a scalar's is empty, not nil, which would be written as null.
func shapeOf(p *graph.Param) []uint64 {
	s := []uint64{}
	for _, d := range p.Shape() {
		s = append(s, uint64(d))
	}
	return s
}
