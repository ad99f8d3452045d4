"""Golden digits of package prob: writes golden.csv beside this file.

    python3 -m venv venv && venv/bin/pip install mpmath==1.4.1
    venv/bin/python golden.py

The committed file was made with Python 3.11.7 and mpmath 1.4.1, at 60 digits; its first line repeats
the versions that made it. It takes some minutes, fewer where gmpy2 is installed too, and has no
randomness: the same versions write the same bytes.

Columns: distribution, function, parameters, x, value, condition.
    function    logprob, cdf, entropy, kl, or kl:Other where p is of another family
    parameters  in the order of the struct's fields, by spaces; in a kl, those of q | those of p
    vector      elements by commas, of one element with a comma after it; rows of a matrix likewise by semicolons
    value       25 digits
    condition   sum over parameters and x of |input * d value/d input|; of a cdf divided by the cdf

Parameters and x are doubles, printed so that they are read back exactly; every other set is rounded
to 24 bits, so that float32 too can be held against the value. CDFs are series of positive terms, as
many as 55 digits need; entropies and divergences are closed forms, or sums over the outcomes.
verify() holds all of them against quadrature or summation of the densities before anything is written.
"""

import csv
import itertools
import pathlib
import platform
import struct

import mpmath
from mpmath import mp, mpf, exp, expm1, log, log1p, loggamma, pi, psi, sqrt

mp.dps = 60
TINY = mpf(10) ** -55  # of a sum, what a term may be left out at
HERE = pathlib.Path(__file__).parent

# The pairs of different families that have a closed form: method KL<p> of q.
CROSS = """
Normal Laplace, Laplace Normal, Normal Gumbel, Gumbel Normal,
Uniform Normal, Uniform Exponential, Uniform Laplace, Uniform Gamma, Uniform Beta,
Exponential Gamma, Exponential Normal, Exponential Gumbel,
Gamma Exponential, Gamma Normal, Gamma InverseGamma, InverseGamma Gamma, Gamma LogNormal, LogNormal Gamma,
HalfNormal Exponential, Beta Normal,
DiagonalNormal MultivariateNormal, MultivariateNormal DiagonalNormal
"""
CROSS = [tuple(pair.split()) for pair in CROSS.split(",")]

# --- functions ---------------------------------------------------------------------------------


def softplus(x):
    return x + log1p(exp(-x)) if x > 0 else log1p(exp(x))


def log_sigmoid(x):
    return -softplus(-x)


def sigmoid(x):
    return exp(log_sigmoid(x))


def log_softmax(logits):
    top = max(logits)
    total = top + log(mp.fsum(exp(l - top) for l in logits))
    return [l - total for l in logits]


def xlogy(x, y):
    return mpf(0) if x == 0 else x * log(y)


def log_beta(a, b):
    return loggamma(a) + loggamma(b) - loggamma(a + b)


def log_choose(n, k):
    return loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1)


def ndtr(z):
    return mp.erfc(-z / sqrt(mpf(2))) / 2


def normal_mass(a, b):
    """Probability of [a, b] under N(0, 1), from the tail that it lies in."""
    if a + b > 0:
        a, b = -b, -a
    with mp.extradps(60):
        return ndtr(b) - ndtr(a)


def gamma_p(a, x):
    """Regularised lower incomplete gamma function, by its series of positive terms."""
    series = mp.hypsum(1, 1, ("Z", "R"), [1, mpf(a) + 1], mpf(x), maxterms=10**7)
    return exp(a * log(x) - x - loggamma(a)) * series / a


def gamma_q(a, x):
    """Regularised upper incomplete gamma function: 1 - P with as many digits more as cancel; 0 below 1e-310."""
    lost = (x - a * log(x) + loggamma(a)) / log(10) if x > a else 0
    if lost > 320:
        return mpf(0)
    with mp.extradps(int(max(0, lost)) + 20):
        return 1 - gamma_p(a, x)


def beta_series(a, b, x):
    """I_x(a, b) by its series of positive terms."""
    series = mp.hypsum(2, 1, ("R", "Z", "R"), [a + b, 1, a + 1], x, maxterms=10**7)
    return exp(a * log(x) + b * log1p(-x) - log_beta(a, b)) * series / a


def beta_inc(a, b, x):
    """Regularised incomplete beta function, by the series that needs fewer terms; 0 below 1e-310."""
    if x <= 0 or x >= 1:
        return mpf(x >= 1)
    digits = (log_beta(a, b) - a * log(x) - b * log1p(-x)) / log(10)
    below = x <= a / (a + b)
    if below and digits > 310:
        return mpf(0)
    if x < mpf("1e-3") or below and 1 - x > mpf("1e-3"):
        return beta_series(a, b, x)
    with mp.extradps(int(max(0, digits) if below else 0) + 20):
        return 1 - beta_series(b, a, 1 - x)


def walk(start, ratio):
    """Sum of start, start*ratio(1), start*ratio(1)*ratio(2), ... until terms no longer count."""
    term, total, n = start, mpf(0), 0
    while term > total * TINY:
        total += term
        n += 1
        term *= ratio(n)
    return total


# --- distributions -----------------------------------------------------------------------------
# Each has logprob(x, *theta), and cdf and entropy where they exist.


class Normal:
    def logprob(x, mu, sigma):
        return -(((x - mu) / sigma) ** 2) / 2 - log(sigma) - log(2 * pi) / 2

    def cdf(x, mu, sigma):
        return ndtr((x - mu) / sigma)

    def entropy(mu, sigma):
        return log(2 * pi * mp.e * sigma**2) / 2


class LogNormal:
    def logprob(x, mu, sigma):
        return Normal.logprob(log(x), mu, sigma) - log(x)

    def cdf(x, mu, sigma):
        return Normal.cdf(log(x), mu, sigma)

    def entropy(mu, sigma):
        return Normal.entropy(mu, sigma) + mu


class HalfNormal:
    def logprob(x, sigma):
        return Normal.logprob(x, 0, sigma) + log(2)

    def cdf(x, sigma):
        return mp.erf(x / sigma / sqrt(mpf(2)))

    def entropy(sigma):
        return Normal.entropy(0, sigma) - log(2)


class TruncatedNormal:
    def mass(mu, sigma, low, high):
        return normal_mass((low - mu) / sigma, (high - mu) / sigma)

    def logprob(x, mu, sigma, low, high):
        return Normal.logprob(x, mu, sigma) - log(TruncatedNormal.mass(mu, sigma, low, high))

    def cdf(x, mu, sigma, low, high):
        return TruncatedNormal.mass(mu, sigma, low, x) / TruncatedNormal.mass(mu, sigma, low, high)

    def moments(mu, sigma, low, high):
        """E[z] and E[z²] of z = (x - mu)/sigma."""
        a, b = (low - mu) / sigma, (high - mu) / sigma
        with mp.extradps(60):
            mass = normal_mass(a, b)
            phi = [exp(-z * z / 2) / sqrt(2 * pi) / mass for z in (a, b)]
            return phi[0] - phi[1], 1 + a * phi[0] - b * phi[1]

    def entropy(mu, sigma, low, high):
        _, second = TruncatedNormal.moments(mu, sigma, low, high)
        return log(TruncatedNormal.mass(mu, sigma, low, high) * sigma) + log(2 * pi) / 2 + second / 2


class Uniform:
    def logprob(x, low, high):
        return -log(high - low)

    def cdf(x, low, high):
        return (x - low) / (high - low)

    def entropy(low, high):
        return log(high - low)


class LogUniform:
    def logprob(x, low, high):
        return -log(x) - log(log(high / low))

    def cdf(x, low, high):
        return log(x / low) / log(high / low)

    def entropy(low, high):
        return (log(low) + log(high)) / 2 + log(log(high / low))


class Laplace:
    def logprob(x, mu, scale):
        return -abs(x - mu) / scale - log(2 * scale)

    def cdf(x, mu, scale):
        tail = exp(-abs(x - mu) / scale) / 2
        return tail if x < mu else 1 - tail

    def entropy(mu, scale):
        return 1 + log(2 * scale)


class Logistic:
    def logprob(x, mu, scale):
        z = abs(x - mu) / scale
        return -z - 2 * log1p(exp(-z)) - log(scale)

    def cdf(x, mu, scale):
        return sigmoid((x - mu) / scale)

    def entropy(mu, scale):
        return log(scale) + 2


