package graph

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
)

// Merge is a node that Gorgonia may have made of several: its hash leaves out what would tell them apart.
type Merge struct {
	Node   *gorgonia.Node
	Reason string
}

func (m Merge) String() string { return describe(m.Node) + ": " + m.Reason }

// merges lists the suspects among what cost is computed from, operands before what is computed from them.
func merges(cost *gorgonia.Node) []Merge {
	uses, seen := map[*gorgonia.Node]int{}, map[*gorgonia.Node]bool{}
	var order []*gorgonia.Node
	var visit func(n *gorgonia.Node)
	visit = func(n *gorgonia.Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, child := range children(n) {
			uses[child]++
			visit(child)
		}
		order = append(order, n)
	}
	visit(cost)
	var found []Merge
	for _, n := range order {
		if reason := suspect(n, uses[n]); reason != "" {
			found = append(found, Merge{n, reason})
		}
	}
	return found
}

// suspect returns why a node with that many uses may stand for several, or nothing.
func suspect(n *gorgonia.Node, uses int) string {
	switch {
	case isConstant(n):
		return suspectConstant(n, uses)
	case uses < 2:
		return ""
	case n.Op() == nil && givenName(n) == "":
		return "inputs without a name and of one shape are one node"
	case kindOf(n.Op()) == "*gorgonia.sliceOp" && slices.Max(children(n)[0].Shape()) < 256:
		return ""
	}
	return vagueHashes[kindOf(n.Op())]
}

// suspectConstant: constants are told apart by their names only, which by default spell their values, those
// of long arrays in part.
func suspectConstant(n *gorgonia.Node, uses int) string {
	v := n.Value()
	spelt := n.Name() == fmt.Sprint(v.Data()) || n.Name() == fmt.Sprint(v)
	switch {
	case !spelt && v.Shape().IsScalar():
		return "constants of one name are one node, and this one's name is not its value"
	case uses > 1 && (!spelt || v.Shape().TotalSize() > 1):
		return "constants of one name are one node, and a name does not spell all of an array"
	}
	return ""
}

// vagueHashes are ops of which two that differ, on one operand, have one hash.
var vagueHashes = map[string]string{
	"*gorgonia.softmaxOp": "a SoftMax and a LogSoftMax of one operand are one node, and Log of a SoftMax turns it into the other",
	"*gorgonia.sliceOp":   "slices whose bounds differ by a multiple of 256 are one node",
	"*gorgonia.dropoutOp": "dropouts of one operand are one node, with one mask and one probability",
	"gorgonia.im2colOp":   "convolutions of one operand that differ in dilation only share its windows",
	"*gorgonia.maxPoolOp": "poolings of one operand that differ in padding at the bottom or on the right only are one node",
	"*gorgonia.avgPoolOp": "poolings of one operand that differ in padding at the bottom or on the right only are one node",
}
