// Package credence_test holds the README to what the packages do.
package credence_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every Go block of the README stands, but for its indentation, in a file of tested examples.
func TestReadmeShowsTestedExamples(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	blocks := strings.Split(string(readme), "```go\n")[1:]
	files := []string{"models/bnn/example_test.go", "train/example_test.go", "infer/model_example_test.go", "infer/model_example_test.go"}
	require.Len(t, blocks, len(files))
	for i, file := range files {
		shown, _, found := strings.Cut(blocks[i], "```")
		require.True(t, found)
		example, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Contains(t, flush(string(example)), flush(shown))
	}
}

// flush removes the indentation of every line.
func flush(code string) string {
	lines := strings.Split(code, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimLeft(line, "\t")
	}
	return strings.Join(lines, "\n")
}
