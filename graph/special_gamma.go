package graph

import (
	"math"

	"credence/graph/internal/kernel"
)

// Lgamma returns log Γ(x), for x >= 0.
func (x *Node) Lgamma() *Node {
	return special1("Lgamma", kernel.Lgamma, func(in []*Node, _, dy *Node) []*Node {
		return []*Node{dy.Mul(in[0].Digamma())}
	}).on(x)
}

// Digamma returns the derivative of Lgamma, for x >= 0.
func (x *Node) Digamma() *Node { return x.Polygamma(0) }

// Trigamma returns the derivative of Digamma, for x >= 0.
func (x *Node) Trigamma() *Node { return x.Polygamma(1) }

// Polygamma returns the derivative of Digamma of order n >= 0, for x >= 0.
func (x *Node) Polygamma(n int) *Node {
	if n < 0 {
		return x.g.Failf("Polygamma of order %d: want 0 or more", n)
	}
	f := special1("Polygamma", func(x float64) float64 { return kernel.Polygamma(n, x) },
		func(in []*Node, _, dy *Node) []*Node { return []*Node{dy.Mul(in[0].Polygamma(n + 1))} })
	f.attr = []float64{float64(n)}
	return f.on(x)
}

// StirlingError returns log Γ(x+1) - (x+1/2) log x + x - log(2π)/2, for x >= 0: what Stirling's formula
// lacks, about 1/(12x). It does not cancel for large x (Loader 2000, Fast and accurate computation of
// binomial probabilities).
//
// Towards 0 it grows as -log(2πx)/2. At 0 itself it is 0, as in Loader's tables, and so is its gradient:
// there log x leaves the formulas that it is part of. FactorialExcess needs no such care.
func (x *Node) StirlingError() *Node {
	return special1("StirlingError", kernel.StirlingError, func(in []*Node, _, dy *Node) []*Node {
		return []*Node{dy.Mul(in[0].stirlingSlope())}
	}).on(x)
}

// stirlingSlope returns the derivative of StirlingError: Digamma(x) - log x + 1/(2x).
func (x *Node) stirlingSlope() *Node {
	return special1("StirlingSlope", kernel.StirlingSlope, func(in []*Node, _, dy *Node) []*Node {
		r := in[0].Reciprocal()
		return []*Node{dy.Mul(in[0].Trigamma().Sub(r).Sub(r.Square().Scale(0.5)))}
	}).on(x)
}

// FactorialExcess returns log Γ(x+1) - x log x + x, for x >= 0: by how much log x! exceeds x log x - x.
// It is 0 at 0 and StirlingError + log(2πx)/2 elsewhere. With it and Deviance the densities of counts need no
// special cases, and none of their terms is large where the density is not small (after Loader 2000):
//
//	log Poisson(k; λ)      = -FactorialExcess(k) - Deviance(k, λ)
//	log Binomial(k; n, p)  = FactorialExcess(n) - FactorialExcess(k) - FactorialExcess(n-k) - Deviance(k, np) - Deviance(n-k, n(1-p))
//	log Gamma(z; α, β)     = log α - FactorialExcess(α) - Deviance(α, βz) - log z
func (x *Node) FactorialExcess() *Node {
	return special1("FactorialExcess", kernel.FactorialExcess, func(in []*Node, _, dy *Node) []*Node {
		return []*Node{dy.Mul(in[0].factorialExcessSlope())}
	}).on(x)
}

// factorialExcessSlope returns the derivative of FactorialExcess: Digamma(x+1) - log x.
func (x *Node) factorialExcessSlope() *Node {
	return special1("FactorialExcessSlope", kernel.FactorialExcessSlope, func(in []*Node, _, dy *Node) []*Node {
		return []*Node{dy.Mul(in[0].AddScalar(1).Trigamma().Sub(in[0].Reciprocal()))}
	}).on(x)
}

// Deviance returns x log(x/m) + m - x, for x, m >= 0: 0 at x = m, accurate near it, and m at x = 0
// (Loader 2000, bd0).
func (x *Node) Deviance(m *Node) *Node {
	return special2("Deviance", kernel.Deviance, func(in []*Node, _, dy *Node) []*Node {
		return []*Node{dy.Mul(in[0].logRatio(in[1])), dy.Mul(in[0].devianceSlope(in[1]))}
	}).on(x, m)
}

// logRatio returns log(x/m), accurate near x = m.
func (x *Node) logRatio(m *Node) *Node {
	return special2("LogRatio", kernel.LogRatio, func(in []*Node, _, dy *Node) []*Node {
		return []*Node{dy.Div(in[0]), dy.Div(in[1]).Neg()}
	}).on(x, m)
}

