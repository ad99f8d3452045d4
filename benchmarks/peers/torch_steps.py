"""The works of package benchmarks in PyTorch, eager or compiled.

Each line on standard input, "work n", is answered by the nanoseconds of each of n repetitions, by "none"
where there is no such work, or by "error" and what it was. The first line of output is the version.
"""

import argparse
import sys
import time

import numpy as np
import torch
import torch._inductor.config
import torch.nn.functional as F
from torch import nn

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

arguments = argparse.ArgumentParser()
arguments.add_argument("--threads", type=int, default=1)
arguments.add_argument("--compile", action="store_true")
options = arguments.parse_args()
torch.set_num_threads(options.threads)
torch.set_flush_denormal(True)
torch.manual_seed(1)
torch._inductor.config.fallback_random = True  # dropout's masks: as refill says


# Layers: forward returns the outputs, and what kl, the divergence from the prior, has in common with them


class BayesLinear(nn.Module):
    """A linear layer with a factorised Gaussian posterior over its weights, and the prior N(0, 1)."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.mu = nn.Parameter(torch.randn(outputs, inputs) * (2 / inputs) ** 0.5)
        self.rho = nn.Parameter(torch.full((outputs, inputs), -5.0))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def kl(self, sigma):
        squares = sigma.square().sum() + self.mu.square().sum() - self.mu.numel()
        return 0.5 * squares - sigma.log().sum()


class SampledWeights(BayesLinear):
    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.register_buffer("eps", torch.empty(outputs, inputs))

    def forward(self, x):
        sigma = F.softplus(self.rho)
        weights = torch.addcmul(self.mu, sigma, self.eps)
        return F.linear(x, weights, self.bias), sigma


class SampledActivations(BayesLinear):
    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.register_buffer("eps", torch.empty(BATCH, outputs))

    def forward(self, x):
        sigma = F.softplus(self.rho)
        mean = F.linear(x, self.mu, self.bias)
        deviation = F.linear(x.square(), sigma.square()).add(1e-8).sqrt()
        return torch.addcmul(mean, deviation, self.eps), sigma


class SparseLinear(nn.Module):
    """Sparse variational dropout (Molchanov, Ashukha and Vetrov 2017)."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.theta = nn.Parameter(torch.randn(outputs, inputs) * (2 / inputs) ** 0.5)
        self.log_sigma2 = nn.Parameter(torch.full((outputs, inputs), -10.0))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("eps", torch.empty(BATCH, outputs))

    def forward(self, x):
        mean = F.linear(x, self.theta, self.bias)
        deviation = F.linear(x.square(), self.log_sigma2.exp()).add(1e-8).sqrt()
        return torch.addcmul(mean, deviation, self.eps), None

    def kl(self, _):
        log_alpha = (self.log_sigma2 - (self.theta.square() + 1e-8).log()).clamp(-8, 8)
        small = 0.63576 * torch.sigmoid(-1.48695 * log_alpha - 1.87320)
        return (0.5 * F.softplus(-log_alpha) + small).sum()


class SparseConv(nn.Module):
    """The same for a convolution, on images in channels-last memory."""

    def __init__(self, into, out, size, results):
        super().__init__()
        shape = out, into, size, size
        last = dict(memory_format=torch.channels_last)
        self.theta = nn.Parameter((torch.randn(shape) * (2 / (into * size * size)) ** 0.5).contiguous(**last))
        self.log_sigma2 = nn.Parameter(torch.full(shape, -10.0).contiguous(**last))
        self.bias = nn.Parameter(torch.zeros(out))
        self.register_buffer("eps", torch.empty(BATCH, out, results, results).contiguous(**last))

    def forward(self, x):
        mean = F.conv2d(x, self.theta, self.bias)
        deviation = F.conv2d(x.square(), self.log_sigma2.exp()).add(1e-8).sqrt()
        return torch.addcmul(mean, deviation, self.eps), None

    kl = SparseLinear.kl


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([SparseConv(1, 20, 5, 24), SparseConv(20, 50, 5, 8), SparseLinear(800, 500), SparseLinear(500, CLASSES)])

    def forward(self, x, y):
        for i, layer in enumerate(self.layers):
            x = layer(x.flatten(1) if i == 2 else x)[0]
            if i < 3:
                x = x.relu()
            if i < 2:
                x = F.max_pool2d(x, 2)
        return F.cross_entropy(x, y) + sum(layer.kl(None) for layer in self.layers) / EXAMPLES


class Block(nn.Module):
    """A residual block with pre-activation (He et al. 2016)."""

    def __init__(self, into, out, stride):
        super().__init__()
        self.norm0, self.norm1 = nn.BatchNorm2d(into), nn.BatchNorm2d(out)
        self.conv0 = nn.Conv2d(into, out, 3, stride, 1, bias=False)
        self.conv1 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.shortcut = None if into == out else nn.Conv2d(into, out, 1, stride, bias=False)

    def forward(self, x):
        h = F.relu(self.norm0(x), inplace=True)
        if self.shortcut is not None:
            x = self.shortcut(h)
        return x + self.conv1(F.relu(self.norm1(self.conv0(h)), inplace=True))