class Cauchy:
    def logprob(x, mu, scale):
        return -log1p(((x - mu) / scale) ** 2) - log(pi * scale)

    def cdf(x, mu, scale):
        return mp.atan2(scale, mu - x) / pi

    def entropy(mu, scale):
        return log(4 * pi * scale)


class HalfCauchy:
    def logprob(x, scale):
        return Cauchy.logprob(x, 0, scale) + log(2)

    def cdf(x, scale):
        return 2 * mp.atan2(x, scale) / pi

    def entropy(scale):
        return log(2 * pi * scale)


class StudentT:
    def logprob(x, nu, mu, sigma):
        z = (x - mu) / sigma
        return -(nu + 1) / 2 * log1p(z * z / nu) - log(sigma) - log(nu) / 2 - log_beta(nu / 2, mpf(1) / 2)

    def cdf(x, nu, mu, sigma):
        z = (x - mu) / sigma
        if z * z < nu:  # from the middle
            with mp.extradps(int(z * z / 2 / log(10)) + 30):
                inside = beta_series(mpf(1) / 2, nu / 2, z * z / (nu + z * z))
                return (1 + mp.sign(z) * inside) / 2
        tail = beta_series(nu / 2, mpf(1) / 2, nu / (nu + z * z)) / 2
        return tail if z < 0 else 1 - tail

    def entropy(nu, mu, sigma):
        half = (nu + 1) / 2
        return half * (psi(0, half) - psi(0, nu / 2)) + log(nu) / 2 + log_beta(nu / 2, mpf(1) / 2) + log(sigma)


class Gumbel:
    def logprob(x, mu, scale):
        z = (x - mu) / scale
        return -z - exp(-z) - log(scale)

    def cdf(x, mu, scale):
        return exp(-exp(-(x - mu) / scale))

    def entropy(mu, scale):
        return log(scale) + mp.euler + 1


class Exponential:
    def logprob(x, rate):
        return log(rate) - rate * x

    def cdf(x, rate):
        return -expm1(-rate * x)

    def entropy(rate):
        return 1 - log(rate)


class Gamma:
    def logprob(x, alpha, beta):
        return alpha * log(beta) - loggamma(alpha) + (alpha - 1) * log(x) - beta * x

    def cdf(x, alpha, beta):
        return gamma_p(alpha, beta * x)

    def entropy(alpha, beta):
        return alpha - log(beta) + loggamma(alpha) + (1 - alpha) * psi(0, alpha)


class InverseGamma:
    def logprob(x, alpha, beta):
        return alpha * log(beta) - loggamma(alpha) - (alpha + 1) * log(x) - beta / x

    def cdf(x, alpha, beta):
        return gamma_q(alpha, beta / x)

    def entropy(alpha, beta):
        return alpha + log(beta) + loggamma(alpha) - (1 + alpha) * psi(0, alpha)


class Beta:
    def logprob(x, alpha, beta):
        return (alpha - 1) * log(x) + (beta - 1) * log1p(-x) - log_beta(alpha, beta)

    def cdf(x, alpha, beta):
        return beta_inc(alpha, beta, x)

    def entropy(alpha, beta):
        return Dirichlet.entropy([alpha, beta])


class Dirichlet:
    def log_norm(alpha):
        return mp.fsum(loggamma(a) for a in alpha) - loggamma(mp.fsum(alpha))

    def logprob(x, alpha):
        return mp.fsum((a - 1) * log(v) for a, v in zip(alpha, x)) - Dirichlet.log_norm(alpha)

    def entropy(alpha):
        total = mp.fsum(alpha)
        spread = (total - len(alpha)) * psi(0, total) - mp.fsum((a - 1) * psi(0, a) for a in alpha)
        return Dirichlet.log_norm(alpha) + spread


class Bernoulli:
    def logprob(x, logits):
        return log_sigmoid(logits if x == 1 else -logits)

    def cdf(x, logits):
        return mpf(1) if x == 1 else sigmoid(-logits)

    def entropy(logits):
        return -mp.fsum(sigmoid(l) * log_sigmoid(l) for l in (logits, -logits))


class Binomial:
    def logprob(x, n, logits):
        return log_choose(n, x) + x * log_sigmoid(logits) + (n - x) * log_sigmoid(-logits)

    def cdf(x, n, logits):
        odds = exp(logits)
        if x > n * sigmoid(logits):  # from the other end, with the digits that cancel
            lost = max(0, -Binomial.logprob(x, n, logits) / log(10))
            with mp.extradps(int(min(lost, 400)) + 20):
                if x == n:
                    return mpf(1)
                top = exp(Binomial.logprob(x + 1, n, logits))
                return 1 - walk(top, lambda i: (n - x - i) / (x + 1 + i) * odds)
        return walk(exp(Binomial.logprob(x, n, logits)), lambda i: (x - i + 1) / (n - x + i) / odds)


class Geometric:
    def logprob(x, logits):
        return log_sigmoid(logits) + x * log_sigmoid(-logits)

    def cdf(x, logits):
        return -expm1((x + 1) * log_sigmoid(-logits))

    def entropy(logits):
        return Bernoulli.entropy(logits) / sigmoid(logits)


class TruncatedGeometric:
    def log_norm(tau, n):
        """log of the sum of exp(-tau*l) over l = 1..n."""
        if tau == 0:
            return log(mpf(n))
        return -tau + log(expm1(-tau * n) / expm1(-tau))

    def logprob(x, tau, n):
        return -tau * x - TruncatedGeometric.log_norm(tau, n)

    def cdf(x, tau, n):
        return exp(TruncatedGeometric.log_norm(tau, x) - TruncatedGeometric.log_norm(tau, n))

    def mean(tau, n):
        if n <= 1000:
            top = max(-tau, -tau * n)
            weight = [exp(-tau * l - top) for l in range(1, int(n) + 1)]
            return mp.fsum(l * w for l, w in enumerate(weight, 1)) / mp.fsum(weight)
        if tau == 0:
            return (n + 1) / mpf(2)
        return 1 / -expm1(-tau) - n / expm1(tau * n)

    def entropy(tau, n):
        return tau * TruncatedGeometric.mean(tau, n) + TruncatedGeometric.log_norm(tau, n)


class Poisson:
    def logprob(x, log_rate):
        return x * log_rate - exp(log_rate) - loggamma(x + 1)

    def cdf(x, log_rate):
        rate = exp(log_rate)
        if x > rate:
            return 1 - walk(exp(Poisson.logprob(x + 1, log_rate)), lambda i: rate / (x + 1 + i))
        return walk(exp(Poisson.logprob(x, log_rate)), lambda i: (x - i + 1) / rate)


class NegativeBinomial:
    def logprob(x, r, logits):
        choose = loggamma(r + x) - loggamma(x + 1) - loggamma(r)
        return choose + r * log_sigmoid(-logits) + x * log_sigmoid(logits)

    def cdf(x, r, logits):
        p = sigmoid(logits)
        if x > r * exp(logits):
            return 1 - walk(exp(NegativeBinomial.logprob(x + 1, r, logits)), lambda i: p * (r + x + i) / (x + 1 + i))
        down = lambda i: (x - i + 1) / (r + x - i) / p if i <= x else 0
        return walk(exp(NegativeBinomial.logprob(x, r, logits)), down)


class Categorical:
    def logprob(x, logits):
        return log_softmax(logits)[int(x)]

    def cdf(x, logits):
        return mp.fsum(map(exp, log_softmax(logits)[: int(x) + 1]))

    def entropy(logits):
        return -mp.fsum(exp(l) * l for l in log_softmax(logits))


class OneHotCategorical:
    def logprob(x, logits):
        return log_softmax(logits)[x.index(1)]

    entropy = Categorical.entropy


class Multinomial:
    def logprob(x, n, logits):
        terms = (v * l - loggamma(v + 1) for v, l in zip(x, log_softmax(logits)))
        return loggamma(n + 1) + mp.fsum(terms)

    def entropy(n, logits):
        """-log n! - n sum p log p + the expectation of log k! over each count, a binomial."""
        total = n * Categorical.entropy(logits) - loggamma(n + 1)
        for l in log_softmax(logits):
            odds = l - log(-expm1(l))
            for k in range(2, int(n) + 1):
                total += exp(Binomial.logprob(k, n, odds)) * loggamma(k + 1)
        return total


