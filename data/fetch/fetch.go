// Package fetch downloads the data sets that are not embedded in the program from where their authors, or others
// who are known for it, keep them.
//
//	sets, err := fetch.Named(fetch.Sets(), "fashion-mnist", "uci/yacht")
//	for _, set := range sets {
//		err = fetch.Fetcher{}.Fetch(ctx, set, folder)
//	}
//
// A file takes its place once it is whole and has the published checksum. Until then it grows as NAME.part, from
// which the next call goes on where the server can: after Ctrl-C, a lost connection or a full disk.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Fetcher downloads data sets. The zero Fetcher is ready for use; it is safe for concurrent use on different sets.
type Fetcher struct {
	Client  *http.Client     // one that waits at most half a minute for a server to answer, if nil
	Stalled time.Duration    // without a byte until a connection counts as lost; one minute if zero
	Observe func(p Progress) // called as bytes arrive, in the goroutine of Fetch; may be nil
}

// Progress is how far the download of one file is.
type Progress struct {
	File        string // with its set: "uci/yacht/data/data.txt"
	Host        string // that it comes from
	Done, Total int64  // bytes; Total is 0 if it is not known
	Rate        float64
	Complete    bool // the file is in its place
}

// Fetch downloads what is missing of the set into its folder below root, and verifies what is there. A file that
// is there with another content than the published one is an error: it is not replaced.
func (f Fetcher) Fetch(ctx context.Context, set Set, root string) error {
	missing, err := set.verify(root)
	if err != nil || len(missing) == 0 {
		return err
	}
	dir := set.Path(root)
	if set.Archive != nil {
		return f.unpacked(ctx, set, dir, missing)
	}
	for _, file := range missing {
		if err := f.file(ctx, set, file, filepath.Join(dir, filepath.FromSlash(file.Name))); err != nil {
			return err
		}
	}
	return nil
}

// file downloads one file to path from the first of its addresses that has it.
func (f Fetcher) file(ctx context.Context, set Set, file File, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("data: fetching %s: %w", file.Name, err)
	}
	var tried []string
	for _, address := range file.URLs {
		d := &download{Fetcher: f, File: file, name: set.Name + "/" + file.Name, url: address, part: path + ".part"}
		err := d.run(ctx)
		if err == nil {
			err = d.keep(path)
		}
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("data: fetching %s was interrupted; the next fetch goes on from %s: %w", file.Name, d.part, ctx.Err())
		}
		if disk := (*diskError)(nil); errors.As(err, &disk) {
			return fmt.Errorf("data: fetching %s: writing %s: %w", file.Name, d.part, disk.error)
		}
		tried = append(tried, fmt.Sprintf("from %s: %v", host(address), err))
	}
	return fmt.Errorf("data: fetching %s %s; the file can be put by hand at %s", file.Name, strings.Join(tried, "; "), path)
}

// explained says of a lost or refused connection that there is none, after what the system says of it.
func explained(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // names the address, which the caller does
	}
	var network net.Error
	if errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: no connection", err)
	}
	return err
}

func host(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Host
	}
	return address
}
