package experiments

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTogetherDoesEachPieceOnce(t *testing.T) {
	var done [100]atomic.Int32
	require.NoError(t, together(t.Context(), len(done), func(_ context.Context, i int) error {
		done[i].Add(1)
		return nil
	}))
	for i := range done {
		require.EqualValues(t, 1, done[i].Load())
	}
	require.NoError(t, together(t.Context(), 0, nil))
}

func TestTogetherStopsAtAnError(t *testing.T) {
	wrong := errors.New("piece 3 is wrong")
	var begun atomic.Int32
	err := together(t.Context(), 1000, func(ctx context.Context, i int) error {
		begun.Add(1)
		if i == 3 {
			return wrong
		}
		if i > 3 {
			<-ctx.Done()
		}
		return ctx.Err()
	})
	require.Equal(t, wrong, err)
	require.Less(t, begun.Load(), int32(1000))

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, together(ended, 5, func(context.Context, int) error { return nil }), context.Canceled)
}
