package experiments

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// quiet is the least time between two lines of progress where there is no terminal.
const quiet = 10 * time.Second

// progress shows how far a run is: a bar on a terminal; elsewhere a line now and then, and the last.
// It is safe for concurrent use.
type progress struct {
	out  io.Writer
	live bool // out is a terminal
	now  func() time.Time

	mu          sync.Mutex
	name        string
	running     bool
	start, told time.Time // of the phase; of the line printed last
	first       int       // units done at start, when the run goes on from a checkpoint
	done, total int
	complete    bool   // the line for done == total is printed
	untold      string // what would be printed last, if nothing follows

	bars   *mpb.Progress
	bar    *mpb.Bar
	status atomic.Value // string: the bar's text, read by mpb's goroutine, which must not wait for mu
}

func (p *progress) phase(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end()
	p.name = name
}

func (p *progress) update(done, total int, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running && (done < p.done || total != p.total) {
		p.end()
	}
	now := p.now()
	if !p.running {
		p.begin(done, total, now)
	}
	if p.done = done; p.complete {
		return
	}
	status := strings.TrimSpace(text + "  " + p.pace(now))
	if p.live {
		p.status.Store(status)
		p.bar.SetCurrent(int64(done))
		return
	}
	p.untold = fmt.Sprintf("%s%d/%d  %s", p.prefix(), done, total, status)
	if done >= total || now.Sub(p.told) >= quiet {
		p.tell(now)
	}
}

func (p *progress) begin(done, total int, now time.Time) {
	p.running, p.complete, p.start, p.told = true, false, now, now
	p.first, p.done, p.total = done, done, total
	if !p.live {
		return
	}
	p.status.Store("")
	p.bars = mpb.New(mpb.WithOutput(p.out), mpb.WithAutoRefresh())
	p.bar = p.bars.AddBar(int64(total), mpb.BarWidth(24),
		mpb.PrependDecorators(decor.Name(p.prefix()), decor.CountersNoUnit("%d/%d ")),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return " " + p.status.Load().(string) })))
}

// end finishes what is shown of a phase, so that lines can follow.
func (p *progress) end() {
	if p.running && p.untold != "" {
		p.tell(p.now())
	}
	if p.bar != nil {
		p.bar.Abort(false) // does nothing to a full bar
		p.bars.Wait()
		p.bar, p.bars = nil, nil
	}
	p.running = false
}

func (p *progress) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end()
}

func (p *progress) tell(now time.Time) {
	fmt.Fprintln(p.out, p.untold)
	p.told, p.untold, p.complete = now, "", p.done >= p.total
}

func (p *progress) logf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := fmt.Sprintf(format, args...) + "\n"
	if p.bars != nil {
		if _, err := io.WriteString(p.bars, line); err == nil {
			return
		}
	}
	io.WriteString(p.out, line)
}

func (p *progress) prefix() string {
	if p.name == "" {
		return ""
	}
	return p.name + ": "
}

// pace returns the rate and the time left, or the time taken once all is done; nothing before it is known.
func (p *progress) pace(now time.Time) string {
	elapsed := now.Sub(p.start)
	if p.done <= p.first || elapsed <= 0 {
		return ""
	}
	each := elapsed / time.Duration(p.done-p.first)
	if p.done >= p.total {
		return fmt.Sprintf("(%s, took %s)", rate(each), round(elapsed))
	}
	return fmt.Sprintf("(%s, %s left)", rate(each), round(each*time.Duration(p.total-p.done)))
}

func rate(each time.Duration) string {
	if each > time.Second {
		return fmt.Sprintf("%.3g s each", each.Seconds())
	}
	return fmt.Sprintf("%.3g/s", 1/max(each, 1).Seconds())
}

func round(d time.Duration) time.Duration {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Second)
}
