package experiments

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFind(t *testing.T) {
	list := List{{Name: "coin"}, {Name: "small-data"}}
	e, err := list.Find("small-data")
	require.NoError(t, err)
	require.Equal(t, "small-data", e.Name)
	_, err = list.Find("con")
	require.EqualError(t, err, `unknown experiment "con"; known: coin, small-data`)
	_, err = Find("con")
	require.ErrorContains(t, err, `unknown experiment "con"; known: `)
}

func TestParseScale(t *testing.T) {
	for _, s := range []Scale{Quick, Reduced, Paper} {
		got, err := ParseScale(string(s))
		require.NoError(t, err)
		require.Equal(t, s, got)
	}
	_, err := ParseScale("Quick")
	require.EqualError(t, err, `unknown scale "Quick"; known: quick, reduced, paper`)
}

// TestAll holds every experiment to what the command and the reports need of it.
func TestAll(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range All() {
		require.Regexp(t, fileName, e.Name)
		require.False(t, seen[e.Name], "%s is listed twice", e.Name)
		seen[e.Name] = true
		for what, text := range map[string]string{"summary": e.Summary, "needs": e.Needs, "paper": e.Paper} {
			require.NotEmpty(t, text, "%s: %s", e.Name, what)
			require.NotContains(t, text, "\n", "%s: %s is one line", e.Name, what)
		}
		require.NotEmpty(t, e.Scales, e.Name)
		for _, s := range e.Scales {
			_, err := ParseScale(string(s))
			require.NoError(t, err, e.Name)
		}
		require.NotNil(t, e.Run, e.Name)
	}
}

func TestVersion(t *testing.T) {
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "abc"}
	for _, row := range []struct {
		name string
		info debug.BuildInfo
		want string
	}{
		{"clean tree", debug.BuildInfo{Settings: []debug.BuildSetting{revision, {Key: "vcs.modified", Value: "false"}}}, "abc"},
		{"changed tree", debug.BuildInfo{Settings: []debug.BuildSetting{revision, {Key: "vcs.modified", Value: "true"}}}, "abc-modified"},
		{"installed", debug.BuildInfo{Main: debug.Module{Version: "v0.1.0"}}, "v0.1.0"},
		{"go run", debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, "devel"},
		{"nothing known", debug.BuildInfo{}, "devel"},
	} {
		t.Run(row.name, func(t *testing.T) { require.Equal(t, row.want, version(&row.info)) })
	}
}

func TestProcessor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cpuinfo")
	require.NoError(t, os.WriteFile(path, []byte("processor\t: 0\nmodel name\t: Fast: 9000 @ 3GHz\nmodel name\t: other\n"), 0o644))
	require.Equal(t, "Fast: 9000 @ 3GHz", processor(path))
	require.NoError(t, os.WriteFile(path, []byte("no model here\n"), 0o644))
	require.NotEmpty(t, processor(path))
	require.Equal(t, processor(path), processor(path+"-missing"))
	require.Regexp(t, `, GOMAXPROCS \d+, \S+ kernels$`, cpu())
}
