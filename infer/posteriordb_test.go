package infer_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/infer"
	"credence/prob"
)

// The models, data and reference numbers of this file are those of posteriordb (Magnusson et al. 2024,
// https://arxiv.org/abs/2407.04967; https://github.com/stan-dev/posteriordb). References are of 10,000 draws by Stan,
// thinned until they are as good as independent: the means and their Monte Carlo standard errors of
// posterior_database/reference_posteriors/summary_statistics/mean_value/mean_value/<posterior>.json, and the mean
// squares of .../mean_squared_value/mean_squared_value/<posterior>.json, of the same draws.
type reference struct {
	name       string
	index      []int
	mean, mcse float64
	meanSquare float64
}

// stdDev returns the standard deviation of the reference draws and, for draws like ours, its standard error.
func (r reference) stdDev(ours infer.Marginal) (stdDev, mcse float64) {
	stdDev = math.Sqrt(r.meanSquare - r.mean*r.mean)
	draws := math.Pow(stdDev/r.mcse, 2)
	return stdDev, naive(ours) / math.Sqrt(draws)
}

// naive returns the standard error of the standard deviation by one draw, were draws independent.
func naive(m infer.Marginal) float64 {
	mean, stdDev, squares, n := m.Mean(), m.StdDev(), 0.0, 0.0
	for _, c := range m {
		for _, x := range c {
			d := (x-mean)*(x-mean) - stdDev*stdDev
			squares += d * d
			n++
		}
	}
	return math.Sqrt(squares/n) / (2 * stdDev)
}

// eightSchools is posteriordb's eight_schools_noncentered.stan.
func eightSchools() *infer.Posterior {
	g, post := newPosterior()
	y := g.ConstArray([]float64{28, 8, -3, 7, -1, 1, 18, 12}, 8)
	sigma := g.ConstArray([]float64{15, 10, 16, 11, 9, 11, 10, 18}, 8)

	mu := post.Real("mu")
	tau := post.Positive("tau")
	eta := post.Real("eta", 8)
	theta := mu.Add(tau.Mul(eta))
	post.Record("theta", theta)

	post.Add(prob.StandardNormal(g).LogProb(eta))
	post.Add(prob.Normal{Mu: theta, Sigma: sigma}.LogProb(y))
	post.Add(prob.Normal{Mu: g.Const(0), Sigma: g.Const(5)}.LogProb(mu))
	post.Add(prob.HalfCauchy{Scale: g.Const(5)}.LogProb(tau))
	return post
}

// The file of mean squares bears the name of the centred posterior, which has the same draws.
var eightSchoolsReference = []reference{
	{"theta", []int{0}, 6.15050229334425, 0.0557375282295219, 69.36345},
	{"theta", []int{1}, 4.9395811407422, 0.0462293788624847, 45.9787},
	{"theta", []int{2}, 3.90590609001582, 0.0542313705632124, 43.13923},
	{"theta", []int{3}, 4.79601675138494, 0.0474935816762281, 45.76135},
	{"theta", []int{4}, 3.6144363246799, 0.0461450610244603, 34.35767},
	{"theta", []int{5}, 4.0511475789675, 0.0485195392528031, 39.4135},
	{"theta", []int{6}, 6.31716975886893, 0.0498766794075794, 64.93269},
	{"theta", []int{7}, 4.88399694353288, 0.0542511606560972, 52.12845},
	{"mu", nil, 4.41051833695493, 0.0330374705950917, 30.40302},
	{"tau", nil, 3.60205952364059, 0.0318615135640706, 23.20407},
}

// mesquite is posteriordb's logmesquite_logva.stan: the weight of leaves of bushes by the volume and the area of
// their canopies (Gelman and Hill 2006, chapter 4). The second group are the last twenty.
func mesquite() *infer.Posterior {
	g, post := newPosterior()
	n := len(mesquiteWeight)
	ones, volume, area, group, weight := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		ones[i] = 1
		area[i] = math.Log(mesquiteDiam1[i] * mesquiteDiam2[i])
		volume[i] = math.Log(mesquiteDiam1[i] * mesquiteDiam2[i] * mesquiteHeight[i])
		weight[i] = math.Log(mesquiteWeight[i])
		if i >= 26 {
			group[i] = 1
		}
	}
	x := graph.Stack(1, g.ConstArray(ones, n), g.ConstArray(volume, n), g.ConstArray(area, n), g.ConstArray(group, n))

	beta := post.Real("beta", 4)
	sigma := post.Positive("sigma")
	post.Add(prob.Normal{Mu: x.MatMul(beta), Sigma: sigma}.LogProb(g.ConstArray(weight, n)))
	return post
}

