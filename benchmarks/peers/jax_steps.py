"""The works of package benchmarks in JAX: each a single jitted function, whose old state is donated.

Each line on standard input, "work n", is answered by the nanoseconds of each of n repetitions, by "none"
where there is no such work, or by "error" and what it was. The first line of output is the version.
"""

import argparse
import os
import sys
import time
from functools import partial

arguments = argparse.ArgumentParser()
arguments.add_argument("--threads", type=int, default=1)
options = arguments.parse_args()
if options.threads == 1:
    os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false"

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn, random

jax.config.update("jax_platforms", "cpu")
# On a CPU the default generator, threefry2x32, is faster than rbg and unsafe_rbg: 0.7 of a bbb400 step.

BATCH, PIXELS, CLASSES, EXAMPLES, SAMPLES, ELEMENTS = 100, 784, 10, 60_000, 100, 1_000_000

# The convolutions: images in a batch, pixels of a side, channels and filters, pixels of a filter's side, stride, padding
FILTERS = [
    ("lenet5_1", 100, 28, 1, 20, 5, 1, 0),
    ("lenet5_2", 100, 12, 20, 50, 5, 1, 0),
    ("resnet_3", 128, 32, 3, 16, 3, 1, 1),
    ("resnet_16", 128, 32, 16, 16, 3, 1, 1),
    ("resnet_16_32", 128, 32, 16, 32, 3, 2, 1),
    ("resnet_32", 128, 16, 32, 32, 3, 1, 1),
    ("resnet_32_64", 128, 16, 32, 64, 3, 2, 1),
    ("resnet_64", 128, 8, 64, 64, 3, 1, 1),
]


# Layers: a function that makes the parameters, one that maps a batch, and the divergence from the prior


class Dense:
    @staticmethod
    def new(key, i, o):
        return {"w": random.normal(key, (i, o)) * (2 / i) ** 0.5, "b": jnp.zeros(o)}

    @staticmethod
    def forward(p, x, key):
        return x @ p["w"] + p["b"]

    @staticmethod
    def kl(p):
        return 0.0


class DropoutDense(Dense):
    @staticmethod
    def forward(p, x, key):
        rate = 0.2 if x.shape[-1] == PIXELS else 0.5
        kept = random.bernoulli(key, 1 - rate, x.shape)
        return Dense.forward(p, jnp.where(kept, x / (1 - rate), 0), key)


class BayesDense:
    """A dense layer with a factorised Gaussian posterior over its weights, and the prior N(0, 1)."""

    @staticmethod
    def new(key, i, o):
        return {"mu": random.normal(key, (i, o)) * (2 / i) ** 0.5, "rho": jnp.full((i, o), -5.0), "b": jnp.zeros(o)}

    @staticmethod
    def kl(p):
        sigma = nn.softplus(p["rho"])
        return jnp.sum(0.5 * (sigma**2 + p["mu"] ** 2 - 1) - jnp.log(sigma))


class SampledWeights(BayesDense):
    @staticmethod
    def forward(p, x, key):
        w = p["mu"] + nn.softplus(p["rho"]) * random.normal(key, p["mu"].shape)
        return x @ w + p["b"]


class SampledActivations(BayesDense):
    @staticmethod
    def forward(p, x, key, draws=()):
        mean = x @ p["mu"] + p["b"]
        deviation = jnp.sqrt(x**2 @ nn.softplus(p["rho"]) ** 2 + 1e-8)
        return mean + deviation * random.normal(key, draws + mean.shape)


class SparseDense:
    """Sparse variational dropout (Molchanov, Ashukha and Vetrov 2017)."""

    @staticmethod
    def new(key, i, o):
        return {"theta": random.normal(key, (i, o)) * (2 / i) ** 0.5, "log_sigma2": jnp.full((i, o), -10.0), "b": jnp.zeros(o)}

    @staticmethod
    def forward(p, x, key):
        mean = x @ p["theta"] + p["b"]
        deviation = jnp.sqrt(x**2 @ jnp.exp(p["log_sigma2"]) + 1e-8)
        return mean + deviation * random.normal(key, mean.shape)

    @staticmethod
    def kl(p):
        log_alpha = jnp.clip(p["log_sigma2"] - jnp.log(p["theta"] ** 2 + 1e-8), -8, 8)
        return jnp.sum(0.5 * nn.softplus(-log_alpha) + 0.63576 * nn.sigmoid(-1.48695 * log_alpha - 1.87320))


