// Command _asm writes the assembly of package kernel, and its Go declarations, to the folder that its
// argument names:
//
//	go run . ..
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// files are what the command writes: NAME_amd64.s and NAME_stubs_amd64.go each.
var files = []struct {
	name string
	emit func(*build.Context)
}{
	{"gemm", gemm},
	{"pack", pack},
	{"unary", unary},
	{"noise", noise},
	{"trig32", trig},
	{"binary", binary},
	{"fused", fused},
	{"reduce", reduce},
	{"pool", pool},
	{"mxcsr", mxcsr},
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run . DIRECTORY")
		os.Exit(2)
	}
	for _, f := range files {
		if err := write(filepath.Join(os.Args[1], f.name), f.emit); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", f.name, err)
			os.Exit(1)
		}
	}
}

func write(path string, emit func(*build.Context)) error {
	c := build.NewContext()
	c.ConstraintExpr("!purego")
	emit(c)
	f, err := c.Result()
	if err != nil {
		return err
	}
	var code, stubs bytes.Buffer
	config := printer.Config{Name: "graph/internal/kernel/_asm", Pkg: "kernel"}
	err = pass.Concat(
		pass.Compile,
		&pass.Output{Writer: nopCloser{&code}, Printer: printer.NewGoAsm(config)},
		&pass.Output{Writer: nopCloser{&stubs}, Printer: printer.NewStubs(config)},
	).Execute(f)
	if err != nil {
		return err
	}
	if err := avx2Only(code.Bytes()); err != nil {
		return err
	}
	if err := os.WriteFile(path+"_amd64.s", code.Bytes(), 0o644); err != nil {
		return err
	}
	return os.WriteFile(path+"_stubs_amd64.go", stubs.Bytes(), 0o644)
}

type nopCloser struct{ *bytes.Buffer }

func (nopCloser) Close() error { return nil }

var (
	function = regexp.MustCompile(`(?m)^TEXT ·(\w+)\(SB\)`)
	evex     = regexp.MustCompile(`\b(Z\d+|[XY](1[6-9]|2\d|3[01])|K[1-7])\b`)
)

// avx2Only reports a function named ...AVX2 that ran out of the registers of that instruction set: the
// allocator knows of one set only, and the assembler would encode what it gave as AVX-512.
func avx2Only(code []byte) error {
	starts := function.FindAllSubmatchIndex(code, -1)
	for i, s := range starts {
		name, body := string(code[s[2]:s[3]]), code[s[0]:]
		if i+1 < len(starts) {
			body = code[s[0]:starts[i+1][0]]
		}
		if r := evex.Find(body); r != nil && bytes.HasSuffix([]byte(name), []byte("AVX2")) {
			return fmt.Errorf("%s uses %s", name, r)
		}
	}
	return nil
}