class DiagonalNormal:
    def logprob(x, mu, sigma):
        return mp.fsum(map(Normal.logprob, x, mu, sigma))

    def entropy(mu, sigma):
        return mp.fsum(map(Normal.entropy, mu, sigma))


class MultivariateNormal:
    def solve(chol, b):
        z = []
        for row, v in zip(chol, b):
            z.append((v - mp.fsum(l * w for l, w in zip(row, z))) / row[len(z)])
        return z

    def log_det(chol):
        return mp.fsum(log(row[i]) for i, row in enumerate(chol))

    def logprob(x, mu, chol):
        z = MultivariateNormal.solve(chol, [v - m for v, m in zip(x, mu)])
        return mp.fsum(-w * w / 2 - log(2 * pi) / 2 for w in z) - MultivariateNormal.log_det(chol)

    def entropy(mu, chol):
        return len(mu) * log(2 * pi * mp.e) / 2 + MultivariateNormal.log_det(chol)


class RelaxedBernoulli:
    def logprob(x, logits, temperature):
        z = logits - temperature * (log(x) - log1p(-x))  # Maddison et al. 2017, appendix B
        return log(temperature) + z - 2 * softplus(z) - log(x) - log1p(-x)

    def cdf(x, logits, temperature):
        return sigmoid(temperature * (log(x) - log1p(-x)) - logits)


class RelaxedCategorical:
    def logprob(x, logits, temperature):
        score = [l - temperature * log(v) for l, v in zip(logits, x)]  # Maddison et al. 2017, equation 10
        k = len(x)
        top = mp.fsum(s - log(v) for s, v in zip(score, x)) - k * log(mp.fsum(map(exp, score)))
        return loggamma(mpf(k)) + (k - 1) * log(temperature) + top


class Mixture:
    """Of two normals: the logits of their weights, their means, their standard deviations."""

    def logprob(x, logits, mu, sigma):
        return log(mp.fsum(exp(l + Normal.logprob(x, m, s)) for l, m, s in zip(log_softmax(logits), mu, sigma)))

    def cdf(x, logits, mu, sigma):
        return mp.fsum(exp(l) * Normal.cdf(x, m, s) for l, m, s in zip(log_softmax(logits), mu, sigma))


# --- divergences KL(q‖p): closed forms, of the parameters of q and of p --------------------------


def kl_gamma(a, b, c, d):
    return (a - c) * psi(0, a) - loggamma(a) + loggamma(c) + c * (log(b) - log(d)) + a * (d - b) / b


def kl_gumbel(mu, s, m, t):
    return log(t / s) + mp.euler * (s / t - 1) + exp((m - mu) / t + loggamma(1 + s / t)) - 1 + (mu - m) / t


def kl_laplace(mu, s, m, t):
    z = abs(mu - m)
    return log(t / s) + (z + s * exp(-z / s)) / t - 1


def kl_truncated_normal(mu, s, low, high, m, t, lower, higher):
    first, second = TruncatedNormal.moments(mu, s, low, high)
    shift = mu - m
    distance = (shift**2 + 2 * shift * s * first + s**2 * second) / t**2 / 2
    ratio = TruncatedNormal.mass(m, t, lower, higher) / TruncatedNormal.mass(mu, s, low, high)
    return log(ratio * t / s) + distance - second / 2


def kl_bernoulli(l, m):
    return mp.fsum(sigmoid(q) * (log_sigmoid(q) - log_sigmoid(p)) for q, p in ((l, m), (-l, -m)))


def kl_categorical(logits, other):
    return mp.fsum(exp(q) * (q - p) for q, p in zip(log_softmax(logits), log_softmax(other)))


def kl_dirichlet(alpha, beta):
    total = psi(0, mp.fsum(alpha))
    spread = mp.fsum((a - b) * (psi(0, a) - total) for a, b in zip(alpha, beta))
    return Dirichlet.log_norm(beta) - Dirichlet.log_norm(alpha) + spread


def kl_multivariate_normal(mu, chol, m, other):
    n = len(mu)
    squares = [MultivariateNormal.solve(other, [row[j] for row in chol]) for j in range(n)]
    squares.append(MultivariateNormal.solve(other, [a - b for a, b in zip(mu, m)]))
    total = mp.fsum(v * v for column in squares for v in column)
    return (total - n) / 2 + MultivariateNormal.log_det(other) - MultivariateNormal.log_det(chol)


def diagonal(sigma):
    return [[s if i == j else mpf(0) for j in range(len(sigma))] for i, s in enumerate(sigma)]


def kl_normal(mu, s, m, t):
    return log(t / s) + (s * s + (mu - m) ** 2) / t**2 / 2 - mpf(1) / 2


def kl_cauchy(mu, s, m, t):
    return log(((s + t) ** 2 + (mu - m) ** 2) / (4 * s * t))


def kl_truncated_geometric(tau, n, other, m):
    norm = TruncatedGeometric.log_norm
    return norm(other, m) - norm(tau, n) + (other - tau) * TruncatedGeometric.mean(tau, n)


def kl_shifted_logistic(shift):
    return mpf(0) if shift == 0 else shift / mp.tanh(shift / 2) - 2


def mean_log(low, high):
    """E[log x] of Uniform(low, high)."""
    return (xlogy(high, high) - xlogy(low, low)) / (high - low) - 1


def normal_to_laplace(mu, s, m, t):
    z = (mu - m) / s
    distance = s * (sqrt(2 / pi) * exp(-z * z / 2) + z * mp.erf(z / sqrt(mpf(2))))
    return distance / t + log(2 * t) - Normal.entropy(mu, s)


def uniform_to_laplace(low, high, m, t):
    a, b = low - m, high - m
    return (b * abs(b) - a * abs(a)) / (2 * (high - low)) / t + log(2 * t) - log(high - low)


def to_normal(entropy, mean, variance, m, t):
    return -entropy + log(t) + log(2 * pi) / 2 + (variance + (mean - m) ** 2) / (2 * t * t)


def to_gamma(entropy, mean, mean_log, c, d):
    return -entropy - c * log(d) + loggamma(c) - (c - 1) * mean_log + d * mean


