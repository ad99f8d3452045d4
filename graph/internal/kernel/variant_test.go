package kernel

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// TestMain runs everything once for each variant that the processor has; but fuzz targets, which run them
// all themselves, only once.
func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.fuzz").Value.String() != "" {
		os.Exit(m.Run())
	}
	for v := plain; v <= best(); v++ {
		level = v
		fmt.Printf("variant: %v\n", v)
		if code := m.Run(); code != 0 {
			os.Exit(code)
		}
	}
}