class ResNet32(nn.Module):
    def __init__(self):
        super().__init__()
        blocks, into = [nn.Conv2d(3, 16, 3, 1, 1, bias=False)], 16
        for stage, out in enumerate((16, 32, 64)):
            for unit in range(5):
                blocks.append(Block(into, out, 2 if stage > 0 and unit == 0 else 1))
                into = out
        self.body = nn.Sequential(*blocks, nn.BatchNorm2d(into), nn.ReLU(inplace=True))
        self.fc = nn.Linear(into, CLASSES)

    def forward(self, x, y):
        return F.cross_entropy(self.fc(self.body(x).mean((2, 3))), y)


class Linear(nn.Linear):
    def forward(self, x):
        return super().forward(x), None

    def kl(self, _):
        return 0.0


class DropoutLinear(Linear):
    def forward(self, x):
        return super().forward(F.dropout(x, 0.2 if self.in_features == PIXELS else 0.5))


class Classifier(nn.Module):
    def __init__(self, layer, *hidden):
        super().__init__()
        widths = [PIXELS, *hidden, CLASSES]
        self.layers = nn.ModuleList(layer(i, o) for i, o in zip(widths, widths[1:]))

    def forward(self, x, y):
        """The free energy for each example."""
        total = 0.0
        for i, layer in enumerate(self.layers):
            x, sigma = layer(x.relu() if i else x)
            total = total + layer.kl(sigma)
        return F.cross_entropy(x, y) + total / EXAMPLES


class VAE(nn.Module):
    def __init__(self, hidden=500, latent=20):
        super().__init__()
        self.encode = nn.Linear(PIXELS, hidden)
        self.mu, self.log_variance = nn.Linear(hidden, latent), nn.Linear(hidden, latent)
        self.decode, self.logits = nn.Linear(latent, hidden), nn.Linear(hidden, PIXELS)
        self.register_buffer("eps", torch.empty(BATCH, latent))

    def forward(self, x):
        h = self.encode(x).tanh()
        mu, log_variance = self.mu(h), self.log_variance(h)
        z = torch.addcmul(mu, (0.5 * log_variance).exp(), self.eps)
        logits = self.logits(self.decode(z).tanh())
        nll = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        kl = 0.5 * (log_variance.exp() + mu.square() - 1 - log_variance).sum()
        return (nll + kl) / len(x)


# Works: each function returns what one repetition calls


def compiled(f):
    return torch.compile(f) if options.compile else f


def refill(model):
    """New noise in place. Code compiled to draw it takes several times longer than the eager generator."""
    for name, eps in model.named_buffers():
        if name.endswith("eps"):
            eps.normal_()


def training(model, optimizer, *arrays):
    loss = compiled(model)

    def step():
        refill(model)
        optimizer.zero_grad(set_to_none=True)
        loss(*map(torch.from_numpy, arrays)).backward()
        optimizer.step()

    return step


def classifier(layer, *hidden):
    model = Classifier(layer, *hidden)
    return training(model, torch.optim.Adam(model.parameters(), lr=1e-3, fused=True), images(BATCH), labels(BATCH))


def lenet5():
    model = LeNet5()
    return training(model, torch.optim.Adam(model.parameters(), lr=1e-3, fused=True), images(BATCH).reshape(BATCH, 1, 28, 28), labels(BATCH))


def resnet32(n=128):
    model = ResNet32().to(memory_format=torch.channels_last)
    x = np.random.default_rng(1).random((n, 32, 32, 3), dtype=np.float32).transpose(0, 3, 1, 2)  # channels last in memory
    return training(model, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, fused=True), x, labels(n))


def vae():
    model = VAE()
    return training(model, torch.optim.Adagrad(model.parameters(), lr=0.01, fused=True), images(BATCH).round())


def by_weights(n):
    layers, x = Classifier(SampledWeights, 400, 400).layers, images(n)

    def draw(h, sigmas):
        for i, (layer, sigma) in enumerate(zip(layers, sigmas)):
            weights = torch.addcmul(layer.mu, sigma, layer.eps)
            h = F.linear(h.relu() if i else h, weights, layer.bias)
        return h.softmax(-1)

    draw = compiled(draw)

    @torch.inference_mode()
    def predict():
        sigmas = [F.softplus(layer.rho) for layer in layers]
        total = 0
        for _ in range(SAMPLES):
            refill(layers)
            total = total + draw(torch.from_numpy(x), sigmas)
        return total / SAMPLES

    return predict


