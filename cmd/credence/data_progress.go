package main

import (
	"fmt"
	"io"
	"time"

	"credence/data/fetch"
)

// fetchProgress shows downloads: on a terminal a line that changes, elsewhere a line for each file that is done.
type fetchProgress struct {
	out   io.Writer
	live  bool
	drawn time.Time
}

func (p *fetchProgress) observe(at fetch.Progress) {
	switch {
	case p.live && (at.Complete || time.Since(p.drawn) > 100*time.Millisecond):
		fmt.Fprintf(p.out, "\r\x1b[K%s", progressLine(at))
		p.drawn = time.Now()
	case !p.live && at.Complete:
		fmt.Fprintln(p.out, progressLine(at))
	}
}

// end leaves the line to what is printed next.
func (p *fetchProgress) end() {
	if p.live && !p.drawn.IsZero() {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
	p.drawn = time.Time{}
}

func progressLine(at fetch.Progress) string {
	size := inUnits(float64(at.Done))
	if !at.Complete && at.Total > 0 {
		size += fmt.Sprintf(" of %s, %d%%", inUnits(float64(at.Total)), 100*at.Done/at.Total)
	}
	return fmt.Sprintf("%s  %s, %s/s from %s", at.File, size, inUnits(at.Rate), at.Host)
}