var (
	mesquiteWeight = []float64{401.3, 513.7, 1179.2, 308.0, 855.2, 268.7, 155.5, 1253.2, 328.0, 614.6, 60.2, 269.6,
		448.4, 120.4, 378.7, 266.4, 138.9, 1020.8, 635.7, 621.8, 579.8, 326.8, 66.7, 68.0, 153.1, 256.4, 723.0, 4052.0,
		345.0, 330.9, 163.5, 1160.0, 386.6, 693.5, 674.4, 217.5, 771.3, 341.7, 125.7, 462.5, 64.5, 850.6, 226.0, 1745.1,
		908.0, 213.5}
	mesquiteDiam1 = []float64{1.8, 1.7, 2.8, 1.3, 3.3, 1.4, 1.5, 3.9, 1.8, 2.1, 0.8, 1.3, 1.2, 1.5, 2.8, 1.4, 1.5, 2.4,
		1.9, 2.3, 2.1, 2.4, 1.0, 1.3, 1.1, 1.3, 2.5, 5.2, 2.0, 1.6, 1.4, 3.2, 1.9, 2.4, 2.5, 2.1, 2.4, 2.4, 1.9, 2.7,
		1.3, 2.9, 2.1, 4.1, 2.8, 1.27}
	mesquiteDiam2 = []float64{1.15, 1.35, 2.55, 0.85, 1.9, 1.4, 0.5, 2.3, 1.35, 1.6, 0.63, 0.95, 0.9, 0.7, 1.7, 0.85,
		0.6, 2.4, 1.55, 1.6, 1.7, 1.3, 0.4, 0.6, 0.7, 1.2, 2.3, 4.0, 1.6, 1.6, 1.0, 1.9, 1.8, 2.4, 1.8, 1.5, 2.2, 1.7,
		1.2, 2.5, 1.1, 2.7, 1.0, 3.8, 2.5, 1.0}
	mesquiteHeight = []float64{1.0, 1.33, 0.6, 1.2, 1.05, 1.0, 0.9, 1.3, 0.6, 0.8, 0.6, 0.95, 1.2, 0.7, 1.2, 1.1, 0.64,
		1.2, 1.2, 1.3, 1.0, 0.9, 1.0, 0.5, 0.9, 0.6, 1.4, 2.5, 1.4, 1.3, 1.1, 1.5, 0.8, 1.1, 1.3, 0.85, 1.5, 1.2, 1.15,
		1.5, 0.7, 1.9, 1.5, 1.5, 1.5, 0.62}
)

var mesquiteReference = []reference{
	{"beta", []int{0}, 5.22413625845132, 0.000918247239724009, 27.3001953},
	{"beta", []int{1}, 0.612229191684084, 0.00200311969683417, 0.4148957},
	{"beta", []int{2}, 0.292417332746266, 0.00247265694753282, 0.1470833},
	{"beta", []int{3}, -0.527324726594322, 0.00118986284615017, 0.2922018},
	{"sigma", nil, 0.347907423981421, 0.000397373975247963, 0.1225985},
}

// gpRegression is posteriordb's gp_regr.stan: a Gaussian process at -10, -8, ..., 10, with its covariance alpha²
// exp(-(x - x')²/(2 rho²)), seen through noise of variance sigma.
func gpRegression() *infer.Posterior {
	const n = 11
	g, post := newPosterior()
	y := g.ConstArray([]float64{4.75906, 1.59423, 2.99548, 5.27501, 1.66472, 2.24347, 2.8914, 4.08681, 4.60588, 0.802364, 3.92136}, n)
	squares, one := make([]float64, n*n), make([]float64, n*n)
	for i := range n {
		one[i*n+i] = 1
		for j := range n {
			squares[i*n+j] = 4 * float64((i-j)*(i-j))
		}
	}

	rho, alpha, sigma := post.Positive("rho"), post.Positive("alpha"), post.Positive("sigma")
	signal := g.ConstArray(squares, n, n).Div(rho.Square()).Scale(-0.5).Exp().Mul(alpha.Square())
	l := signal.Add(g.ConstArray(one, n, n).Mul(sigma)).Cholesky()

	post.Add(prob.Gamma{Alpha: g.Const(25), Beta: g.Const(4)}.LogProb(rho))
	post.Add(prob.HalfNormal{Sigma: g.Const(2)}.LogProb(alpha), prob.HalfNormal{Sigma: g.Const(1)}.LogProb(sigma))
	post.Add(prob.MultivariateNormal{Mu: g.Const(0).Broadcast(n), Chol: l}.LogProb(y))
	return post
}

