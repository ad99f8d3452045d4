package report_test

import (
	"fmt"

	"credence/report"
)

// A picture is a struct of plain data.
func Example() {
	curves := report.Curves{
		Title: "Learning curves", X: "epoch", Y: "NLL, nats", LogY: true,
		Lines: []report.Line{
			{Name: "train", X: []float64{1, 2, 3}, Y: []float64{0.9, 0.3, 0.1}},
			{Name: "test", X: []float64{1, 2, 3}, Y: []float64{1, 0.4, 0.2}, Dashed: true},
		},
		Levels: []report.Level{{Name: "paper", Y: 0.048}},
	}
	img, err := curves.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(img.Bounds().Max)
	// Output: (1267,768)
}
