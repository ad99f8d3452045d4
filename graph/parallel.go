package graph

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// crew is the process's helping goroutines, one for each further core, started when first needed.
// They take jobs from the channel and hold no state between them.
var crew = sync.OnceValue(func() chan *job {
	jobs := make(chan *job, maxWorkers)
	for range maxWorkers - 1 {
		go func() {
			for {
				next(jobs).assist()
			}
		}()
	}
	return jobs
})

// patience is how long a helper looks for the next job before it sleeps: the next instruction mostly
// follows at once, and waking a sleeper takes longer than many instructions do.
const patience = 200 * time.Microsecond

// next returns a job on offer, at once or as soon as there is one.
func next(jobs chan *job) *job {
	for start := time.Now(); time.Since(start) < patience; runtime.Gosched() {
		select {
		case j := <-jobs:
			return j
		default:
		}
	}
	return <-jobs
}

// maxWorkers is how many goroutines can share one job.
var maxWorkers = runtime.NumCPU()

// job is a number of blocks to run, each once. Its owner takes them from the front and helpers from
// the back, so that from one instruction to the next a core mostly meets the elements that it has in
// its cache. The owner uses the job again for the next instruction.
type job struct {
	run         func(worker, block int)
	blocks      int64
	taken       atomic.Int64 // from either end
	front, back atomic.Int64
	workers     atomic.Int32
	busy        atomic.Int32 // helpers that are at work or offered it
	helpers     sync.WaitGroup
}

// do runs all blocks and returns when they are done. It asks for helpers and begins; an offer that
// nobody has taken up by the end is withdrawn rather than waited for.
func (j *job) do(blocks int) {
	j.blocks = int64(blocks)
	j.taken.Store(0)
	j.front.Store(0)
	j.back.Store(0)
	j.workers.Store(0)
	wanted := min(blocks, runtime.GOMAXPROCS(0), maxWorkers) - 1
	for range wanted {
		j.helpers.Add(1)
		j.busy.Add(1)
		select {
		case crew() <- j:
		default: // enough is on offer
			j.done()
		}
	}
	j.work(0)
	if wanted > 0 {
		j.withdraw()
		j.wait()
	}
}

// wait returns when the helpers are done. Mostly that is soon, sooner than sleeping and waking take.
func (j *job) wait() {
	for start := time.Now(); j.busy.Load() > 0 && time.Since(start) < patience; {
		runtime.Gosched()
	}
	j.helpers.Wait()
}

func (j *job) done() {
	j.busy.Add(-1)
	j.helpers.Done()
}

// withdraw takes what is on offer off the channel. What is another owner's is done on the way.
func (j *job) withdraw() {
	for {
		select {
		case other := <-crew():
			if other == j {
				j.done()
			} else {
				other.assist()
			}
		default:
			return
		}
	}
}

// assist works on a job that was on offer.
func (j *job) assist() {
	j.work(int(j.workers.Add(1)))
	j.done()
}

func (j *job) work(worker int) {
	for j.taken.Add(1) <= j.blocks {
		if worker == 0 {
			j.run(worker, int(j.front.Add(1)-1))
		} else {
			j.run(worker, int(j.blocks-j.back.Add(1)))
		}
	}
}
