// Command gomlx is the worker of GoMLX's pure Go back end: it repeats the works of package benchmarks on
// request. It is a module of its own, so that nothing else depends on GoMLX.
//
// Each line on standard input, "work n", is answered by the nanoseconds of each of n repetitions, by
// "none" where there is no such work, or by "error" and what it was. The first line of output is the version.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"
)

func main() {
	fmt.Println(version())
	var current string
	var do func() error
	requests := bufio.NewScanner(os.Stdin)
	for requests.Scan() {
		var work string
		var n int
		if _, err := fmt.Sscan(requests.Text(), &work, &n); err != nil {
			fmt.Println("error", err)
			continue
		}
		warm := 1
		if work != current {
			current, do, warm = work, start(work), 3
		}
		if do == nil {
			fmt.Println("none")
			continue
		}
		times, err := repeat(do, warm, n)
		if err != nil {
			fmt.Println("error", strings.ReplaceAll(err.Error(), "\n", " "))
			continue
		}
		fmt.Println(strings.Trim(fmt.Sprint(times), "[]"))
	}
}

func repeat(do func() error, warm, n int) ([]int64, error) {
	times := make([]int64, n)
	for i := -warm; i < n; i++ {
		begin := time.Now()
		if err := do(); err != nil {
			return nil, err
		}
		if i >= 0 {
			times[i] = time.Since(begin).Nanoseconds()
		}
	}
	return times, nil
}

func version() string {
	info, known := debug.ReadBuildInfo()
	if !known {
		return "simplego"
	}
	for _, m := range info.Deps {
		if m.Path == "github.com/gomlx/gomlx" {
			return strings.TrimPrefix(m.Version, "v") + " simplego"
		}
	}
	return "simplego"
}