KL = {
    ("Normal", "Normal"): kl_normal,
    ("LogNormal", "LogNormal"): kl_normal,
    ("HalfNormal", "HalfNormal"): lambda s, t: kl_normal(0, s, 0, t),
    ("TruncatedNormal", "TruncatedNormal"): kl_truncated_normal,
    ("Uniform", "Uniform"): lambda a, b, c, d: log((d - c) / (b - a)),
    ("LogUniform", "LogUniform"): lambda a, b, c, d: log(log(d / c) / log(b / a)),
    ("Laplace", "Laplace"): kl_laplace,
    ("Cauchy", "Cauchy"): kl_cauchy,
    ("HalfCauchy", "HalfCauchy"): lambda s, t: kl_cauchy(0, s, 0, t),
    ("Gumbel", "Gumbel"): kl_gumbel,
    ("Exponential", "Exponential"): lambda r, s: log(r / s) + s / r - 1,
    ("Gamma", "Gamma"): kl_gamma,
    ("InverseGamma", "InverseGamma"): kl_gamma,
    ("Beta", "Beta"): lambda a, b, c, d: kl_dirichlet([a, b], [c, d]),
    ("Dirichlet", "Dirichlet"): kl_dirichlet,
    ("Bernoulli", "Bernoulli"): kl_bernoulli,
    ("Binomial", "Binomial"): lambda n, l, _, m: n * kl_bernoulli(l, m),
    ("Geometric", "Geometric"): lambda l, m: kl_bernoulli(l, m) / sigmoid(l),
    ("TruncatedGeometric", "TruncatedGeometric"): kl_truncated_geometric,
    ("Poisson", "Poisson"): lambda l, m: exp(l) * (l - m) - exp(l) + exp(m),
    ("NegativeBinomial", "NegativeBinomial"): lambda r, l, _, m: r * kl_bernoulli(l, m) / sigmoid(-l),
    ("Categorical", "Categorical"): kl_categorical,
    ("OneHotCategorical", "OneHotCategorical"): kl_categorical,
    ("Multinomial", "Multinomial"): lambda n, l, _, m: n * kl_categorical(l, m),
    ("DiagonalNormal", "DiagonalNormal"): lambda *theta: mp.fsum(map(kl_normal, *theta)),
    ("MultivariateNormal", "MultivariateNormal"): kl_multivariate_normal,
    ("DiagonalNormal", "MultivariateNormal"): lambda mu, s, m, l: kl_multivariate_normal(mu, diagonal(s), m, l),
    ("MultivariateNormal", "DiagonalNormal"): lambda mu, l, m, s: kl_multivariate_normal(mu, l, m, diagonal(s)),
    ("RelaxedBernoulli", "RelaxedBernoulli"): lambda l, _, m, t: kl_shifted_logistic(l - m),
    ("Normal", "Laplace"): normal_to_laplace,
    ("Laplace", "Normal"): lambda mu, s, m, t: to_normal(Laplace.entropy(mu, s), mu, 2 * s * s, m, t),
    ("Normal", "Gumbel"): lambda mu, s, m, t: -Normal.entropy(mu, s) + log(t) + (mu - m) / t
    + exp((m - mu) / t + (s / t) ** 2 / 2),
    ("Gumbel", "Normal"): lambda mu, s, m, t: to_normal(
        Gumbel.entropy(mu, s), mu + mp.euler * s, (pi * s) ** 2 / 6, m, t
    ),
    ("Uniform", "Normal"): lambda a, b, m, t: to_normal(log(b - a), (a + b) / 2, (b - a) ** 2 / 12, m, t),
    ("Uniform", "Exponential"): lambda a, b, r: -log(b - a) - log(r) + r * (a + b) / 2,
    ("Uniform", "Laplace"): uniform_to_laplace,
    ("Uniform", "Gamma"): lambda a, b, c, d: to_gamma(log(b - a), (a + b) / 2, mean_log(a, b), c, d),
    ("Uniform", "Beta"): lambda a, b, c, d: -log(b - a) + log_beta(c, d) - (c - 1) * mean_log(a, b)
    - (d - 1) * mean_log(1 - b, 1 - a),
    ("Exponential", "Gamma"): lambda r, c, d: kl_gamma(mpf(1), r, c, d),
    ("Exponential", "Normal"): lambda r, m, t: to_normal(1 - log(r), 1 / r, 1 / r**2, m, t),
    ("Exponential", "Gumbel"): lambda r, m, t: log(r) - 1 + log(t) + (1 / r - m) / t + exp(m / t) * r / (r + 1 / t),
    ("Gamma", "Exponential"): lambda a, b, r: kl_gamma(a, b, mpf(1), r),
    ("Gamma", "Normal"): lambda a, b, m, t: to_normal(Gamma.entropy(a, b), a / b, a / b**2, m, t),
    ("Gamma", "InverseGamma"): lambda a, b, c, d: -Gamma.entropy(a, b) - c * log(d) + loggamma(c)
    + (c + 1) * (psi(0, a) - log(b)) + d * b / (a - 1),
    ("InverseGamma", "Gamma"): lambda a, b, c, d: to_gamma(
        InverseGamma.entropy(a, b), b / (a - 1), log(b) - psi(0, a), c, d
    ),
    ("Gamma", "LogNormal"): lambda a, b, m, t: psi(0, a) - log(b)
    + to_normal(Gamma.entropy(a, b), psi(0, a) - log(b), psi(1, a), m, t),
    ("LogNormal", "Gamma"): lambda m, s, c, d: to_gamma(LogNormal.entropy(m, s), exp(m + s * s / 2), m, c, d),
    ("HalfNormal", "Exponential"): lambda s, r: -HalfNormal.entropy(s) - log(r) + r * s * sqrt(2 / pi),
    ("Beta", "Normal"): lambda a, b, m, t: to_normal(
        Beta.entropy(a, b), a / (a + b), a * b / (a + b) ** 2 / (a + b + 1), m, t
    ),
}
assert {pair for pair in KL if pair[0] != pair[1]} == set(CROSS)

# --- the grid ----------------------------------------------------------------------------------
# Of each distribution: sets of parameters, and the points of each set.

INTEGER = {"Bernoulli", "Binomial", "Geometric", "TruncatedGeometric", "Poisson", "NegativeBinomial"}
INTEGER |= {"Categorical", "OneHotCategorical", "Multinomial"}
WHOLE = {"Binomial": {0}, "TruncatedGeometric": {1}, "Multinomial": {0}}  # parameters that only take whole numbers

SIZES = [(1,), (0.3,), (1e6,), (1e-6,)]
SCALES = [(0, 1), (1.7, 0.3), (0, 1e6), (0, 1e-6), (-1e3, 2.5), (1e6, 1e-6)]


def located(*steps):
    return lambda mu, scale: [mu + z * scale for z in steps]


def between(low, high):
    return [low + (high - low) * f for f in (0, 1e-9, 0.01, 0.3, 0.5, 0.8, 0.999, 1)]


def near(mean, deviation, low, high, *more):
    """Points up to 40 standard deviations from a mean, inside (low, high)."""
    points = {mean + z * deviation for z in (-40, -20, -8, -5, -2, -0.5, 0, 0.5, 2, 5, 8, 20, 40)}
    return sorted(p for p in points | set(more) if low < p < high)


def gamma_points(alpha):
    small = (1e-300, 1e-100, 1e-10, 0.1) if alpha < 1 else (alpha * 1e-3, alpha * 0.1)
    return near(alpha, alpha**0.5, 0, float("inf"), 700.0, *small)


def beta_points(a, b):
    mean, total = a / (a + b), a + b
    deviation = (mean * (b / total) / (total + 1)) ** 0.5
    ends = (1e-300, 1e-20, 0.01, 0.5, 0.9, 1 - 1e-7, 1 - 2**-50)
    return near(mean, deviation, 0, 1, *ends)


def counts(mean, variance, low, high, *more):
    inside = near(mean, variance**0.5, low - 1, high + 1, *more)
    return sorted({int(min(max(v, low), high)) for v in inside} | {low})


def logistic(l):
    return float(sigmoid(mpf(l)))


def run(r, l):
    """Mean and variance of NegativeBinomial, as floats."""
    mean = r * float(exp(mpf(l)))
    return mean, mean / logistic(-l)


def simplex(*parts):
    """Parts of their sum, a power of two, so that the point's elements sum to 1 exactly."""
    assert sum(parts) & (sum(parts) - 1) == 0
    return [p / sum(parts) for p in parts]


SIMPLEX = {
    2: [simplex(1, 1), simplex(1, 3), simplex(2**20 - 1, 1), simplex(1, 2**40 - 1)],
    3: [
        simplex(1, 1, 2), simplex(5, 2, 1), simplex(1, 2**20 - 2, 1), simplex(1, 2, 2**40 - 3),
        simplex(174763, 349525, 524288), simplex(174003, 350012, 524561),
    ],
    5: [simplex(1, 1, 2, 2, 2), simplex(1, 3, 5, 7, 2**20 - 16), simplex(100, 1, 2**30 - 104, 1, 2)],
}
LOGITS = [
    [0.3, -1.2, 1.1, 0], [0, 0], [100, -100, 0], [-100, -100.5, -99.25], [1e3, 1e3, 990],
    [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08], [30, -30], [-7.5, 2.25, 0.125, -0.5, 4, 11],
]
TRIANGLES = [
    ([0], [[1]]),
    ([0.5, -1], [[1, 0], [0.7, 0.3]]),
    ([1e3, -2e-6], [[1e6, 0], [3e-6, 1e-6]]),
    ([0, 0, 0], [[1e-6, 0, 0], [0.5, 1, 0], [1e5, -3e5, 1e6]]),
    ([1, 2, 3], [[2, 0, 0], [-1.5, 0.7, 0], [0.2, 0.1, 1.2]]),
    ([0.1, 0.2, 0.3, 0.4, 0.5], [[1 + i if i == j else 0.3 * (i - j) * (i > j) for j in range(5)] for i in range(5)]),
]
DIAGONALS = [
    ([0], [1]), ([0.5, -1], [1.5, 0.3]), ([1e3, -2e-6], [1e6, 1e-6]), ([0, 0, 0], [1e-6, 1, 1e6]),
    ([1, 2, 3, 4, 5], [0.1, 0.2, 0.3, 0.4, 0.5]),
]
Z = (0, 0.5, -1, 3, -8, 20, -40)


