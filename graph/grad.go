package graph

import "fmt"

// Grad returns the gradients of a scalar with respect to nodes of its graph, in their shapes, as
// nodes like any others: they can be differentiated again, and one graph can hold the gradients of
// several losses. A node that the loss does not depend on has a gradient of zeros.
func Grad(loss *Node, wrt ...*Node) []*Node {
	g := loss.g
	out := make([]*Node, len(wrt))
	for i, w := range wrt {
		if w.g != g {
			panic("graph: Grad with respect to a node of another graph")
		}
		out[i] = w
	}
	if g.err != nil {
		return out
	}
	if len(loss.shape) != 0 {
		loss.bad("Grad", fmt.Errorf("the loss is not a scalar"))
		return out
	}
	need := dependents(loss, wrt)
	total := map[*Node]*Node{loss: g.Const(1)}
	// An operand is made before what is computed from it, so descending ids meet consumers first.
	for id := loss.id; id >= 0; id-- {
		n := g.nodes[id]
		dy := total[n]
		if dy == nil || n.op == nil || !need[n] {
			continue
		}
		for i, d := range n.op.grad(n.in, n, dy) {
			x := n.in[i]
			if d == nil || !need[x] {
				continue
			}
			if sum := total[x]; sum != nil {
				d = sum.Add(d)
			}
			total[x] = d
		}
	}
	for i, w := range wrt {
		if out[i] = total[w]; out[i] == nil {
			out[i] = w.zeros()
		}
	}
	return out
}

// dependents returns the nodes from which the loss is computed and which depend on one of wrt.
func dependents(loss *Node, wrt []*Node) map[*Node]bool {
	need := map[*Node]bool{}
	for _, w := range wrt {
		need[w] = true
	}
	for _, n := range loss.g.nodes[:loss.id+1] {
		for _, x := range n.in {
			if need[x] {
				need[n] = true
			}
		}
	}
	return need
}
