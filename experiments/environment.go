package experiments

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"credence/graph"
)

// Version returns the revision that the program was built from, marked "-modified" if the tree had changes;
// the module's version where there is no revision; "devel" where there is neither, as under go run.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	return version(info)
}

func version(info *debug.BuildInfo) string {
	revision, modified := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = "-modified"
		}
	}
	switch {
	case revision != "":
		return revision + modified
	case info.Main.Version != "" && info.Main.Version != "(devel)":
		return info.Main.Version
	}
	return "devel"
}

// cpu names the processor, how many threads Go may use on it, and the kernels that the bits depend on.
func cpu() string {
	return fmt.Sprintf("%s, GOMAXPROCS %d, %s kernels", processor("/proc/cpuinfo"), runtime.GOMAXPROCS(0), graph.Kernels())
}

// processor reads the model's name from a file like Linux's /proc/cpuinfo; the architecture's without one.
func processor(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return runtime.GOARCH
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), ":")
		if strings.TrimSpace(key) == "model name" && strings.TrimSpace(value) != "" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
