package benchmarks_test

import (
	"runtime"
	"testing"
	"time"

	"credence/benchmarks"
)

func BenchmarkGEMM(b *testing.B)        { group(b, "gemm") }
func BenchmarkConv(b *testing.B)        { group(b, "conv") }
func BenchmarkElementwise(b *testing.B) { group(b, "elementwise") }
func BenchmarkNormal(b *testing.B)      { group(b, "normal") }
func BenchmarkStep(b *testing.B)        { group(b, "step") }
func BenchmarkPredict(b *testing.B)     { group(b, "predict") }

func group(b *testing.B, name string) {
	for _, w := range benchmarks.Works() {
		if w.Group == name {
			b.Run(w.Name, func(b *testing.B) { work(b, w) })
		}
	}
}

func work(b *testing.B, w benchmarks.Work) {
	task, err := w.Start()
	if err != nil {
		b.Fatal(err)
	}
	if _, err := task.Run(); err != nil { // the helpers start
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := task.Run(); err != nil {
			b.Fatal(err)
		}
	}
	each := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
	if w.Elements > 0 {
		b.ReportMetric(float64(w.Elements)/each, "elements/ns")
		return
	}
	rate := float64(task.FLOPs) / each
	b.ReportMetric(rate, "GFLOP/s")
	b.ReportMetric(rate/peak(b), "of-peak")
}

// peaks are what peak has measured, by GOMAXPROCS.
var peaks = map[int]float64{}

// peak returns the machine's rate of float32 multiply-adds in GFLOP/s, for want of a better measure
// that plain Go could take: that of the fastest of many products whose operands, 0.75 MB together at
// most, stay in the second-level cache. The processor's true peak is higher.
func peak(b *testing.B) float64 {
	b.Helper()
	threads := runtime.GOMAXPROCS(0)
	if peaks[threads] > 0 {
		return peaks[threads]
	}
	for _, n := range []int{192, 240, 256} {
		w := benchmarks.Product(n, n, n)
		task, err := w.Start()
		if err != nil {
			b.Fatal(err)
		}
		for deadline := time.Now().Add(100 * time.Millisecond); time.Now().Before(deadline); {
			start := time.Now()
			if _, err := task.Run(); err != nil {
				b.Fatal(err)
			}
			peaks[threads] = max(peaks[threads], float64(task.FLOPs)/float64(time.Since(start).Nanoseconds()))
		}
	}
	return peaks[threads]
}
