package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/vbauerster/mpb/v8/cwriter"

	"credence/data"
	"credence/data/fetch"
)

func dataCommand(sets []fetch.Set) *cobra.Command {
	var folder data.Folder
	cmd := &cobra.Command{
		Use:   "data",
		Short: "List the data sets and where they are, or download some",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			root, err := folder.Path()
			if err != nil {
				return err
			}
			return listData(cmd.OutOrStdout(), sets, root)
		},
	}
	cmd.PersistentFlags().StringVar((*string)(&folder), "data-dir", "",
		"folder of the data sets; CREDENCE_DATA, or credence in the user's cache folder, if not given")
	cmd.AddCommand(fetchCommand(sets, &folder))
	return cmd
}

func fetchCommand(sets []fetch.Set, folder *data.Folder) *cobra.Command {
	var known []string
	for _, s := range sets {
		known = append(known, s.Name)
	}
	return &cobra.Command{
		Use:   "fetch NAME...",
		Short: "Download data sets; what is there is verified, and what was interrupted goes on",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("fetch wants the names of data sets; credence data lists them")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			chosen, err := fetch.Named(sets, args...)
			if err != nil {
				return usageError{err}
			}
			root, err := folder.Path()
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			progress := &fetchProgress{out: out, live: isTerminal(out)}
			for _, set := range chosen {
				err := fetch.Fetcher{Observe: progress.observe}.Fetch(cmd.Context(), set, root)
				progress.end()
				if err != nil {
					return err
				}
				fmt.Fprintf(out, "%s: %d files in %s\n", set.Name, len(set.Files), set.Path(root))
			}
			return nil
		},
		ValidArgs: known,
	}
}

// listData prints each set with its size, licence, and where it is.
func listData(w io.Writer, sets []fetch.Set, root string) error {
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range sets {
		size := "size unknown"
		if bytes := s.Bytes(); bytes > 0 {
			size = inUnits(float64(bytes))
		}
		fmt.Fprintf(columns, "%s\t%s\n\t%s; %s; %s\n", s.Name, s.What, size, s.Licence, whereabouts(s, root))
	}
	return columns.Flush()
}

func whereabouts(s fetch.Set, root string) string {
	switch missing := len(s.Missing(root)); missing {
	case 0:
		return "in " + s.Path(root)
	case len(s.Files):
		return "missing"
	default:
		return fmt.Sprintf("%d of %d files missing in %s", missing, len(s.Files), s.Path(root))
	}
}

// inUnits writes a number of bytes to three digits.
func inUnits(bytes float64) string {
	unit := "B"
	for _, larger := range []string{"kB", "MB"} {
		if bytes < 999.5 {
			break
		}
		bytes, unit = bytes/1000, larger
	}
	return fmt.Sprintf("%.3g %s", bytes, unit)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(interface{ Fd() uintptr })
	return ok && cwriter.IsTerminal(int(f.Fd()))
}
