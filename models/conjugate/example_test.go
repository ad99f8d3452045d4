package conjugate_test

import (
	"fmt"
	"log"

	"gonum.org/v1/gonum/mat"

	"credence/models/conjugate"
)

// A line through four points, with an intercept.
func Example() {
	prior, err := conjugate.Isotropic(2, 1)
	if err != nil {
		log.Fatal(err)
	}
	model, err := conjugate.NewLinear(prior, 25)
	if err != nil {
		log.Fatal(err)
	}
	x := mat.NewDense(4, 2, []float64{1, -1, 1, 0, 1, 1, 1, 2})
	model, err = model.Update(x, []float64{-0.7, 0.4, 1.2, 2.5})
	if err != nil {
		log.Fatal(err)
	}
	mean, variance, err := model.Predict(mat.NewDense(2, 2, []float64{1, 0, 1, 10}))
	if err != nil {
		log.Fatal(err)
	}
	for i := range mean {
		fmt.Printf("mean %.2f, variance %.2f\n", mean[i], variance[i])
	}
	fmt.Printf("log evidence %.3f nats, out of reach of mean field by %.3f\n",
		model.LogEvidence(), model.Posterior().MeanFieldGap())
	// Output:
	// mean 0.33, variance 0.05
	// mean 10.66, variance 0.77
	// log evidence -3.081 nats, out of reach of mean field by 0.090
}

// The lecture's central regression result: a factorised q has the exact means and too small variances.
func ExampleGaussian_MeanField() {
	posterior, err := conjugate.NewGaussian([]float64{1, 2}, mat.NewSymDense(2, []float64{1, 0.8, 0.8, 1}))
	if err != nil {
		log.Fatal(err)
	}
	q := posterior.MeanField()
	fmt.Printf("mean %.2f, variance %.2f, gap %.3f nats\n", q.Mean(), q.Covariance().At(0, 0), posterior.MeanFieldGap())
	// Output: mean [1.00 2.00], variance 0.36, gap 0.511 nats
}

func ExampleLinear_ELBO() {
	prior, err := conjugate.Isotropic(1, 1)
	if err != nil {
		log.Fatal(err)
	}
	model, err := conjugate.NewLinear(prior, 1)
	if err != nil {
		log.Fatal(err)
	}
	x, y := mat.NewDense(3, 1, []float64{1, 2, 3}), []float64{1, 2, 3}
	posterior, err := model.Update(x, y)
	if err != nil {
		log.Fatal(err)
	}
	for _, q := range []*conjugate.Gaussian{prior, posterior.Posterior()} {
		elbo, err := model.ELBO(q, x, y)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("ELBO %.3f of log evidence %.3f\n", elbo, posterior.LogEvidence())
	}
	// Output:
	// ELBO -16.757 of log evidence -4.578
	// ELBO -4.578 of log evidence -4.578
}

func ExampleBetaBernoulli() {
	coin, err := conjugate.BetaBernoulli{A: 2, B: 2}.Update(7, 3)
	if err != nil {
		log.Fatal(err)
	}
	low, high, err := coin.CredibleInterval(0.95)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("heads with probability %.3f, in [%.3f, %.3f] with mass 0.95\n", coin.Predictive(), low, high)
	// Output: heads with probability 0.643, in [0.386, 0.861] with mass 0.95
}

// Three heads in three flips of a fair coin: maximum likelihood rules out tails.
func ExampleBetaBernoulli_PredictiveLogLoss() {
	loss, err := conjugate.BetaBernoulli{A: 2, B: 2}.PredictiveLogLoss(0.5, 3, 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("Bayes %.3f, MAP %.3f, MLE %v nats\n", loss.Bayes, loss.MAP, loss.MLE)
	// Output: Bayes 0.795, MAP 0.916, MLE +Inf nats
}
