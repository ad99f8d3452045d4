package experiments

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// together does pieces 0 to n-1 of work, in that order, as many at a time as there are cores, and returns when
// none is under way. The first error ends the context of the others, and is returned.
func together(ctx context.Context, n int, piece func(ctx context.Context, i int) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := piece(ctx, i); err != nil {
					stop(err)
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}
