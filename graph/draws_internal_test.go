package graph

import (
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph/internal/kernel"
)

func TestThereIsAnEndToDraws(t *testing.T) {
	g := New(NewParams(Float32, 1), Train)
	g.noises = kernel.DrawNodes - 1
	x := g.Const(1)
	g.Poisson(x)
	require.NoError(t, g.Err())
	g.Poisson(x)
	require.ErrorContains(t, g.Err(), "Poisson: a graph has at most 1048576 draws")
}
