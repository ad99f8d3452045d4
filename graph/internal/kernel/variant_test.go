package kernel

import (
	"fmt"
	"os"
	"testing"
)

// TestMain runs everything once for each variant that the processor has.
func TestMain(m *testing.M) {
	for v := plain; v <= best(); v++ {
		level = v
		fmt.Printf("variant: %v\n", v)
		if code := m.Run(); code != 0 {
			os.Exit(code)
		}
	}
}
