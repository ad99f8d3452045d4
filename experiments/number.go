package experiments

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// number is a float64 in JSON. JSON has no NaN or infinities; they become the strings "NaN", "+Inf" and
// "-Inf", which no reader mistakes for a result, and null stays free to mean "not given".
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if v := float64(n); math.IsNaN(v) || math.IsInf(v, 0) {
		return json.Marshal(strconv.FormatFloat(v, 'g', -1, 64))
	}
	return json.Marshal(float64(n))
}

func numbers(v []float64) []number {
	out := make([]number, len(v))
	for i, x := range v {
		out[i] = number(x)
	}
	return out
}

// jsonValue returns v as something that JSON can hold: numbers by the rule of number, slices of them too,
// and what can't be marshalled as its text.
func jsonValue(v any) any {
	switch v := v.(type) {
	case float64:
		return number(v)
	case float32:
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return number(f)
		}
		return v // keeps the shorter digits of a float32
	case []float64:
		return numbers(v)
	}
	if _, err := json.Marshal(v); err != nil {
		return fmt.Sprintf("%+v", v)
	}
	return v
}

// format writes a value for a reader: floats to four digits, the rest as Go prints it.
func format(v any) string {
	switch v := v.(type) {
	case float64:
		return strconv.FormatFloat(v, 'g', significant(v), 64)
	case float32:
		return format(float64(v))
	case *float64:
		if v == nil {
			return "–"
		}
		return format(*v)
	}
	return fmt.Sprintf("%+v", v)
}

// significant returns the digits worth writing: four, or all of those before the decimal point.
func significant(v float64) int {
	if a := math.Abs(v); a >= 1e4 && a < 1e9 {
		return int(math.Log10(a)) + 1
	}
	return 4
}

// fixed writes a value with the given number of decimals.
func fixed(v float64, decimals int) string { return strconv.FormatFloat(v, 'f', decimals, 64) }
