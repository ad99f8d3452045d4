package prob_test

import (
	"fmt"

	"credence/graph"
	"credence/prob"
)

// A draw from a normal, its log-density and the divergence from N(0, 1).
func Example() {
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	q := prob.Normal{Mu: g.Const(1), Sigma: g.Const(0.5)}
	z := q.Sample()
	kl := q.KL(prob.StandardNormal(g))
	dz := graph.Grad(z, q.Mu)[0]

	program, err := g.Compile(q.LogProb(q.Mu), kl, dz)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := program.Run(0, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("log q at the mean %.4f, KL %.4f nats, dz/dMu %v\n", out[0].Item(), out[1].Item(), out[2].Item())
	// Output: log q at the mean -0.2258, KL 0.8181 nats, dz/dMu 1
}