def by_activations(n):
    layers, x = Classifier(SampledActivations, 400, 400).layers, images(n)
    for layer in layers:
        layer.eps = torch.empty(SAMPLES, n, len(layer.bias))

    def mean(h):
        for i, layer in enumerate(layers):  # the moments of the first are the same for all draws
            h, _ = layer(h.relu() if i else h)
        return h.softmax(-1).mean(0)

    mean = compiled(mean)

    @torch.inference_mode()
    def predict():
        refill(layers)
        return mean(torch.from_numpy(x))

    return predict


def gemm(m, k, n):
    a, b, out = torch.rand(m, k) * 2 - 1, torch.rand(k, n) * 2 - 1, torch.empty(m, n)
    return lambda: torch.mm(a, b, out=out)


def convolution(what, batch, side, into, out, size, stride, padding):
    """The results, or the gradient with respect to the images or the filter."""
    rows = (side + 2 * padding - size) // stride + 1
    shapes = (batch, into, side, side), (out, into, size, size), (batch, out, rows, rows)
    x, w, dy = (torch.rand(s).sub_(0.5).contiguous(memory_format=torch.channels_last) for s in shapes)
    if what == "results":
        f = compiled(lambda x, w, dy: F.conv2d(x, w, stride=stride, padding=padding))
    else:
        wanted = [what == "images", what == "filter", False]
        f = compiled(lambda x, w, dy: torch.ops.aten.convolution_backward(
            dy, x, w, None, [stride] * 2, [padding] * 2, [1, 1], False, [0, 0], 1, wanted))
    return lambda: f(x, w, dy)


def elementwise(f, low, high):
    x, out = torch.empty(ELEMENTS).uniform_(low, high), torch.empty(ELEMENTS)
    if options.compile:
        f = torch.compile(f)
        return lambda: f(x)
    return lambda: f(x, out=out)


def chain():
    mu, rho = torch.empty(ELEMENTS).uniform_(-1, 1), torch.empty(ELEMENTS).uniform_(-5, 1)

    def divergence(mu, rho):
        sigma = F.softplus(rho)
        return 0.5 * (sigma.square() + mu.square() - 1) - sigma.log()

    f = compiled(divergence)
    return lambda: f(mu, rho)


def copy():
    x, out = torch.empty(ELEMENTS).uniform_(-1, 1), torch.empty(ELEMENTS)
    return lambda: out.copy_(x)


def normal():
    out = torch.empty(ELEMENTS)
    return lambda: out.normal_()


def images(n):
    return np.random.default_rng(1).random((n, PIXELS), dtype=np.float32)


def labels(n):
    return np.random.default_rng(2).integers(CLASSES, size=n)


def works():
    shapes = [(100, 784, 400), (100, 400, 400), (128, 784, 1200), (784, 100, 400), (1024, 1024, 1024), (97, 131, 61), (33, 1000, 10)]
    table = {"gemm_%dx%dx%d" % s: lambda s=s: gemm(*s) for s in shapes}
    for name, *filters in FILTERS:
        for what in ("results", "images", "filter"):
            table["conv_%s_%s" % (name, what)] = lambda what=what, filters=filters: convolution(what, *filters)
    table |= {
        "copy": copy,
        "exp": lambda: elementwise(torch.exp, -10, 10),
        "log": lambda: elementwise(torch.log, 1e-3, 10),
        "tanh": lambda: elementwise(torch.tanh, -5, 5),
        "sigmoid": lambda: elementwise(torch.sigmoid, -10, 10),
        "softplus": lambda: elementwise(softplus, -10, 10),
        "chain": chain,
        "normal": normal,
        "mlp400": lambda: classifier(Linear, 400, 400),
        "mcdropout400": lambda: classifier(DropoutLinear, 400, 400),
        "bbb400": lambda: classifier(SampledWeights, 400, 400),
        "bbb1200": lambda: classifier(SampledWeights, 1200, 1200),
        "lrt400": lambda: classifier(SampledActivations, 400, 400),
        "lrt1200": lambda: classifier(SampledActivations, 1200, 1200),
        "sparsevd_lenet300": lambda: classifier(SparseLinear, 300, 100),
        "sparsevd_lenet5": lenet5,
        "resnet32_b128": resnet32,
        "vae500": vae,
    }
    for n in (1, 100):
        name = "predict_bbb400_s%d_b%d" % (SAMPLES, n)
        table[name + "/activations"] = lambda n=n: by_activations(n)
        table[name + "/weights"] = lambda n=n: by_weights(n)
    return table


def softplus(x, out=None):
    return F.softplus(x) if out is None else torch._C._nn.softplus(x, out=out)


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
    print(torch.__version__, flush=True)
    current = {}
    for request in sys.stdin:
        try:
            print(answer(request, current), flush=True)
        except Exception as e:
            print("error", " ".join(str(e).split())[:300], flush=True)


main()
