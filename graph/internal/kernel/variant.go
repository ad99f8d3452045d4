package kernel

//go:generate sh -c "cd _asm && go run . .."

// variant is a version of the loops.
type variant uint8

const (
	plain  variant = iota // the specification, in Go
	avx2                  // AVX2 with fused multiply-add
	avx512                // AVX-512 F, BW, DQ and VL
)

// level is the version that runs. Only tests change it.
var level = best()

// Variant names the version of the loops that runs: plain, AVX2 or AVX-512.
func Variant() string { return level.String() }

func (v variant) String() string { return [...]string{"plain", "AVX2", "AVX-512"}[v] }
