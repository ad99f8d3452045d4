package graph

import (
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
)

// ShapeError reports operands that do not fit an operation. Compile returns it.
type ShapeError struct {
	Pos      string   // file:line of the user's code that applied the operation
	Op       string   // the operation, MatMul say
	Operands []string // each operand's name and shape
	Reason   string
}

func (e *ShapeError) Error() string {
	return fmt.Sprintf("%s: %s %s: %s", e.Pos, e.Op, strings.Join(e.Operands, ", "), e.Reason)
}

// NonFiniteError reports a run whose result is NaN or infinite. The run changed no parameter.
type NonFiniteError struct {
	Step   uint64
	Output string // the output that went bad
	Node   string // the first node on the way to it that did, with its operands
	Pos    string // file:line of the user's code that made the node; empty for an input or a parameter
	Value  float64
	Index  int // flat index of the first bad element in the node
}

func (e *NonFiniteError) Error() string {
	cause := fmt.Sprintf("%s holds %v at element %d", e.Node, e.Value, e.Index)
	if e.Pos != "" {
		cause = fmt.Sprintf("%s: %s gives %v at element %d from finite operands", e.Pos, e.Node, e.Value, e.Index)
	}
	return fmt.Sprintf("graph: step %d: %s is not finite: %s", e.Step, e.Output, cause)
}

// site is where in the user's code a node was made.
type site [24]uintptr

func here() (s site) {
	runtime.Callers(3, s[:])
	return s
}

// module is the path of this module, the prefix of its packages' names.
var module = strings.TrimSuffix(reflect.TypeFor[Node]().PkgPath(), "/graph")

// String returns the file and line of the innermost frame outside the library: a test, a command, an
// experiment or another module.
func (s site) String() string {
	n := 0
	for n < len(s) && s[n] != 0 {
		n++
	}
	if n == 0 {
		return ""
	}
	frames := runtime.CallersFrames(s[:n])
	last := ""
	for {
		f, more := frames.Next()
		last = fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		if !more || !library(f) {
			return last
		}
	}
}

func library(f runtime.Frame) bool {
	rest, inside := strings.CutPrefix(f.Function, module+"/")
	if !inside || strings.HasSuffix(f.File, "_test.go") {
		return false
	}
	for _, user := range []string{"cmd/", "experiments", "benchmarks"} {
		if strings.HasPrefix(rest, user) {
			return false
		}
	}
	return true
}