def network(layer, *hidden):
    widths = [PIXELS, *hidden, CLASSES]
    keys = random.split(random.key(1), len(widths))
    return [layer.new(k, i, o) for k, i, o in zip(keys, widths, widths[1:])]


def logits(layer, params, x, key):
    for i, (p, k) in enumerate(zip(params, random.split(key, len(params)))):
        x = layer.forward(p, nn.relu(x) if i else x, k)
    return x


# Optimisers: the new state and the new parameters


def adam(state, params, grads, lr):
    t, m, v = state
    t = t + 1
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
    root = jnp.sqrt(1 - 0.999**t)
    rate = lr * root / (1 - 0.9**t)
    params = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8 * root), params, m, v)
    return (t, m, v), params


def adam_memory(params):
    return jnp.zeros(()), jax.tree.map(jnp.zeros_like, params), jax.tree.map(jnp.zeros_like, params)


def adagrad(state, params, grads, lr):
    state = jax.tree.map(lambda s, g: s + g * g, state, grads)
    return state, jax.tree.map(lambda p, g, s: p - lr * g / (jnp.sqrt(s) + 1e-10), params, grads, state)


def adagrad_memory(params):
    return jax.tree.map(jnp.zeros_like, params)


# Works: each function returns what one repetition calls


def training(loss, params, update, memory, lr, *arrays):
    @partial(jax.jit, donate_argnums=(0, 1, 2))
    def step(state, params, key, lr, *arrays):
        key, now = random.split(key)
        value, grads = jax.value_and_grad(loss)(params, now, *arrays)
        return *update(state, params, grads, lr), key, value

    state, key = memory(params), random.key(2)

    def run():
        nonlocal state, params, key
        state, params, key, value = jax.block_until_ready(step(state, params, key, lr, *arrays))

    return run


def classifier(layer, *hidden):
    def loss(params, key, x, y):
        """The free energy for each example."""
        log_probs = nn.log_softmax(logits(layer, params, x, key))
        nll = -jnp.mean(jnp.take_along_axis(log_probs, y[:, None], 1))
        return nll + sum(map(layer.kl, params)) / EXAMPLES

    return training(loss, network(layer, *hidden), adam, adam_memory, 1e-3, images(BATCH), labels(BATCH))


def conv(x, w, stride=1, padding=0):
    return lax.conv_general_dilated(x, w, (stride, stride), [(padding, padding)] * 2, dimension_numbers=("NHWC", "HWIO", "NHWC"))


def halved(x):
    """The maxima of 2 by 2 pixels."""
    n, h, w, c = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2, c).max((2, 4))


def he(key, *shape):
    return random.normal(key, shape) * (2 / np.prod(shape[:-1])) ** 0.5


def lenet5():
    def new(key, *shape):
        return {"theta": he(key, *shape), "log_sigma2": jnp.full(shape, -10.0), "b": jnp.zeros(shape[-1])}

    def forward(p, x, key):
        if x.ndim == 2:
            return SparseDense.forward(p, x, key)
        mean = conv(x, p["theta"]) + p["b"]
        deviation = jnp.sqrt(conv(x**2, jnp.exp(p["log_sigma2"])) + 1e-8)
        return mean + deviation * random.normal(key, mean.shape)

    def loss(params, key, x, y):
        keys = random.split(key, 4)
        for i, p in enumerate(params):
            x = forward(p, x.reshape(BATCH, -1) if i == 2 else x, keys[i])
            if i < 3:
                x = nn.relu(x)
            if i < 2:
                x = halved(x)
        nll = -jnp.mean(jnp.take_along_axis(nn.log_softmax(x), y[:, None], 1))
        return nll + sum(map(SparseDense.kl, params)) / EXAMPLES

    shapes = [(5, 5, 1, 20), (5, 5, 20, 50), (800, 500), (500, CLASSES)]
    params = [new(k, *s) for k, s in zip(random.split(random.key(1), 4), shapes)]
    return training(loss, params, adam, adam_memory, 1e-3, images(BATCH).reshape(BATCH, 28, 28, 1), labels(BATCH))


