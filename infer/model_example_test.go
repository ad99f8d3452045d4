package infer_test

import (
	"context"
	"fmt"
	"math"

	"credence/graph"
	"credence/infer"
	"credence/prob"
)

// A number x seen through noise, whose latent variable has a posterior in closed form: there, the bound is
// the evidence whatever the draws.
func ExampleModel() {
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	x := g.ConstArray([]float64{1}, 1)
	q := prob.Normal{Mu: x.Scale(0.5), Sigma: g.Const(math.Sqrt(0.5))}
	p := prob.StandardNormal(g)

	m := infer.Model{Posterior: q, Prior: p, LogLik: func(z *graph.Node) *graph.Node {
		return prob.Normal{Mu: z, Sigma: g.Const(1)}.LogProb(x)
	}}
	bound := infer.IWAE{Draws: 50}.Bound(m) // [batch], in nats; minimise bound.Mean().Neg()

	program, err := g.Compile(bound)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := program.Run(0, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("bound %.6f, log N(1; 0, 2) %.6f\n", out[0].Item(), -0.25-0.5*math.Log(4*math.Pi))
	// Output: bound -1.515512, log N(1; 0, 2) -1.515512
}

// The eight schools of Rubin 1981.
func ExampleNUTS_eightSchools() {
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	y := g.ConstArray([]float64{28, 8, -3, 7, -1, 1, 18, 12}, 8)
	sigma := g.ConstArray([]float64{15, 10, 16, 11, 9, 11, 10, 18}, 8)

	post := infer.NewPosterior(g)
	mu, tau, eta := post.Real("mu"), post.Positive("tau"), post.Real("eta", 8)
	post.Add(prob.Normal{Mu: g.Const(0), Sigma: g.Const(5)}.LogProb(mu))
	post.Add(prob.HalfCauchy{Scale: g.Const(5)}.LogProb(tau), prob.StandardNormal(g).LogProb(eta))
	post.Add(prob.Normal{Mu: mu.Add(tau.Mul(eta)), Sigma: sigma}.LogProb(y))
	draws, err := infer.NUTS{Seed: 1}.Sample(context.Background(), post)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("mu %.0f, tau %.0f\n", draws.Of("mu").Mean(), draws.Of("tau").Mean())
	// Output: mu 4, tau 4
}