var gpRegressionReference = []reference{
	{"rho", nil, 6.87434817782581, 0.0127649184133038, 48.85864},
	{"alpha", nil, 2.4423998398757, 0.00775729060630055, 6.576518},
	{"sigma", nil, 1.82873106572797, 0.00502769102294288, 3.599273},
}

// Every mean and standard deviation lies within 4 standard errors of the reference's, the Monte Carlo errors of both
// sides combined: with 18 numbers and two statistics each, a false alarm in 400 seeds.
func TestPosteriorDB(t *testing.T) {
	for name, c := range map[string]struct {
		post *infer.Posterior
		want []reference
	}{
		"eight_schools-eight_schools_noncentered": {eightSchools(), eightSchoolsReference},
		"mesquite-logmesquite_logva":              {mesquite(), mesquiteReference},
		"gp_pois_regr-gp_regr":                    {gpRegression(), gpRegressionReference},
	} {
		t.Run(name, func(t *testing.T) {
			draws := sample(t, infer.NUTS{Seed: 1}, c.post)
			for _, r := range c.want {
				m := draws.Of(r.name, r.index...)
				stdDev, mcse := r.stdDev(m)
				require.Less(t, m.RHat(), 1.01)
				require.InDelta(t, r.mean, m.Mean(), 4*math.Hypot(m.MCSE(), r.mcse), "mean of %s%v", r.name, r.index)
				require.InDelta(t, stdDev, m.StdDev(), 4*math.Hypot(m.MCSEStdDev(), mcse), "standard deviation of %s%v", r.name, r.index)
			}
		})
	}
}

// Given tau the eight schools are normal, so all moments are integrals over tau alone: the sampler and the reference
// of posteriordb are both held to them.
func TestEightSchoolsByQuadrature(t *testing.T) {
	mean, stdDev := eightSchoolsExactly()
	// At the default acceptance one trajectory in a thousand diverges.
	draws := sample(t, infer.NUTS{Draws: 2500, Seed: 2, TargetAccept: 0.95}, eightSchools())
	require.NoError(t, draws.Check())
	for i, r := range eightSchoolsReference {
		requireMoments(t, draws.Of(r.name, r.index...), mean[i], stdDev[i], "%s%v", r.name, r.index)
		require.InDelta(t, mean[i], r.mean, 4*r.mcse, "%s%v", r.name, r.index)
		theirs, mcse := r.stdDev(draws.Of(r.name, r.index...))
		require.InDelta(t, stdDev[i], theirs, 4*mcse, "%s%v", r.name, r.index)
	}
}

// eightSchoolsExactly returns the means and standard deviations of theta, mu and tau, by the trapezoidal rule in log
// tau.
func eightSchoolsExactly() (mean, stdDev [10]float64) {
	y := []float64{28, 8, -3, 7, -1, 1, 18, 12}
	sigma := []float64{15, 10, 16, 11, 9, 11, 10, 18}
	total, square := 0.0, [10]float64{}
	for logTau := -15.0; logTau < 12; logTau += 0.01 {
		tau := math.Exp(logTau)
		precision, weighted, logp := 1.0/25, 0.0, logTau-math.Log1p(tau*tau/25)
		for j := range y {
			v := sigma[j]*sigma[j] + tau*tau
			precision += 1 / v
			weighted += y[j] / v
			logp -= 0.5 * (math.Log(v) + y[j]*y[j]/v)
		}
		mu := weighted / precision
		logp += 0.5 * (weighted*mu - math.Log(precision))
		w := math.Exp(logp + 30) // of this tau
		total += w
		add := func(i int, m, variance float64) {
			mean[i] += w * m
			square[i] += w * (m*m + variance)
		}
		for j := range y {
			left := sigma[j] * sigma[j] / (sigma[j]*sigma[j] + tau*tau) // of theta, for mu
			add(j, (1-left)*y[j]+left*mu, left*tau*tau+left*left/precision)
		}
		add(8, mu, 1/precision)
		add(9, tau, 0)
	}
	for i := range mean {
		mean[i] /= total
		stdDev[i] = math.Sqrt(square[i]/total - mean[i]*mean[i])
	}
	return mean, stdDev
}