def resnet32(n=128):
    """Pre-activation (He et al. 2016). The running averages of the normalisation are part of the state that is donated."""
    keys = iter(random.split(random.key(1), 100))

    def norm(width):
        return {"gamma": jnp.ones(width), "beta": jnp.zeros(width)}

    params, blocks, into = {"conv": he(next(keys), 3, 3, 3, 16), "blocks": []}, [], 16
    for stage, out in enumerate((16, 32, 64)):
        for unit in range(5):
            block = {"norm0": norm(into), "conv0": he(next(keys), 3, 3, into, out), "norm1": norm(out), "conv1": he(next(keys), 3, 3, out, out)}
            if into != out:
                block["shortcut"] = he(next(keys), 1, 1, into, out)
            params["blocks"].append(block)
            blocks.append(2 if stage > 0 and unit == 0 else 1)
            into = out
    params |= {"norm": norm(into), "fc": Dense.new(next(keys), into, CLASSES)}

    def normalise(p, x, seen):
        mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
        seen.append((mean, variance))
        scale = p["gamma"] * lax.rsqrt(variance + 1e-5)
        return nn.relu(x * scale + (p["beta"] - mean * scale))

    def loss(params, x, y):
        seen = []
        x = conv(x, params["conv"], 1, 1)
        for p, stride in zip(params["blocks"], blocks):
            h = normalise(p["norm0"], x, seen)
            if "shortcut" in p:
                x = conv(h, p["shortcut"], stride)
            x = x + conv(normalise(p["norm1"], conv(h, p["conv0"], stride, 1), seen), p["conv1"], 1, 1)
        logits = Dense.forward(params["fc"], normalise(params["norm"], x, seen).mean((1, 2)), None)
        return -jnp.mean(jnp.take_along_axis(nn.log_softmax(logits), y[:, None], 1)), seen

    @partial(jax.jit, donate_argnums=(0, 1, 2))
    def step(params, velocity, averages, lr, x, y):
        (value, seen), grads = jax.value_and_grad(loss, has_aux=True)(params, x, y)
        velocity = jax.tree.map(lambda v, g: 0.9 * v + g, velocity, grads)
        params = jax.tree.map(lambda p, v: p - lr * v, params, velocity)
        return params, velocity, jax.tree.map(lambda a, s: 0.9 * a + 0.1 * s, averages, seen), value

    x, y = np.random.default_rng(1).random((n, 32, 32, 3), dtype=np.float32), labels(n)
    velocity = jax.tree.map(jnp.zeros_like, params)
    averages = jax.tree.map(lambda s: jnp.zeros(s.shape), jax.eval_shape(loss, params, x, y)[1])

    def run():
        nonlocal params, velocity, averages
        params, velocity, averages, _ = jax.block_until_ready(step(params, velocity, averages, 0.1, x, y))

    return run


def vae(hidden=500, latent=20):
    def loss(params, key, x):
        encode, mu, log_variance, decode, logits = (partial(lambda p, h: h @ p["w"] + p["b"], p) for p in params)
        h = jnp.tanh(encode(x))
        mu, log_variance = mu(h), log_variance(h)
        z = mu + jnp.exp(0.5 * log_variance) * random.normal(key, mu.shape)
        out = logits(jnp.tanh(decode(z)))
        nll = jnp.sum(nn.softplus(out) - x * out)
        kl = 0.5 * jnp.sum(jnp.exp(log_variance) + mu**2 - 1 - log_variance)
        return (nll + kl) / len(x)

    widths = [(PIXELS, hidden), (hidden, latent), (hidden, latent), (latent, hidden), (hidden, PIXELS)]
    params = [Dense.new(k, i, o) for k, (i, o) in zip(random.split(random.key(1), 5), widths)]
    return training(loss, params, adagrad, adagrad_memory, 0.01, images(BATCH).round())


def by_weights(n):
    def predict(params, key, x):
        def add(i, total):
            return total + nn.softmax(logits(SampledWeights, params, x, random.fold_in(key, i)))

        return lax.fori_loop(0, SAMPLES, add, jnp.zeros((n, CLASSES))) / SAMPLES

    return prediction(predict, n)


def by_activations(n):
    def predict(params, key, x):
        first, *others = params
        keys = random.split(key, len(params))
        h = SampledActivations.forward(first, x, keys[0], (SAMPLES,))
        for p, k in zip(others, keys[1:]):
            h = SampledActivations.forward(p, nn.relu(h), k)
        return jnp.mean(nn.softmax(h), 0)

    return prediction(predict, n)


def prediction(predict, n):
    predict, params, x = jax.jit(predict), network(BayesDense, 400, 400), images(n)
    seeds = iter(range(1 << 60))
    return lambda: predict(params, random.key(next(seeds)), x).block_until_ready()


def function(f, *arrays):
    f, arrays = jax.jit(f), jax.device_put(arrays)
    return lambda: f(*arrays).block_until_ready()


