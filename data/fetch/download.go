package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

// download is one file on its way from one address to its part file.
type download struct {
	Fetcher
	File
	name string // for those who watch
	url  string
	part string

	start time.Time
	came  int64 // bytes since start
	size  int64 // of the part file
	total int64 // 0 if it is not known
}

// client waits for answers, not for bodies, which may take hours.
var client = &http.Client{Transport: &http.Transport{
	Proxy:                 http.ProxyFromEnvironment,
	DialContext:           (&net.Dialer{Timeout: 30 * time.Second}).DialContext,
	TLSHandshakeTimeout:   30 * time.Second,
	ResponseHeaderTimeout: 30 * time.Second,
}}

// errRange says that the server does not go on from where the part file ends.
var errRange = errors.New("the server does not go on with this file")

// errStalled says that a server stopped in the middle of a file.
var errStalled = errors.New("nothing came for too long: no connection")

// diskError is what went wrong on this side.
type diskError struct{ error }

// run downloads to the part file until that has the file's checksum. A connection that breaks is opened again as
// long as each brings something.
func (d *download) run(ctx context.Context) error {
	d.start, d.total = time.Now(), d.Bytes
	resumed := d.partSize() > 0
	if resumed && d.Sum.verify(d.part) == nil {
		return nil // all had come, but for its place
	}
	for {
		before := d.partSize()
		err := d.connect(ctx)
		if err == nil {
			err = d.Sum.verify(d.part)
			if err == nil {
				return nil
			}
			os.Remove(d.part)
			if !resumed {
				return err
			}
			resumed = false // what was there was of another file: once more, from the beginning
			continue
		}
		switch {
		case errors.Is(err, errRange) && before > 0:
			os.Remove(d.part)
			resumed = false
		case errors.As(err, new(*diskError)), ctx.Err() != nil, d.partSize() <= before:
			return err
		default:
			resumed = true
		}
	}
}

// connect asks for what the part file lacks and appends it.
func (d *download) connect(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	d.size = d.partSize()
	response, err := d.ask(ctx)
	if err != nil {
		return explained(err)
	}
	defer response.Body.Close()
	if err := d.accept(response); err != nil {
		return err
	}
	how := os.O_APPEND
	if response.StatusCode == http.StatusOK { // the whole file, asked for or not
		how, d.size = os.O_TRUNC, 0
	}
	part, err := os.OpenFile(d.part, os.O_CREATE|os.O_WRONLY|how, 0o644)
	if err != nil {
		return &diskError{err}
	}
	err = d.copy(ctx, part, response.Body, func() { cancel(errStalled) })
	if closed := part.Close(); closed != nil {
		return &diskError{closed}
	}
	if context.Cause(ctx) == errStalled {
		return errStalled
	}
	return err
}

func (d *download) ask(ctx context.Context) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept-Encoding", "identity") // a .gz file is to stay one
	if d.size > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", d.size))
	}
	if d.Client != nil {
		return d.Client.Do(request)
	}
	return client.Do(request)
}

// accept looks whether the answer is the file, or the rest of it.
func (d *download) accept(response *http.Response) error {
	switch response.StatusCode {
	case http.StatusOK:
		if d.total == 0 {
			d.total = max(0, response.ContentLength)
		}
		return nil
	case http.StatusPartialContent:
		var from, to, of int64
		_, err := fmt.Sscanf(response.Header.Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &of)
		if err != nil || from != d.size || d.Bytes > 0 && of != d.Bytes {
			return errRange
		}
		d.total = of
		return nil
	case http.StatusRequestedRangeNotSatisfiable:
		return errRange
	}
	return fmt.Errorf("the server says %s", response.Status)
}

// copy appends the body to the part file. A connection that brings nothing for long is given up.
func (d *download) copy(ctx context.Context, part io.Writer, body io.Reader, giveUp func()) error {
	patience := d.Stalled
	if patience == 0 {
		patience = time.Minute
	}
	watchdog := time.AfterFunc(patience, giveUp)
	defer watchdog.Stop()
	buffer := make([]byte, 1<<16)
	for {
		if err := ctx.Err(); err != nil { // which a read of what has come does not notice
			return err
		}
		n, err := body.Read(buffer)
		if n > 0 {
			watchdog.Reset(patience)
			if _, err := part.Write(buffer[:n]); err != nil {
				return &diskError{err}
			}
			d.size, d.came = d.size+int64(n), d.came+int64(n)
			d.observe(false)
		}
		switch {
		case d.Bytes > 0 && d.size > d.Bytes, err == io.EOF:
			return nil // if it is too long or too short, the checksum tells
		case err != nil:
			return explained(err)
		}
	}
}

// keep puts the part file in its place.
func (d *download) keep(path string) error {
	if err := settle(d.part, path); err != nil {
		return &diskError{err}
	}
	d.size = sizeOf(path)
	d.observe(true)
	return nil
}

// settle makes a file's content last and gives it its name.
func settle(part, path string) error {
	f, err := os.OpenFile(part, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(part, path)
}

func (d *download) observe(complete bool) {
	if d.Observe == nil {
		return
	}
	d.Observe(Progress{
		File: d.name, Host: host(d.url), Done: d.size, Total: d.total,
		Rate: float64(d.came) / max(time.Since(d.start), 1).Seconds(), Complete: complete,
	})
}

func (d *download) partSize() int64 { return sizeOf(d.part) }

// sizeOf returns a file's size, 0 if there is none.
func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
