package graph

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSpecialFunctionsAreNeverRepeated holds fusion's costs to what is declared: all but Floor take long.
func TestSpecialFunctionsAreNeverRepeated(t *testing.T) {
	files, err := filepath.Glob("special*.go")
	require.NoError(t, err)
	made := regexp.MustCompile(`special[123]\("(\w+)"`)
	seen := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range made.FindAllSubmatch(source, -1) {
			label := string(m[1])
			require.Equal(t, label != "Floor", costOf(elementwise{label: label}) > farCost, label)
			seen++
		}
	}
	require.Greater(t, seen, 30)
}
