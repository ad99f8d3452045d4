package prob

import "credence/graph"

// KLGamma returns KL(d‖p), elementwise: d is the Gamma of shape 1.
func (d Exponential) KLGamma(p Gamma) *graph.Node {
	check(d)
	return Gamma{Alpha: graphOf(d).Const(1), Beta: d.Rate}.KL(p)
}

// KLExponential returns KL(d‖p), elementwise: p is the Gamma of shape 1.
func (d Gamma) KLExponential(p Exponential) *graph.Node {
	check(p)
	return d.KL(Gamma{Alpha: graphOf(d).Const(1), Beta: p.Rate})
}

// KLNormal returns KL(d‖p), elementwise.
func (d Gamma) KLNormal(p Normal) *graph.Node {
	return momentKL(d.Entropy(), d.Mean(), d.Variance(), p)
}

// KLNormal returns KL(d‖p), elementwise.
func (d Beta) KLNormal(p Normal) *graph.Node {
	return momentKL(d.Entropy(), d.Mean(), d.Variance(), p)
}

// KLLogNormal returns KL(d‖p), elementwise: that of log x from a normal.
func (d Gamma) KLLogNormal(p LogNormal) *graph.Node {
	return momentKL(d.logEntropy(), d.meanLog(), d.Alpha.Trigamma(), Normal(p))
}

// momentKL returns KL(q‖p) for a q of which the entropy, the mean and the variance are known.
func momentKL(entropy, mean, variance *graph.Node, p Normal) *graph.Node {
	one := p.Sigma.Graph().Const(1)
	return p.surpriseIn(one, p.standard(mean), variance.Sqrt()).Sub(entropy)
}

// KLInverseGamma returns KL(d‖p), elementwise; infinite for shapes of d of at most 1, where 1/x has no
// finite mean.
func (d Gamma) KLInverseGamma(p InverseGamma) *graph.Node {
	check(d)
	check(p)
	g := graphOf(d)
	return where(d.Alpha.Greater(g.Const(1)), d.Alpha, g.Const(2), inf, func(a *graph.Node) *graph.Node {
		c, m := p.Alpha, d.Beta.Mul(p.Beta).Div(a) // m is what p expects of d.Mean as a shape, c
		shapes := c.FactorialExcess().Sub(a.FactorialExcess()).Add(a.Add(c).Mul(digammaGap(a))).Add(a.Div(c).Log())
		return c.Deviance(m).Add(m.Div(a.AddScalar(-1))).Add(shapes)
	})
}

// KLGamma returns KL(d‖p), elementwise: that of the inverses, a Gamma from an InverseGamma. It is
// infinite for shapes of d of at most 1.
func (d InverseGamma) KLGamma(p Gamma) *graph.Node {
	check(d)
	return d.inverse().KLInverseGamma(InverseGamma(p))
}

// KLGamma returns KL(d‖p), elementwise.
func (d LogNormal) KLGamma(p Gamma) *graph.Node {
	check(d)
	check(p)
	half := d.Sigma.Square().Scale(0.5)
	ratio := d.Mu.Add(half).Sub(p.Alpha.Div(p.Beta).Log()) // log of that of the means
	means := p.Alpha.Mul(ratio.Expm1().Sub(ratio).Add(half))
	scale := p.Alpha.FactorialExcess().Sub(p.Alpha.Log()).AddScalar(-0.5 - halfLog2Pi)
	return means.Add(scale).Sub(d.Sigma.Log())
}

// KLGamma returns KL(d‖p), elementwise; infinite where d has values below 0.
func (d Uniform) KLGamma(p Gamma) *graph.Node {
	d.width() // requires it to be positive
	check(p)
	g := graphOf(d)
	inside := d.Low.GreaterEqual(g.Const(0))
	low, high := inside.Where(d.Low, g.Const(1)), inside.Where(d.High, g.Const(2))
	width, lack := high.Sub(low), logLack(low, high)
	kl := p.Alpha.Deviance(p.Beta.Mul(high)).Sub(p.Beta.Mul(width).Scale(0.5)).Add(p.Alpha.AddScalar(-1).Mul(lack))
	return inside.Where(kl.Add(p.Alpha.FactorialExcess()).Add(high.Div(width).Div(p.Alpha).Log()), g.Const(inf))
}

// logLack returns log high less the mean of log x for x uniform between low and high.
func logLack(low, high *graph.Node) *graph.Node { return low.Deviance(high).Div(high.Sub(low)) }

// KLBeta returns KL(d‖p), elementwise; infinite where d has values outside [0, 1].
func (d Uniform) KLBeta(p Beta) *graph.Node {
	d.width()
	check(p)
	g := graphOf(d)
	one := g.Const(1)
	inside := d.Low.GreaterEqual(g.Const(0)).Mul(d.High.LessEqual(one))
	low, high := inside.Where(d.Low, one.Scale(0.25)), inside.Where(d.High, one.Scale(0.75))
	width, most := high.Sub(low), one.Sub(low) // most is the largest 1-x
	lack := p.Alpha.AddScalar(-1).Mul(logLack(low, high)).Add(p.Beta.AddScalar(-1).Mul(logLack(one.Sub(high), most)))
	kl := p.deviance(high, most).Sub(p.total().Mul(width)).Add(lack).Sub(p.logNorm())
	return inside.Where(kl.Add(high.Mul(most).Div(width).Log()), g.Const(inf))
}