// devianceSlope returns the derivative of Deviance with respect to m: 1 - x/m, which is 1 at x = 0.
func (x *Node) devianceSlope(m *Node) *Node {
	return special2("DevianceSlope", kernel.DevianceSlope, func(in []*Node, _, dy *Node) []*Node {
		return []*Node{dy.Div(in[1]).Neg(), dy.Mul(in[0].Div(in[1].Square()))}
	}).on(x, m)
}

// LogBeta returns log B(x, b) = log Γ(x) + log Γ(b) - log Γ(x+b), for x, b >= 0, without cancellation for
// large ones.
func (x *Node) LogBeta(b *Node) *Node {
	return special2("LogBeta", kernel.LogBeta, func(in []*Node, _, dy *Node) []*Node {
		a, b := in[0], in[1]
		return []*Node{dy.Mul(a.digammaDrop(b)), dy.Mul(b.digammaDrop(a))}
	}).on(x, b)
}

// digammaDrop returns Digamma(x) - Digamma(x+b), without cancellation.
func (x *Node) digammaDrop(b *Node) *Node {
	return special2("DigammaDrop", kernel.DigammaDrop, func(in []*Node, _, dy *Node) []*Node {
		sum := in[0].Add(in[1]).Trigamma()
		return []*Node{dy.Mul(in[0].Trigamma().Sub(sum)), dy.Mul(sum).Neg()}
	}).on(x, b)
}

// GammaP returns the regularised lower incomplete gamma function P(x, z): the probability that a
// Gamma(x, 1) draw is below z, for x, z >= 0. The second derivative with respect to the shape x is NaN:
// it is not known here.
func (x *Node) GammaP(z *Node) *Node {
	return special2("GammaP", kernel.GammaP, func(in []*Node, _, dy *Node) []*Node {
		return []*Node{dy.Mul(in[0].gammaPSlope(in[1])), dy.Mul(in[0].gammaDensity(in[1]))}
	}).on(x, z)
}

// GammaQ returns the regularised upper incomplete gamma function Q(x, z) = 1 - P(x, z), accurate where it
// is small. See GammaP.
func (x *Node) GammaQ(z *Node) *Node {
	return special2("GammaQ", kernel.GammaQ, func(in []*Node, _, dy *Node) []*Node {
		return []*Node{dy.Mul(in[0].gammaPSlope(in[1])).Neg(), dy.Mul(in[0].gammaDensity(in[1])).Neg()}
	}).on(x, z)
}

// GammaPInv returns the z with P(x, z) = p, the quantile of Gamma(x, 1); 0 where z is smaller than the
// smallest number. Its gradients are by the implicit function theorem; see GammaP.
func (x *Node) GammaPInv(p *Node) *Node {
	return special2("GammaPInv", kernel.GammaPInv, func(in []*Node, out, dy *Node) []*Node {
		return []*Node{dy.Mul(in[0].gammaQuantileSlope(out)), dy.Div(in[0].gammaDensity(out))}
	}).on(x, p)
}

// gammaPSlope returns the derivative of P(x, z) with respect to x.
func (x *Node) gammaPSlope(z *Node) *Node {
	return special2("GammaPSlope", kernel.GammaPSlope, func(in []*Node, _, dy *Node) []*Node {
		a, z := in[0], in[1]
		return []*Node{unknown(dy), dy.Mul(a.gammaDensity(z).Mul(z.Log().Sub(a.Digamma())))}
	}).on(x, z)
}

// gammaDensity returns the density of Gamma(x, 1) at z, the derivative of P(x, z) with respect to z.
func (x *Node) gammaDensity(z *Node) *Node {
	return special2("GammaDensity", kernel.GammaDensity, func(in []*Node, out, dy *Node) []*Node {
		a, z := in[0], in[1]
		return []*Node{
			dy.Mul(out.Mul(z.Log().Sub(a.Digamma()))),
			dy.Mul(out.Mul(a.AddScalar(-1).Div(z).AddScalar(-1))),
		}
	}).on(x, z)
}

// gammaQuantileSlope returns the derivative of z with respect to x where P(x, z) stays the same.
func (x *Node) gammaQuantileSlope(z *Node) *Node {
	return special2("GammaQuantileSlope", func(a, z float64) float64 {
		if z == 0 {
			return 0
		}
		return z * kernel.LogGammaDrawSlope(a, math.Log(z))
	}, func(_ []*Node, _, dy *Node) []*Node { return []*Node{unknown(dy), unknown(dy)} }).on(x, z)
}
