package graph_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryOpHasARow(t *testing.T) {
	notOps := []string{"Node.Named", "Graph.Failf", "Graph.Input", "Graph.Param", "Graph.Once", "Grad"}
	declared := exportedMakersOfNodes(t)
	var rows []string
	for _, r := range opRows {
		rows = append(rows, r.op)
	}
	for _, op := range declared {
		if !slices.Contains(notOps, op) {
			require.Contains(t, rows, op, "the op table has no row for it")
		}
	}
	for _, op := range rows {
		require.Contains(t, declared, op, "the row is of no declared operation")
	}
}

// exportedMakersOfNodes returns the functions, and the methods as Type.Name, that return a *Node.
func exportedMakersOfNodes(t *testing.T) []string {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var names []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() || f.Type.Results == nil || pointee(f.Type.Results.List[0].Type) != "Node" {
				continue
			}
			name := f.Name.Name
			if f.Recv != nil {
				name = pointee(f.Recv.List[0].Type) + "." + name
			}
			names = append(names, name)
		}
	}
	return names
}

func pointee(e ast.Expr) string {
	if star, ok := e.(*ast.StarExpr); ok {
		if id, ok := star.X.(*ast.Ident); ok {
			return id.Name
		}
	}
	return ""
}
