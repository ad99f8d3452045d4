package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"credence/data"
	"credence/experiments"
)

func reproduceCommand(known experiments.List) *cobra.Command {
	var scale, out, sets string
	one := seed(1)
	cmd := &cobra.Command{
		Use:   "reproduce [NAME]",
		Short: "List the experiments, or run one and hold it against its paper",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("reproduce runs one experiment at a time; got %q", args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return list(cmd.OutOrStdout(), known)
			}
			e, err := known.Find(args[0])
			if err != nil {
				return usageError{err}
			}
			s := e.Scales[0]
			if cmd.Flags().Changed("scale") {
				if s, err = chosenScale(e, scale); err != nil {
					return usageError{err}
				}
			}
			if out == "" && cmd.Flags().Changed("out") {
				return usagef("--out is empty")
			}
			return experiments.Do(cmd.Context(), e, experiments.Options{
				Scale: s, Seed: uint64(one), Out: out, Data: data.Folder(sets),
			}, cmd.OutOrStdout())
		},
		ValidArgs: names(known),
	}
	cmd.Flags().StringVar(&scale, "scale", "", "quick, reduced or paper; the experiment's smallest if not given")
	cmd.Flags().Var(&one, "seed", "a whole number; equal seeds give equal results")
	cmd.Flags().StringVar(&out, "out", "", "folder for the results; results/NAME-SCALE-seedN if not given")
	cmd.Flags().StringVar(&sets, "data-dir", "", "folder of the data sets that are not embedded; CREDENCE_DATA, or credence in the user's cache, if not given")
	return cmd
}

func chosenScale(e experiments.Experiment, name string) (experiments.Scale, error) {
	s, err := experiments.ParseScale(name)
	if err != nil {
		return "", err
	}
	return s, e.Has(s)
}

// list prints each experiment with a line on what it shows and one on what it needs.
func list(w io.Writer, known experiments.List) error {
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, e := range known {
		scales := make([]string, len(e.Scales))
		for i, s := range e.Scales {
			scales[i] = string(s)
		}
		fmt.Fprintf(columns, "%s\t%s\n\tneeds: %s; scales: %s\n", e.Name, e.Summary, e.Needs, strings.Join(scales, ", "))
	}
	return columns.Flush()
}

func names(known experiments.List) []string {
	var all []string
	for _, e := range known {
		all = append(all, e.Name)
	}
	return all
}

// seed is a flag's value that says what it wants.
type seed uint64

func (s *seed) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return fmt.Errorf("a seed is a whole number from 0 to %d", uint64(1<<64-1))
	}
	*s = seed(n)
	return nil
}

func (s *seed) String() string { return strconv.FormatUint(uint64(*s), 10) }

func (s *seed) Type() string { return "N" }
