package graph

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// crew is the process's helping goroutines, one for each further core, started when first needed.
// They hold no state between jobs.
var crew = sync.OnceValue(func() chan *job {
	jobs := make(chan *job)
	for range maxWorkers - 1 {
		go func() {
			for j := range jobs {
				j.work(int(j.workers.Add(1)))
				j.helpers.Done()
			}
		}()
	}
	return jobs
})

// maxWorkers is how many goroutines can share one job.
var maxWorkers = runtime.NumCPU()

// job is a number of blocks to run, each once, by whoever comes first. Its owner uses it again for
// the next.
type job struct {
	run     func(worker, block int)
	blocks  int64
	next    atomic.Int64
	workers atomic.Int32
	helpers sync.WaitGroup
}

// do runs all blocks and returns when they are done. Helpers that are busy are not waited for.
func (j *job) do(blocks int) {
	j.blocks = int64(blocks)
	j.next.Store(0)
	j.workers.Store(0)
	for range min(blocks, runtime.GOMAXPROCS(0), maxWorkers) - 1 {
		j.helpers.Add(1)
		select {
		case crew() <- j:
		default:
			j.helpers.Done()
		}
	}
	j.work(0)
	j.helpers.Wait()
}

func (j *job) work(worker int) {
	for {
		b := j.next.Add(1) - 1
		if b >= j.blocks {
			return
		}
		j.run(worker, int(b))
	}
}
