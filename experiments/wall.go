package experiments

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// wall measures the time of a run, which several processes may have worked on. Every few seconds it notes beside
// the checkpoints, once there are some, how much has gone by.
type wall struct {
	path    string
	before  time.Duration // of the processes before
	start   time.Time
	stopped chan struct{}
	noting  sync.WaitGroup
}

// startWall goes on from the time that the processes before have noted.
func startWall(checkpoints string, every time.Duration) *wall {
	w := &wall{path: filepath.Join(checkpoints, "wall-seconds"), start: time.Now(), stopped: make(chan struct{})}
	if noted, err := os.ReadFile(w.path); err == nil {
		seconds, _ := strconv.ParseFloat(strings.TrimSpace(string(noted)), 64) // what is torn counts as nothing
		w.before = time.Duration(seconds * float64(time.Second))
	}
	w.noting.Go(func() {
		ticks := time.NewTicker(every)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				w.note()
			case <-w.stopped:
				w.note()
				return
			}
		}
	})
	return w
}

// stop returns the time of the run, of all the processes.
func (w *wall) stop() time.Duration {
	took := w.soFar()
	close(w.stopped)
	w.noting.Wait()
	return took
}

func (w *wall) soFar() time.Duration { return w.before + time.Since(w.start) }

// note writes the time down. A run of which nothing else is kept starts anew.
func (w *wall) note() {
	if kept, _ := os.ReadDir(filepath.Dir(w.path)); len(kept) > 0 {
		writeFile(w.path, func(f io.Writer) error { // what can't be noted is not worth a run
			_, err := fmt.Fprintf(f, "%.1f\n", w.soFar().Seconds())
			return err
		})
	}
}
