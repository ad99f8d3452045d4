package experiments

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
)

// ReadResult reads a result.json. One that an older version wrote lacks some fields, which are zero then; numbers
// in settings and tables are float64.
func ReadResult(path string) (Result, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return Result{}, fmt.Errorf("experiments: reading a result: %w", err)
	}
	var r Result
	if err := json.Unmarshal(content, &r); err != nil {
		return Result{}, fmt.Errorf("experiments: reading %s: %w", path, err)
	}
	if r.Experiment == "" {
		return Result{}, fmt.Errorf("experiments: reading %s: it names no experiment", path)
	}
	if r.Paper == "" {
		if e, err := Find(r.Experiment); err == nil {
			r.Paper = e.Paper
		}
	}
	if len(r.Seeds) == 0 {
		r.Seeds = seedsOf(r.Settings, r.Seed)
	}
	return r, nil
}

// UnmarshalJSON reads a number, or the text of one that is not finite.
func (n *number) UnmarshalJSON(b []byte) error {
	text := string(b)
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("%s is no number", b)
	}
	*n = number(v)
	return nil
}

// UnmarshalJSON reads what MarshalJSON wrote; the verdict follows from the rest.
func (c *Check) UnmarshalJSON(b []byte) error {
	var j checkJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*c = Check{
		Name: j.Name, Value: float64(j.Value), Stderr: (*float64)(j.Stderr), NSeeds: j.NSeeds,
		Split: string(j.Split), SelectedOn: string(j.SelectedOn),
		Paper: (*float64)(j.Paper), Provenance: Provenance(j.Provenance), Low: (*float64)(j.Low), High: (*float64)(j.High),
	}
	for _, v := range j.Values {
		c.Values = append(c.Values, float64(v))
	}
	return nil
}

// UnmarshalJSON reads the settings in their order.
func (s *Settings) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("settings are not an object")
	}
	for d.More() {
		var one Setting
		name, err := d.Token()
		if err == nil {
			err = d.Decode(&one.Value)
		}
		if err != nil {
			return err
		}
		one.Name = name.(string) // or the decoder had failed
		*s = append(*s, one)
	}
	return nil
}