def gemm(m, k, n):
    return function(jnp.matmul, uniform(-1, 1, (m, k)), uniform(-1, 1, (k, n)))


def convolution(what, batch, side, into, out, size, stride, padding):
    """The results, or the gradient with respect to the images or the filter."""
    rows = (side + 2 * padding - size) // stride + 1

    f = {
        "results": lambda x, w, dy: conv(x, w, stride, padding),
        "images": lambda x, w, dy: jax.vjp(lambda x: conv(x, w, stride, padding), x)[1](dy),
        "filter": lambda x, w, dy: jax.vjp(lambda w: conv(x, w, stride, padding), w)[1](dy),
    }[what]
    shapes = (batch, side, side, into), (size, size, into, out), (batch, rows, rows, out)
    f, arrays = jax.jit(f), jax.device_put([uniform(-1, 1, s) for s in shapes])
    return lambda: jax.block_until_ready(f(*arrays))


def divergence(mu, rho):
    sigma = nn.softplus(rho)
    return 0.5 * (sigma**2 + mu**2 - 1) - jnp.log(sigma)


def normal():
    f = jax.jit(lambda key: random.normal(key, (ELEMENTS,)))
    seeds = iter(range(1 << 60))
    return lambda: f(random.key(next(seeds))).block_until_ready()


def uniform(low, high, shape=(ELEMENTS,)):
    return np.random.default_rng(3).uniform(low, high, shape).astype(np.float32)


def images(n):
    return np.random.default_rng(1).random((n, PIXELS), dtype=np.float32)


def labels(n):
    return np.random.default_rng(2).integers(CLASSES, size=n, dtype=np.int32)


def works():
    shapes = [(100, 784, 400), (100, 400, 400), (128, 784, 1200), (784, 100, 400), (1024, 1024, 1024), (97, 131, 61), (33, 1000, 10)]
    table = {"gemm_%dx%dx%d" % s: lambda s=s: gemm(*s) for s in shapes}
    for name, *filters in FILTERS:
        for what in ("results", "images", "filter"):
            table["conv_%s_%s" % (name, what)] = lambda what=what, filters=filters: convolution(what, *filters)
    table |= {
        "copy": lambda: function(jnp.copy, uniform(-1, 1)),
        "exp": lambda: function(jnp.exp, uniform(-10, 10)),
        "log": lambda: function(jnp.log, uniform(1e-3, 10)),
        "tanh": lambda: function(jnp.tanh, uniform(-5, 5)),
        "sigmoid": lambda: function(nn.sigmoid, uniform(-10, 10)),
        "softplus": lambda: function(nn.softplus, uniform(-10, 10)),
        "chain": lambda: function(divergence, uniform(-1, 1), uniform(-5, 1)),
        "normal": normal,
        "mlp400": lambda: classifier(Dense, 400, 400),
        "mcdropout400": lambda: classifier(DropoutDense, 400, 400),
        "bbb400": lambda: classifier(SampledWeights, 400, 400),
        "bbb1200": lambda: classifier(SampledWeights, 1200, 1200),
        "lrt400": lambda: classifier(SampledActivations, 400, 400),
        "lrt1200": lambda: classifier(SampledActivations, 1200, 1200),
        "sparsevd_lenet300": lambda: classifier(SparseDense, 300, 100),
        "sparsevd_lenet5": lenet5,
        "resnet32_b128": resnet32,
        "vae500": vae,
    }
    for n in (1, 100):
        name = "predict_bbb400_s%d_b%d" % (SAMPLES, n)
        table[name + "/activations"] = lambda n=n: by_activations(n)
        table[name + "/weights"] = lambda n=n: by_weights(n)
    return table


def answer(request, current):
    """The times of a request, after a warm-up that is longer when the work is another than before."""
    name, n = request.split()
    if name not in works():
        return "none"
    warm = 1
    if current.get("name") != name:
        current.clear()
        current.update(name=name, step=works()[name]())
        warm = 5
    step = current["step"]
    times = []
    for i in range(warm + int(n)):
        start = time.perf_counter_ns()
        step()
        if i >= warm:
            times.append(time.perf_counter_ns() - start)
    return " ".join(map(str, times))


def main():
    print(jax.__version__, flush=True)
    current = {}
    for request in sys.stdin:
        try:
            print(answer(request, current), flush=True)
        except Exception as e:
            print("error", " ".join(str(e).split())[:300], flush=True)


main()
