#!/usr/bin/env python3
"""One training step of the benchmark tasks in plain PyTorch (and snnTorch if it is installed), one thread.

Usage: peer_torch.py {a,b} [--repetitions N] [--backend torch|snntorch]
Prints one line of JSON: samples per second of processor time, wall time, peak memory in bytes. Without snnTorch it says "missing".

Task a: 350 -> 200 CLIF with apical recurrence -> 1, 20 context channels, 500 steps, batch 64, 4 % input density.
Task b: 700 -> 256 recurrent LIF -> 20, 100 steps, batch 128, 2 % input density.
"""
import argparse
import importlib.util
import json
import math
import resource
import statistics
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    raise SystemExit("this Python has no PyTorch: python3 -m pip install torch snntorch, or name another with --python")


class Triangle(torch.autograd.Function):
    """Step forward, triangular surrogate of magnitude 0.3 backward."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * 0.3 * torch.clamp(1 - x.abs(), min=0)


spike = Triangle.apply


def deviation(alpha, fan_in, rate, tau):
    return math.sqrt(alpha / (fan_in * rate * 0.5e-3 * tau))


def weight(rows, columns, std):
    return torch.nn.Parameter(torch.randn(rows, columns) * std)


def bias(rows):
    return torch.nn.Parameter(torch.zeros(rows))


def task_a():
    batch, steps, inputs, contexts, units = 64, 500, 350, 20, 200
    x = (torch.rand(steps, batch, inputs) < 0.04).float()
    shown = torch.randint(contexts, (batch,))
    probability = torch.full((batch, contexts), 0.01)
    probability[torch.arange(batch), shown] = 0.2
    c = (torch.rand(steps, batch, contexts) < probability).float()
    y = (torch.arange(batch) % 2).float()
    p = {
        "ws": weight(units, inputs, 3 * deviation(0.8, 350, 50, 20)), "wa": weight(units, contexts, 10 * deviation(0.8, 20, 20, 40)),
        "rs": weight(units, units, deviation(0.2, 200, 70, 20)), "ra": weight(units, units, deviation(0.2, 200, 70, 40)),
        "bs": bias(units), "ba": bias(units), "wo": weight(1, units, deviation(1, 200, 1, 20)), "bo": bias(1),
    }
    ds, da, dr, threshold = math.exp(-1 / 20), math.exp(-1 / 40), math.exp(-1 / 20), 0.05

    def loss():
        v = a = z = torch.zeros(batch, units)
        r = torch.zeros(batch, 1)
        total = torch.zeros(batch, 1)
        spikes = torch.zeros(batch)
        for t in range(steps):
            current = F.linear(x[t], p["ws"], p["bs"]) + F.linear(z, p["rs"])
            apical = F.linear(c[t], p["wa"], p["ba"]) + F.linear(z, p["ra"])
            a = da * a + (1 - da) * apical
            v = ds * v + (1 - ds) * current * torch.relu(a) - threshold * z
            z = spike((v - threshold) / threshold)
            r = dr * r + (1 - dr) * F.linear(z, p["wo"], p["bo"])
            total = total + r
            spikes = spikes + z.sum(1)
        rate = spikes.mean().item() / (units * steps)
        cost = (torch.relu(spikes - units * 0.01 * steps) ** 2 / steps).mean()
        return F.binary_cross_entropy_with_logits((total / (steps + 1)).squeeze(1), y) + 1e-4 * cost, rate

    return batch, list(p.values()), loss


def task_b(backend):
    batch, steps, inputs, units, classes = 128, 100, 700, 256, 20
    x = (torch.rand(steps, batch, inputs) < 0.02).float()
    y = torch.arange(batch) % classes
    w, r, o = weight(units, inputs, 2.5), weight(units, units, 0.5), weight(classes, units, 0.1)
    b, bo = bias(units), bias(classes)
    d = math.exp(-1 / 20)
    if backend == "snntorch":
        import snntorch

        first, last = torch.nn.Linear(inputs, units), torch.nn.Linear(units, classes)
        hidden = snntorch.RLeaky(beta=d, linear_features=units, spike_grad=spike, threshold=1.0)
        readout = snntorch.Leaky(beta=d, reset_mechanism="none")
        with torch.no_grad():
            first.weight.normal_(0, 2.5 * (1 - d))
            first.bias.zero_()
            hidden.recurrent.weight.normal_(0, 0.5 * (1 - d))
            hidden.recurrent.bias.zero_()
            last.weight.normal_(0, 0.1)
            last.bias.zero_()

        def loss():
            z, v = hidden.init_rleaky()
            m = readout.init_leaky()
            total, count = 0, 0
            for t in range(steps):
                z, v = hidden(first(x[t]), z, v)
                _, m = readout((1 - d) * last(z), m)
                total, count = total + m, count + z.sum().detach()
            return F.cross_entropy(total / steps, y), float(count) / (batch * units * steps)

        modules = (first, last, hidden, readout)
        return batch, [q for module in modules for q in module.parameters()], loss

    def loss():
        v = z = torch.zeros(batch, units)
        m = torch.zeros(batch, classes)
        total, rate = torch.zeros(batch, classes), 0.0
        for t in range(steps):
            v = d * (v - z) + (1 - d) * (F.linear(x[t], w, b) + F.linear(z, r))
            z = spike(v - 1)
            m = d * m + (1 - d) * F.linear(z, o, bo)
            total = total + m
            rate += z.sum().detach()
        return F.cross_entropy(total / steps, y), float(rate) / (batch * units * steps)

    return batch, [w, r, o, b, bo], loss


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=["a", "b"])
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--backend", choices=["torch", "snntorch"], default="torch")
    options = parser.parse_args()
    if options.backend == "snntorch" and importlib.util.find_spec("snntorch") is None:
        print(json.dumps({"task": options.task, "backend": "snntorch", "missing": True}))
        return
    torch.set_num_threads(1)
    torch.manual_seed(1)
    batch, parameters, loss = task_a() if options.task == "a" else task_b(options.backend)
    optimiser = torch.optim.Adam(parameters, lr=1e-4)
    processor, wall, rate = [], [], 0.0
    for repetition in range(options.repetitions + 1):
        start, begun = time.process_time(), time.perf_counter()
        optimiser.zero_grad()
        value, rate = loss()
        value.backward()
        optimiser.step()
        if repetition > 0:
            processor.append(time.process_time() - start)
            wall.append(time.perf_counter() - begun)
    print(json.dumps({
        "task": options.task, "backend": options.backend, "version": torch.__version__, "samples_per_s": batch / statistics.median(processor),
        "samples_per_s_wall": batch / statistics.median(wall), "hidden_rate": rate,
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }))


if __name__ == "__main__":
    main()