def spread(mu, scale, rows=None):
    """Points whose coordinates are several standard deviations from the mean, differently many."""
    size = [sum(r * r for r in row) ** 0.5 for row in scale] if rows else scale
    return [[m + Z[(i + 2 * j) % len(Z)] * s for j, (m, s) in enumerate(zip(mu, size))] for i in range(len(Z))]


def corners(n, k):
    return [[n if j == i else 0 for j in range(k)] for i in range(k)]


def multinomial_points(n, logits):
    k = len(logits)
    even = [n // k] * k
    even[0] += n - sum(even)
    p = [float(exp(l)) for l in log_softmax([mpf(l) for l in logits])]
    likely = [int(n * v) for v in p]
    likely[p.index(max(p))] += n - sum(likely)
    return [x for i, x in enumerate([even, likely, *corners(n, k)]) if x not in [even, likely][:i]]


GRID = {
    "Normal": (SCALES, located(-40, -37, -20, -8.2, -5, -1, -0.01, 0, 0.6, 2, 5, 8.2, 20, 40)),
    "LogNormal": (
        [(0, 1), (1.7, 0.3), (-3, 10), (0, 1e-6), (200, 5), (0.3, 1e6)],
        lambda mu, s: [float(exp(mu + z * mpf(s))) for z in (-40, -37, -8, -1, 0, 0.6, 5, 40) if abs(z * s) < 480]
        + [v for v in (1e-300, 1e-5, 7.5, 1e300) if s > 5],
    ),
    "HalfNormal": (SIZES, lambda s: [z * s for z in (1e-300, 1e-10, 0.1, 0.7, 1, 3, 8, 20, 40)]),
    "TruncatedNormal": (
        [
            (0, 1, -1, 2), (0.5, 2, 0.1, 30), (0, 1, 5, 9), (0, 1, 40, 41), (0, 1, -41, -40), (1, 1, 1001, 1002),
            (0, 1, -100, 100), (0, 1e6, -1, 2), (0, 1e-6, -1e-6, 3e-6), (3, 0.5, 10, 1e3), (-2, 1, -3e6, -1e4),
        ],
        lambda mu, s, low, high: between(low, high)
        + [v for v in (mu - 3 * s, mu + 8 * s, low + 1 / 64) if low < v < high],
    ),
    "Uniform": ([(0, 1), (-2.5, 7.3), (1e6, 1e6 + 1), (-1e-6, 1e-6), (-1e6, 1e6)], between),
    "LogUniform": (
        [(1, 2), (0.1, 30.7), (1e-6, 1e6), (1e-300, 1e300), (1, 1 + 2**-20)],
        lambda a, b: [min(max(float(mpf(a) * (mpf(b) / a) ** f), a), b) for f in (0, 0.01, 0.3, 0.5, 0.9, 1)],
    ),
    "Laplace": (SCALES, located(-690, -300, -40, -5, -1, -0.01, 0, 0.6, 5, 36, 40, 690)),
    "Logistic": (SCALES, located(-690, -300, -40, -5, -1, -0.01, 0, 0.6, 5, 36, 40, 690)),
    "Cauchy": (SCALES, located(-1e18, -1e9, -40, -5, -1, -0.01, 0, 0.6, 5, 40, 1e6, 1e15)),
    "HalfCauchy": (SIZES, lambda s: [z * s for z in (1e-200, 1e-10, 0.1, 1, 5, 40, 1e6, 1e15)]),
    "StudentT": (
        [
            (1, 0, 1), (0.5, 0, 1), (2, 1.5, 0.3), (3.5, 0, 1e6), (10, 0, 1e-6), (30, -1e3, 2.5), (1e3, 0, 1),
            (1e6, 0.1, 3), (1e8, 0, 1),
        ],
        lambda nu, mu, s: located(-37, -8, -1, -0.01, 0, 0.6, 2, 5, 40, *((-1e9, 1e6) if nu < 50 else ()))(mu, s),
    ),
    "Gumbel": (SCALES, located(-6.5, -5, -3, -1, 0, 0.6, 5, 20, 36, 100, 690)),
    "Exponential": (SIZES, lambda r: [z / r for z in (1e-300, 1e-10, 0.1, 0.7, 1, 5, 36, 100, 700)]),
    "Gamma": (
        [
            (1, 1), (1e-3, 1), (0.5, 1e-6), (2.5, 1e6), (100, 3), (1e6, 1e6), (1e6, 1e-6), (1e-3, 1e3), (30, 0.2),
            (1e4, 7),
        ],
        lambda a, b: [g / b for g in gamma_points(a) if 1e-305 < g / b],
    ),
    "InverseGamma": (
        [(1, 1), (1e-3, 1), (0.5, 1e-6), (2.5, 1e6), (100, 3), (1e6, 1e6), (1e6, 1e-6), (30, 0.2), (1e4, 7)],
        lambda a, b: [b / g for g in gamma_points(a) if b / g < 1e305],
    ),
    "Beta": (
        [
            (1, 1), (0.5, 0.5), (2, 5), (1e-3, 1e-3), (1e3, 1e-3), (1e6, 1e6), (1e6, 2), (0.5, 1e6), (50, 70),
            (1e-3, 30), (3e5, 1.5),
        ],
        beta_points,
    ),
    "Dirichlet": (
        [
            ([1, 1, 1],), ([0.5, 0.5],), ([1e-3, 1e-3, 1e-3],), ([1e6, 2e6, 3e6],), ([1e-3, 1, 1e6],),
            ([2, 3.5, 1.25],), ([0.1, 1, 2, 30, 4e4],), ([1e6, 1e6],), ([1e5, 2e5, 3e5],),
        ],
        lambda alpha: SIMPLEX[len(alpha)],
    ),
    "Bernoulli": ([(l,) for l in (0, 0.8, -1.1, 5, -5, 20, -20, 37.5, 100, -100)], lambda l: [0, 1]),
    "Binomial": (
        [
            (1, 0.3), (10, -100), (10, 100), (10, 0), (40, 0.7), (1000, -3), (1000, 5), (1000000, 0),
            (1000000, -13.8), (1000000, 2.2), (250000, -100),
        ],
        lambda n, l: counts(n * logistic(l), n * logistic(l) * logistic(-l), 0, n, 1, n // 2, n),
    ),
    "Geometric": (
        [(0,), (0.8,), (-5,), (-20,), (20,), (100,), (-100,), (-1.5,)],
        lambda l: [0, 1, 2, 10, 1000, 1000000] + [int(z * 2.718281828 ** min(-l, 15)) for z in (0.5, 3) if l < -2],
    ),
    "TruncatedGeometric": (
        [
            (0, 10), (0.7, 10), (-0.7, 10), (1, 1), (1e-8, 10), (-1e-8, 1000), (5, 1000), (-5, 1000), (100, 10),
            (-100, 10), (1e-3, 1000), (0, 1000), (-3e-7, 10000), (2e-3, 10000), (-1e6, 10), (1e-300, 10),
        ],
        lambda tau, n: sorted({1, 2 if n > 1 else 1, (n + 1) // 2, n - 1 if n > 1 else 1, n}),
    ),
    "Poisson": (
        [(0,), (-2.3,), (-20,), (2.3,), (6.9,), (13.815510557964274,), (-100,), (11.5,)],
        lambda l: counts(float(exp(mpf(l))), float(exp(mpf(l))), 0, float("inf"), 1, 2, 30),
    ),
    "NegativeBinomial": (
        [
            (1, 0), (1e-3, 0.5), (0.5, -5), (3.5, 1), (1e3, -2), (1e6, 0), (1e6, -14), (20, 3), (2, -100),
            (2.5, 30), (1e-3, -20),
        ],
        lambda r, l: counts(*run(r, min(l, 3)), 0, float("inf"), 1, 2, 30),
    ),
    "Categorical": ([(l,) for l in LOGITS], lambda l: range(len(l))),
    "OneHotCategorical": ([(l,) for l in LOGITS], lambda l: corners(1, len(l))),
    "Multinomial": (
        [
            (1, [0.3, -1.2, 1.1]), (10, [0, 0]), (10, [0.3, -1.2, 1.1]), (30, [100, -100, 0]),
            (10, [-7.5, 2.25, 0.125, -0.5]), (30, [0.1, 0.2, 0.3, 0.4, 0.5]), (1000000, [0.3, -1.2, 1.1]),
            (1000000, [0, 0]), (1000000, [1e-3, -13.8]),
        ],
        multinomial_points,
    ),
    "DiagonalNormal": (DIAGONALS, spread),
    "MultivariateNormal": (TRIANGLES, lambda mu, chol: spread(mu, chol, rows=True)),
    "RelaxedBernoulli": (
        [(0, 1), (0.8, 0.1), (-1.1, 0.5), (5, 2), (-20, 0.3), (20, 10), (100, 0.5), (-100, 1)],
        lambda l, t: [1e-30, 1e-6, 0.01, 0.3, 0.5, 0.9, 1 - 1e-7, 1 - 2**-50],
    ),
    "RelaxedCategorical": (
        [
            ([0, 0], 1), ([0.8, -0.3], 0.1), ([0.3, -1.2, 1.1], 0.5), ([0, 0, 0], 2), ([100, -100, 0], 0.3),
            ([20, 0, -20], 10), ([0.1, 0.2, 0.3, 0.4, 0.5], 0.7), ([-7.5, 2.25, 0.125, -0.5, 4], 1),
        ],
        lambda l, t: SIMPLEX[len(l)],
    ),
    "Mixture": (
        [
            ([0, 0], [0, 3], [1, 1]), ([2, -3], [-1, 1], [0.1, 10]), ([100, -100], [0, 0], [1e-6, 1e6]),
            ([0.5, -20], [0, 5], [1e-3, 1e3]), ([1, 2], [-30, 30], [0.5, 0.7]),
        ],
        lambda l, mu, s: sorted({m + z * t for m, t in zip(mu, s) for z in (-36, -8, -2, 0, 0.5, 5, 40)}),
    ),
}

LOCATED = [
    ((0.7, 1.3), (-0.4, 0.9)), ((0, 1), (0, 1)), ((0.1, 1), (0.1001, 1)), ((0, 1e-6), (0, 1e6)), ((0, 1e3), (1, 2)),
    ((-20, 0.5), (100, 30)), ((1e6, 2.5), (1e6, 2.25)), ((5, 1e-6), (5, 2e-6)),
]
FIELDS = [
    ((0.7, 1.3), (-0.4, 0.9)), ((0, 1), (0, 1)), ((0, 1e-6), (0, 1e6)), ((1, 3), (2, 5)), ((-20, 0.5), (10, 30)),
    ((0.25, 10), (-3, 40)),
]
POSITIVE = [
    ((1.3,), (0.9,)), ((1,), (1,)), ((1e-6,), (1e6,)), ((0.3,), (0.3001,)), ((1e6,), (2e5,)), ((1e6,), (1e-6,)),
]
SHAPES = [
    ((2.5, 1.3), (1.7, 0.9)), ((1, 1), (1, 1)), ((1e-3, 2), (0.5, 1e-3)), ((0.5, 1e-6), (2, 1e-6)),
    ((100, 3), (90, 2.5)), ((1e6, 1e6), (1.001e6, 1e6)), ((1e6, 2), (1e6, 2.001)), ((1e6, 1e-6), (1e6, 1e-6)),
    ((30, 0.2), (1e-3, 30)), ((3, 0.2), (1e4, 70)),
]
ODDS = [
    ((0.8,), (-1.1,)), ((0,), (0,)), ((5,), (5.001,)), ((-20,), (20,)), ((100,), (-100,)), ((-100,), (100,)),
    ((-100,), (-101,)), ((37.5,), (2,)),
]
WITHIN = [((0.2, 0.7),), ((-2.5, 7.3),), ((1e6, 1e6 + 1),), ((-1e-6, 1e-6),), ((-1e6, 1e6),)]
INSIDE = [((0.2, 0.7),), ((0.1, 30.5),), ((1e-6, 1e6),), ((1e6, 1e6 + 1),), ((1e-9, 1e-6),), ((0, 1),)]


def pairs(first, second):
    """Parameters of q with parameters of p, each element of the longer list once."""
    n = max(len(first), len(second))
    return [(first[i % len(first)], second[i % len(second)]) for i in range(n)]


def qs(table):
    return [row[0] for row in table]


GAMMAS = [(2.5, 1.3), (1e-3, 2), (0.5, 1e-3), (100, 3), (1, 1), (1e4, 7), (30, 0.2)]
GAUSSIANS = [(0.7, 1.3), (0, 1), (-3, 0.5), (1e3, 1e6), (0.25, 40)]
RATES = [(1.3,), (1,), (1e-6,), (0.3,), (200,)]
CHOLS = [(q, p) for q in TRIANGLES for p in TRIANGLES if len(q[0]) == len(p[0])]
MATCHED = [(q, p) for q in DIAGONALS for p in TRIANGLES if len(q[0]) == len(p[0])]

KL_GRID = {
    ("Normal", "Normal"): LOCATED,
    ("LogNormal", "LogNormal"): LOCATED,
    ("HalfNormal", "HalfNormal"): POSITIVE,
    ("TruncatedNormal", "TruncatedNormal"): [
        ((0, 1, -1, 2), (0.5, 1.5, -2, 3)), ((0, 1, -1, 2), (0, 1, -1, 2)), ((0, 1, 5, 9), (1, 2, -10, 10)),
        ((0.5, 2, 0.1, 30), (0.7, 3, 0, 40)), ((0, 1, 40, 41), (0, 2, 40, 42)),
        ((0, 1, -41, -40), (0.5, 1, -50, 50)), ((0, 1e6, -1, 2), (0, 1, -1.5, 2)),
        ((1, 1e-3, 0, 2), (1.5, 1, 0, 3)),
    ],
    ("Uniform", "Uniform"): [
        ((0.2, 0.7), (0, 1)), ((-2.5, 7.3), (-2.5, 7.3)), ((1e6, 1e6 + 1), (-1e6, 2e6)),
        ((-1e-6, 1e-6), (-1e-5, 1e-6)),
    ],
    ("LogUniform", "LogUniform"): [
        ((0.2, 0.7), (0.1, 1)), ((1, 2), (1, 2)), ((0.1, 30.7), (1e-6, 1e6)), ((1, 1 + 2**-10), (1, 1 + 2**-9)),
        ((1e-9, 1e-8), (1e-300, 1e300)),
    ],
    ("Laplace", "Laplace"): LOCATED,
    ("Cauchy", "Cauchy"): LOCATED,
    ("HalfCauchy", "HalfCauchy"): POSITIVE,
    ("Gumbel", "Gumbel"): FIELDS,
    ("Exponential", "Exponential"): POSITIVE,
    ("Gamma", "Gamma"): SHAPES,
    ("InverseGamma", "InverseGamma"): SHAPES,
    ("Beta", "Beta"): SHAPES,
    ("Dirichlet", "Dirichlet"): [
        (([2, 3.5, 1.25],), ([1.5, 2, 3],)), (([1, 1, 1],), ([1, 1, 1],)), (([1e-3, 1e-3, 1e-3],), ([1, 2, 3],)),
        (([1e6, 2e6, 3e6],), ([1e6, 2.001e6, 3e6],)), (([0.1, 1, 2, 30, 4e4],), ([0.2, 1, 3, 20, 5e4],)),
        (([1e-3, 1, 1e6],), ([0.5, 1, 1e6],)), (([0.5, 0.5],), ([1e3, 1e3],)),
    ],
    ("Bernoulli", "Bernoulli"): ODDS,
    ("Binomial", "Binomial"): [
        ((n, *q), (n, *p))
        for n, (q, p) in zip((10, 1, 1000, 40, 10, 10, 1000000, 1000000), ODDS)
    ],
    ("Geometric", "Geometric"): [row for row in ODDS if row[0][0] > -50],
    ("TruncatedGeometric", "TruncatedGeometric"): [
        ((t, n), (u, n)) for t, u, n in
        [
            (0.7, -0.4, 10), (0, 0.3, 10), (1e-8, 0, 10), (-5, 5, 1000), (100, -100, 10), (-0.3, 0, 1000),
            (1e-3, -1e-3, 1000), (0.2, 0.2, 10), (3e-3, 2e-3, 10000),
        ]
    ],
    ("Poisson", "Poisson"): [
        ((0.8,), (-1.1,)), ((0,), (0,)), ((13.8,), (13.81,)), ((-20,), (5,)), ((-100,), (-90,)), ((5,), (5.001,)),
        ((9,), (-30,)), ((13.8,), (2.5,)),
    ],
    ("NegativeBinomial", "NegativeBinomial"): [
        ((r, *q), (r, *p))
        for r, (q, p) in zip((2.5, 1e-3, 1e6, 3, 1, 40, 1e6), (row for row in ODDS if row[0][0] < 50))
    ],
    ("Categorical", "Categorical"): [((l,), (m,)) for l in LOGITS for m in LOGITS if len(l) == len(m)],
    ("OneHotCategorical", "OneHotCategorical"): [((l,), (m,)) for l in LOGITS for m in LOGITS if len(l) == len(m)],
    ("Multinomial", "Multinomial"): [
        ((n, l), (n, m))
        for n, l, m in [
            (10, [0.3, -1.2, 1.1], [0, 0.5, 1]), (1, [0, 0], [1, -1]), (30, [100, -100, 0], [0, 0, 0]),
            (1000000, [0.3, -1.2], [0.301, -1.2]), (10, [1, 2, 3], [1, 2, 3]),
        ]
    ],
    ("DiagonalNormal", "DiagonalNormal"): [
        (q, p)
        for q in DIAGONALS for p in DIAGONALS + [([0, 1, 0.5], [2, 2, 1]), ([0.3], [0.9])] if len(q[0]) == len(p[0])
    ],
    ("MultivariateNormal", "MultivariateNormal"): CHOLS,
    ("DiagonalNormal", "MultivariateNormal"): MATCHED,
    ("MultivariateNormal", "DiagonalNormal"): [(p, q) for q, p in MATCHED],
    ("RelaxedBernoulli", "RelaxedBernoulli"): [
        ((0.8, 1.5), (-0.5, 1.5)), ((0, 1), (0, 1)), ((1, 0.1), (1.001, 0.1)), ((-20, 0.5), (20, 0.5)),
        ((100, 2), (-100, 2)), ((0.3, 1), (0.26, 1)), ((2, 1), (1.9375, 1)), ((0, 10), (5, 10)),
    ],
    ("Normal", "Laplace"): LOCATED,
    ("Laplace", "Normal"): LOCATED,
    ("Normal", "Gumbel"): FIELDS,
    ("Gumbel", "Normal"): LOCATED,
    ("Uniform", "Normal"): pairs(qs(WITHIN), GAUSSIANS),
    ("Uniform", "Exponential"): pairs(qs(INSIDE), RATES),
    ("Uniform", "Laplace"): pairs(qs(WITHIN), [(0.4, 2), *GAUSSIANS]),
    ("Uniform", "Gamma"): pairs(qs(INSIDE), GAMMAS),
    ("Uniform", "Beta"): pairs(
        [(0.2, 0.7), (0, 1), (1e-6, 2e-6), (0.5, 1), (0.1, 0.11)],
        [(2.5, 1.3), (1, 1), (1e-3, 2), (100, 3), (0.5, 0.5), (1e3, 30), (2, 1e5)],
    ),
    ("Exponential", "Gamma"): pairs(qs(POSITIVE), GAMMAS),
    ("Exponential", "Normal"): pairs(qs(POSITIVE), GAUSSIANS),
    ("Exponential", "Gumbel"): pairs(qs(POSITIVE), [p for _, p in FIELDS if abs(p[0] / p[1]) < 300]),
    ("Gamma", "Exponential"): pairs(GAMMAS, RATES),
    ("Gamma", "Normal"): pairs(GAMMAS, GAUSSIANS),
    ("Gamma", "InverseGamma"): pairs([g for g in GAMMAS if g[0] > 1], GAMMAS),
    ("InverseGamma", "Gamma"): pairs([g for g in GAMMAS if g[0] > 1], GAMMAS),
    ("Gamma", "LogNormal"): pairs(GAMMAS, GAUSSIANS),
    ("LogNormal", "Gamma"): pairs([(0.7, 1.3), (0, 1), (-3, 0.5), (2, 1e-3), (0, 5)], GAMMAS),
    ("HalfNormal", "Exponential"): pairs(qs(POSITIVE), RATES),
    ("Beta", "Normal"): pairs([(2.5, 1.3), (1, 1), (1e-3, 2), (100, 3), (0.5, 0.5), (1e6, 30)], GAUSSIANS),
}
assert KL_GRID.keys() == KL.keys()

# --- verification ------------------------------------------------------------------------------

INF = mp.inf
ENDS = {
    "HalfNormal": lambda s: [0, s, 4 * s, 15 * s],
    "HalfCauchy": lambda s: [0, s, 10 * s, INF],
    "Cauchy": lambda mu, s: [-INF, mu - 10 * s, mu, mu + 10 * s, INF],
    "StudentT": lambda nu, mu, s: [-INF, mu - 10 * s, mu, mu + 10 * s, INF],
    "TruncatedNormal": lambda mu, s, low, high: [low, (low + high) / 2, high],
    "Uniform": lambda low, high: [low, (low + high) / 2, high],
    "LogUniform": lambda low, high: [low, (low + high) / 2, high],
    "Beta": lambda a, b: [0, 0.25, 0.5, 0.75, 1],
    "RelaxedBernoulli": lambda l, t: [0, 0.25, 0.5, 0.75, 1],
    "Exponential": lambda r: [m / r for m in (0, 0.1, 1, 3, 10, 40, 100)],
    "Gamma": lambda a, b: [m / b for m in (0, a / 100, a / 3, a, 2 * a, 5 * a, 20 * a + 30, 100 * a + 100)],
    "InverseGamma": lambda a, b: [m * b for m in (0, 0.01, 0.1, 0.5, 1, 5, 100, INF)],
    "LogNormal": lambda mu, s: [exp(mu + z * s) for z in (-14, -8, -4, -2, 0, 2, 4, 8, 14)],
    "Mixture": lambda l, mu, s: sorted({m + z * t for m, t in zip(mu, s) for z in (-14, -4, 0, 4, 14)}),
}
LINE = {"Normal", "Laplace", "Logistic", "Gumbel"}
SERIES = INTEGER - {"OneHotCategorical", "Multinomial"}
HEAVY = {"Cauchy", "HalfCauchy", "StudentT", "InverseGamma", "RelaxedBernoulli"}  # where quadrature is less exact


def ends(name, theta):
    if name in LINE:
        mu, s = theta
        return [mu + z * s for z in (-60, -20, -8, -3, 0, 3, 8, 20, 60)]
    return ENDS[name](*theta)


def outcomes(name, theta):
    """All that a discrete distribution gives, or all of it that counts."""
    if name == "OneHotCategorical":
        return corners(1, len(theta[0]))
    if name == "Multinomial":
        n, k = int(theta[0]), len(theta[1])
        return [list(x) for x in itertools.product(range(n + 1), repeat=k) if sum(x) == n]
    if name == "Categorical":
        return range(len(theta[0]))
    if name == "TruncatedGeometric":
        return range(1, int(theta[1]) + 1)
    return range({"Bernoulli": 2, "Binomial": int(theta[0]) + 1}.get(name, 400))


def corner(f, x, y):
    """f at the point of the 2-simplex that (x, y) of the unit square maps to, times the area's change."""
    return f([x, y * (1 - x), (1 - y) * (1 - x)]) * (1 - x)


def gauss_hermite(theta, f):
    """The expectation of f, a quadratic, under a normal with a Cholesky factor: three nodes a dimension are exact."""
    mu, chol = theta
    total = mpf(0)
    for z in itertools.product(((-sqrt(3), mpf(1) / 6), (mpf(0), mpf(2) / 3), (sqrt(3), mpf(1) / 6)), repeat=len(mu)):
        x = [m + mp.fsum(l * v for l, (v, _) in zip(row, z)) for m, row in zip(mu, chol)]
        total += mp.fprod(w for _, w in z) * f(x)
    return total


def expectation(name, theta, f, upto=None, kink=()):
    """E[f(x)], or its part below a point, from the density alone; f may have a kink."""
    q = globals()[name]
    weighted = lambda x: exp(q.logprob(x, *theta)) * f(x)
    if name in INTEGER:
        return mp.fsum(weighted(x) for x in outcomes(name, theta) if upto is None or x <= upto)
    if name in ("DiagonalNormal", "MultivariateNormal"):
        return gauss_hermite(theta if name == "MultivariateNormal" else (theta[0], diagonal(theta[1])), f)
    if name in ("Dirichlet", "RelaxedCategorical"):
        return mp.quad(lambda x, y: corner(weighted, x, y), [0, 0.5, 1], [0, 0.5, 1])
    marks = sorted({*ends(name, theta), *kink})
    if upto is not None:
        marks = [m for m in marks if m < upto] + [upto]
    return mp.quad(weighted, marks)


def agree(what, want, got, tolerance):
    if abs(want - got) > tolerance * max(1, abs(want)):
        raise SystemExit(f"{what}: closed form {mp.nstr(want, 15)}, by summation or quadrature {mp.nstr(got, 15)}")


def tolerance(name):
    if name in ("Dirichlet", "RelaxedCategorical"):
        return mpf("1e-6")
    return mpf("1e-7") if name in HEAVY else mpf("1e-12")


USUAL = {  # where the first parameters of the grid would make a poor check
    "LogUniform": (0.2, 0.7), "StudentT": (3.5, 0.5, 1.3), "Gamma": (2.5, 1.3), "InverseGamma": (3.5, 1.3),
    "Beta": (2.5, 1.7), "Dirichlet": ([2, 3.5, 1.25],), "Geometric": (-0.7,), "Binomial": (10, -0.7),
    "Bernoulli": (0.8,), "TruncatedGeometric": (-0.7, 10), "Poisson": (1.2,), "NegativeBinomial": (2.5, 0.3),
    "Multinomial": (7, [0.3, -1.2, 1.1]), "DiagonalNormal": ([0.5, -1], [1.5, 0.3]),
    "MultivariateNormal": ([0.5, -1], [[1, 0], [0.7, 0.3]]), "RelaxedBernoulli": (0.8, 1.5),
    "RelaxedCategorical": ([0.3, -1.2, 1.1], 0.8),
}


def real(v):
    return [real(e) for e in v] if isinstance(v, (list, tuple)) else mpf(v)


def verify():
    """Hold every total, entropy, CDF and divergence against summation or quadrature, at moderate parameters."""
    with mp.workdps(25):
        for name, (thetas, _) in GRID.items():
            q, theta = globals()[name], real(USUAL.get(name, thetas[0]))
            density = lambda x: q.logprob(x, *theta)
            slack = tolerance(name)
            agree(f"{name} total", mpf(1), expectation(name, theta, lambda x: mpf(1)), slack)
            if hasattr(q, "entropy"):
                agree(f"{name} entropy", q.entropy(*theta), -expectation(name, theta, density), slack)
            if hasattr(q, "cdf"):
                inner = outcomes(name, theta) if name in INTEGER else ends(name, theta)[1:-1]
                for x in inner[:5]:
                    x = mpf(x)
                    below = expectation(name, theta, lambda _: mpf(1), x)
                    agree(f"{name} cdf at {x}", q.cdf(x, *theta), below, slack)
        for (first, second), closed in KL.items():
            theta, other = KL_GRID[first, second][0]
            if first == "NegativeBinomial":
                theta, other = (2.5, 0.3), (2.5, -0.4)
            if first == "Geometric":
                theta, other = (-0.7,), (0.3,)
            theta, other = real(theta), real(other)
            q, p = globals()[first], globals()[second]
            ratio = lambda x: q.logprob(x, *theta) - p.logprob(x, *other)
            distance = expectation(first, theta, ratio, kink=other[:1] if second == "Laplace" else ())
            agree(f"KL of {first} from {second}", closed(*theta, *other), distance, tolerance(first))


# --- writing -----------------------------------------------------------------------------------


def double(v):
    return [double(e) for e in v] if isinstance(v, (list, tuple)) else float(v)


def single(v):
    """v rounded to 24 bits, unless float32 does not reach so far or would round it to 1."""
    if isinstance(v, (list, tuple)):
        return [single(e) for e in v]
    if v == 0 or not 1e-37 < abs(v) < 1e38:
        return float(v)
    rounded = struct.unpack("f", struct.pack("f", v))[0]
    return float(v) if rounded == 1 else rounded


def leaves(v, path=()):
    if not isinstance(v, list):
        yield path, v
        return
    for i, e in enumerate(v):
        yield from leaves(e, (*path, i))


def replaced(v, path, new):
    if not path:
        return new
    return [replaced(e, path[1:], new) if i == path[0] else e for i, e in enumerate(v)]


STEP = mpf(10) ** -18


def condition(f, inputs, whole):
    """Sum of |input * df/d input| over the inputs that are not whole numbers."""
    total = mpf(0)
    for path, v in leaves(inputs):
        if v != 0 and path[0] not in whole:
            up, down = (f(*replaced(inputs, path, v * (1 + h))) for h in (STEP, -STEP))
            total += abs(up - down) / (2 * STEP)
    return total


def field(v):
    if isinstance(v, list):
        separator = ";" if isinstance(v[0], list) else ","
        return separator.join(map(field, v)) + separator * (len(v) == 1)
    return repr(int(v)) if v == int(v) and abs(v) < 1e15 else repr(v)


def fields(theta):
    return " ".join(map(field, theta))


class Table:
    def __init__(self):
        self.rows, self.seen = [], set()

    def add(self, name, function, parameters, x, f, inputs, whole):
        key = (name, function, parameters, x)
        exact = real(inputs)
        value = f(*exact)
        if key in self.seen or function == "cdf" and value < mpf("1e-305"):
            return
        self.seen.add(key)
        size = condition(f, exact, whole)
        if function == "cdf":
            size /= value
        self.rows.append([*key, mp.nstr(value, 25), mp.nstr(size, 4)])

    def distribution(self, name, thetas, points):
        q, whole = globals()[name], WHOLE.get(name, set())
        for i, theta in enumerate(thetas):
            rounded = double if i % 2 else single
            at = rounded(theta)
            for x in map(double if name in ("Dirichlet", "RelaxedCategorical") else rounded, points(*theta)):
                if name in ("TruncatedNormal", "Uniform", "LogUniform"):
                    x = min(max(x, at[-2]), at[-1])
                discrete = whole | ({len(at)} if name in INTEGER else set())
                for function in ("logprob", "cdf"):
                    if hasattr(q, function):
                        f = lambda *inputs: getattr(q, function)(inputs[-1], *inputs[:-1])
                        self.add(name, function, fields(at), field(x), f, [*at, x], discrete)
            if hasattr(q, "entropy") and not (name == "Multinomial" and theta[0] > 100):  # a sum over counts
                self.add(name, "entropy", fields(at), "", q.entropy, at, whole)

    def divergence(self, first, second, sets):
        function = "kl" if first == second else f"kl:{second}"
        for i, (theta, other) in enumerate(sets):
            rounded = double if i % 2 else single
            q, p = rounded(theta), rounded(other)
            whole = WHOLE.get(first, set()) | {len(q) + j for j in WHOLE.get(second, set())}
            self.add(first, function, f"{fields(q)} | {fields(p)}", "", KL[first, second], q + p, whole)


def main():
    verify()
    table = Table()
    for name, (thetas, points) in GRID.items():
        table.distribution(name, thetas, points)
        for (first, second), sets in KL_GRID.items():
            if first == name:
                table.divergence(first, second, sets)
    with open(HERE / "golden.csv", "w", newline="") as out:
        versions = f"Python {platform.python_version()}, mpmath {mpmath.__version__}"
        out.write(f"# golden.py with {versions}, {mp.dps} digits\n")
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["distribution", "function", "parameters", "x", "value", "condition"])
        rows.writerows(table.rows)
    print(len(table.rows), "values")


if __name__ == "__main__":
    main()
