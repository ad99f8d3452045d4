// Package credence_test holds the README to what the packages do.
package credence_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The README's first example is the body of a tested one, but for what prints its result.
func TestReadmeShowsATestedExample(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(readme), "```go\n")
	require.True(t, found)
	shown, _, found := strings.Cut(rest, "```")
	require.True(t, found)

	example, err := os.ReadFile("models/bnn/example_test.go")
	require.NoError(t, err)
	require.Contains(t, strings.ReplaceAll(string(example), "\n\t", "\n"), shown)
}
