package kernel

import (
	bytes "encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// family is a set of kernels with operands alike. A run takes its operands from x, all of it, as shape
// says, and fills dst, which has size(len(x), shape) elements.
type family struct {
	names []string
	size  func(n, shape int) int
	run   func(kernel int, dst, x []float32, shape int)
}

// operandOf returns number i of the operands that x holds, n elements each: only the first element if shape
// has bit i.
func operandOf(x []float32, i, n, shape int) []float32 {
	x = x[i*n : (i+1)*n]
	if n > 1 && shape>>i&1 != 0 {
		return x[:1]
	}
	return x
}

func unaryFamily() family {
	f := family{size: func(n, _ int) int { return n }}
	for _, row := range unaryRows {
		f.names = append(f.names, row.name)
	}
	f.run = func(kernel int, dst, x []float32, _ int) { unaryRows[kernel].single(dst, x) }
	return f
}

func binaryFamily() family {
	f := family{size: func(n, _ int) int { return n / 2 }}
	for _, row := range binaryRows {
		f.names = append(f.names, row.name)
	}
	f.run = func(kernel int, dst, x []float32, shape int) {
		n := len(dst)
		binaryRows[kernel].single(dst, operandOf(x, 0, n, shape), operandOf(x, 1, n, shape))
	}
	return f
}

func ternaryFamily() family {
	f := family{size: func(n, _ int) int { return n / 3 }}
	loops := []func(dst, a, b, c []float32){Where[float32]}
	f.names = []string{"Where"}
	for _, row := range ternaryRows {
		f.names, loops = append(f.names, row.name), append(loops, row.fused)
	}
	f.run = func(kernel int, dst, x []float32, shape int) {
		n := len(dst)
		loops[kernel](dst, operandOf(x, 0, n, shape), operandOf(x, 1, n, shape), operandOf(x, 2, n, shape))
	}
	return f
}

// fusedFamily has the kernels of several results, which lie in dst one after the other.
func fusedFamily() family {
	return family{
		names: []string{"SoftplusSigmoid", "Adam"},
		size:  func(n, _ int) int { return n / 4 * 3 },
		run: func(kernel int, dst, x []float32, _ int) {
			n := len(dst) / 3
			if kernel == 0 {
				clear(dst[2*n:])
				SoftplusSigmoid(dst[:n], dst[n:2*n], x[:n])
				return
			}
			k := [6]float32{0.9, 0.1, 0.999, 0.001, 1e-3, 1e-8}
			copy(k[:], x[4*n:]) // what the division leaves
			Adam(dst[:n], dst[n:2*n], dst[2*n:], x[:n], x[n:2*n], x[2*n:3*n], x[3*n:4*n], &k)
		},
	}
}

// reduceFamily takes x as [outer, n, inner]; shape chooses inner and outer.
func reduceFamily() family {
	f := family{names: []string{"Softmax", "LogSoftmax"}}
	loops := []func(dst, x []float32, outer, n, inner int){Softmax[float32], LogSoftmax[float32]}
	for _, row := range reductions {
		f.names, loops = append(f.names, row.name), append(loops, row.single)
	}
	inners := []int{1, 1, 2, 3, 7, 16, 33, 65}
	dims := func(total, shape int) (outer, n, inner int) {
		inner, outer = inners[shape%8], 1+shape/8%4
		return outer, total / inner / outer, inner
	}
	f.size = func(total, shape int) int {
		outer, _, inner := dims(total, shape)
		return max(total, outer*inner)
	}
	f.run = func(kernel int, dst, x []float32, shape int) {
		outer, n, inner := dims(len(x), shape)
		clear(dst)
		loops[kernel](dst, x[:outer*n*inner], outer, n, inner)
	}
	return f
}

// noiseFamily takes seed, node, step and the first element from the bits of x.
func noiseFamily() family {
	return family{
		names: []string{"Uniform", "Normal"},
		size:  func(n, _ int) int { return n },
		run: func(kernel int, dst, x []float32, shape int) {
			var b [6]uint64
			for i, v := range x[:min(len(x), len(b))] {
				b[i] = uint64(math.Float32bits(v))
			}
			first := min(int(b[0])<<(shape%4), noiseEnd-len(dst))
			loop := []func([]float32, int, uint64, uint32, uint64){Uniform[float32], Normal[float32]}[kernel]
			loop(dst, first, b[1]|b[2]<<32, uint32(b[3]), b[4]|b[5]<<32)
		},
	}
}

// fuzz holds every variant to the bits of the specification, and to the elements that it was given.
func fuzz(f *testing.F, family family) {
	rng := rand.New(rand.NewPCG(51, 52))
	for kernel := range family.names {
		for _, n := range []int{0, 1, 17, 100, 257} {
			var data []byte
			for _, v := range everyMagnitude(rng, n) {
				data = bytes.LittleEndian.AppendUint32(data, math.Float32bits(v))
			}
			f.Add(uint8(kernel), uint8(rng.Uint32()), uint8(rng.Uint32()), data)
		}
	}
	f.Fuzz(func(t *testing.T, kernel, shape, offset uint8, data []byte) {
		x := make([]float32, min(len(data)/4, 4096))
		for i := range x {
			x[i] = math.Float32frombits(bytes.LittleEndian.Uint32(data[4*i:]))
		}
		before := slices.Clone(x)
		k, size := int(kernel)%len(family.names), family.size(len(x), int(shape))
		want := make([]float32, size)
		under(plain, func() { family.run(k, want, x, int(shape)) })
		for v := avx2; v <= best(); v++ {
			memory := make([]float32, int(offset%16)+size+2)
			whole := memory[offset%16:]
			fill(whole, []float32{-77})
			under(v, func() { family.run(k, whole[1:size+1], x, int(shape)) })
			sameBits(t, want, whole, family.names[k], v)
		}
		for i := range x {
			if math.Float32bits(x[i]) != math.Float32bits(before[i]) {
				t.Fatalf("%s changed element %d of its operands", family.names[k], i)
			}
		}
	})
}

func FuzzUnary(f *testing.F) { fuzz(f, unaryFamily()) }

func FuzzBinary(f *testing.F) { fuzz(f, binaryFamily()) }

func FuzzTernary(f *testing.F) { fuzz(f, ternaryFamily()) }

func FuzzFused(f *testing.F) { fuzz(f, fusedFamily()) }

func FuzzReduce(f *testing.F) { fuzz(f, reduceFamily()) }

func FuzzNoise(f *testing.F) { fuzz(f, noiseFamily()) }
