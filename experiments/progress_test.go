package experiments

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// clocked returns a progress that writes plain lines to the buffer by a clock that the test moves.
func clocked() (p *progress, out *bytes.Buffer, clock *time.Time) {
	out, clock = new(bytes.Buffer), new(time.Unix(0, 0))
	return &progress{out: out, now: func() time.Time { return *clock }}, out, clock
}

func TestProgressInPlainLines(t *testing.T) {
	p, out, clock := clocked()
	p.phase("training")
	for step := 1; step <= 30; step++ {
		p.update(step, 30, "NLL 0.5")
		*clock = clock.Add(time.Second)
	}
	p.update(30, 30, "NLL 0.5")
	p.phase("testing")
	p.update(1, 4, "")
	p.logf("half of %s", "it")
	p.close()
	require.Equal(t, []string{
		"training: 11/30  NLL 0.5  (1/s, 19s left)",
		"training: 21/30  NLL 0.5  (1/s, 9s left)",
		"training: 30/30  NLL 0.5  (1/s, took 29s)",
		"half of it",
		"testing: 1/4  ",
	}, strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n"))
}

func TestProgressMeasuresFromWhereItGoesOn(t *testing.T) {
	p, out, clock := clocked()
	p.update(500, 600, "")
	*clock = clock.Add(20 * time.Second)
	p.update(510, 600, "")
	require.Equal(t, "510/600  (2 s each, 3m0s left)\n", out.String())
}

func TestProgressBeginsAnew(t *testing.T) {
	p, out, clock := clocked()
	p.update(9, 10, "a")
	*clock = clock.Add(time.Second)
	p.update(1, 10, "b") // fewer done
	p.update(1, 20, "c") // another total
	p.close()
	require.Equal(t, "9/10  a\n1/10  b\n1/20  c\n", out.String())
}

func TestProgressOfNothing(t *testing.T) {
	p, out, _ := clocked()
	p.update(0, 0, "empty")
	p.close()
	require.Equal(t, "0/0  empty\n", out.String())
	p.close()
	require.Equal(t, "0/0  empty\n", out.String())
}

// TestProgressOnATerminal draws the bar as a terminal would have it.
func TestProgressOnATerminal(t *testing.T) {
	var out bytes.Buffer
	p := &progress{out: &out, live: true, now: time.Now}
	p.phase("training")
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for step := range 100 {
				p.update(step, 100, "NLL 0.5")
			}
		})
	}
	wg.Wait()
	p.logf("in the middle")
	p.phase("testing")
	p.update(2, 2, "accuracy 0.98")
	p.phase("")
	p.logf("after the bar")
	p.close()
	printed := out.String()
	require.Contains(t, printed, "in the middle\n")
	require.Regexp(t, `training: \d+/100 .*NLL 0.5`, printed)
	require.Regexp(t, `testing: 2/2  \[=+\]  accuracy 0.98`, printed)
	require.True(t, strings.HasSuffix(printed, "after the bar\n"), printed)
}
