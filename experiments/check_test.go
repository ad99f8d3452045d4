package experiments

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/report"
)

func TestVerdict(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, row := range []struct {
		name  string
		check Check
		want  report.Verdict
	}{
		{"no band", Check{Value: 1}, report.None},
		{"no band, NaN", Check{Value: nan}, report.None},
		{"below the upper bound", Check{Value: 1, High: new(2.0)}, report.Passed},
		{"on the upper bound", Check{Value: 2, High: new(2.0)}, report.Passed},
		{"above the upper bound", Check{Value: math.Nextafter(2, 3), High: new(2.0)}, report.Failed},
		{"on the lower bound", Check{Value: 2, Low: new(2.0)}, report.Passed},
		{"below the lower bound", Check{Value: math.Nextafter(2, 1), Low: new(2.0)}, report.Failed},
		{"inside", Check{Value: 1.5, Low: new(1.0), High: new(2.0)}, report.Passed},
		{"outside, low", Check{Value: 0.5, Low: new(1.0), High: new(2.0)}, report.Failed},
		{"outside, high", Check{Value: 2.5, Low: new(1.0), High: new(2.0)}, report.Failed},
		{"NaN", Check{Value: nan, High: new(2.0)}, report.Failed},
		{"-Inf under an upper bound", Check{Value: -inf, High: new(2.0)}, report.Failed},
		{"+Inf over a lower bound", Check{Value: inf, Low: new(2.0)}, report.Failed},
		{"a bound that is NaN", Check{Value: 1, High: &nan}, report.Failed},
	} {
		t.Run(row.name, func(t *testing.T) { require.Equal(t, row.want, row.check.Verdict()) })
	}
}

func TestCheckJSON(t *testing.T) {
	for _, row := range []struct {
		name  string
		check Check
		want  string
	}{
		{
			"everything given",
			Check{"error, %", 1.5, new(0.25), 3, []float64{1, 1.5, 2}, "test", "validation", new(1.34), SecondHand, new(1.0), new(2.0)},
			`{"name":"error, %","value":1.5,"stderr":0.25,"n_seeds":3,"values":[1,1.5,2],"split":"test","selected_on":"validation",` +
				`"paper":1.34,"provenance":"second-hand","low":1,"high":2,"pass":true}`,
		},
		{
			"only a value",
			Check{Name: "x", Value: 2},
			`{"name":"x","value":2,"stderr":null,"n_seeds":1,"split":null,"selected_on":null,` +
				`"paper":null,"provenance":null,"low":null,"high":null,"pass":null}`,
		},
		{
			"not finite",
			Check{Name: "x", Value: math.NaN(), Stderr: new(math.Inf(1)), Low: new(math.Inf(-1))},
			`{"name":"x","value":"NaN","stderr":"+Inf","n_seeds":1,"split":null,"selected_on":null,` +
				`"paper":null,"provenance":null,"low":"-Inf","high":null,"pass":false}`,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := json.Marshal(row.check)
			require.NoError(t, err)
			require.Equal(t, row.want, string(got))

			var read Check
			require.NoError(t, json.Unmarshal(got, &read))
			again, err := json.Marshal(read)
			require.NoError(t, err)
			require.Equal(t, row.want, string(again))
		})
	}
}

func TestFormat(t *testing.T) {
	for want, v := range map[string]any{
		"1.562": 1.5621, "1e-12": 1e-12, "60000": 60000.0, "123457": 123456.7, "NaN": math.NaN(), "+Inf": math.Inf(1),
		"0.1": float32(0.1), "7": 7, "relu": "relu", "–": (*float64)(nil), "[784 10]": []int{784, 10},
	} {
		require.Equal(t, want, format(v))
	}
}
