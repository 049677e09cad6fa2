"""PyTorch as peers of `hlx bench batch`: python3 benchmarks/peers/torch_mlp.py eager|graph. The protocol is that of cuda_mlp.cu; TF32 is off."""
import json
import sys
import time

import peer

numpy, torch = peer.torch()
VARIANT = sys.argv[1] if len(sys.argv) > 1 else "eager"


def numbers(seed, rows, columns, scale):
    return peer.numbers(numpy, seed, rows, columns, "uniform", True) * numpy.float32(scale)


class Batch:
    def __init__(self, layers, width, batch):
        self.input = torch.from_numpy(numbers(1, batch, width, 1))
        self.pinned_in = torch.empty(batch, width).pin_memory()
        self.pinned_out = torch.empty(batch, width).pin_memory()
        self.x = torch.empty(batch, width, device="cuda")
        self.result = torch.empty(batch, width)
        self.graph = self.forward_graph = None
        if VARIANT == "graph":
            self.pinned_in.copy_(self.input)
            side = torch.cuda.Stream()
            with torch.cuda.stream(side), torch.no_grad():
                for _ in range(3):
                    self.steps(True)
            torch.cuda.synchronize()
            self.graph, self.forward_graph = torch.cuda.CUDAGraph(), torch.cuda.CUDAGraph()
            with torch.no_grad(), torch.cuda.graph(self.graph):
                self.steps(True)
            with torch.no_grad(), torch.cuda.graph(self.forward_graph):
                self.steps(False)

    def steps(self, copies):
        if copies:
            self.x.copy_(self.pinned_in, non_blocking=True)
        y = model(self.x)
        if copies:
            self.pinned_out.copy_(y, non_blocking=True)

    def forward(self):
        if self.forward_graph:
            self.forward_graph.replay()
        else:
            self.steps(False)
        torch.cuda.synchronize()

    def request(self):
        self.pinned_in.copy_(self.input)
        if self.graph:
            self.graph.replay()
        else:
            self.steps(True)
        torch.cuda.synchronize()
        self.result.copy_(self.pinned_out)


def make_model(layers, width):
    modules = []
    for i in range(layers):
        linear = torch.nn.Linear(width, width, device="cuda")
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(numbers(10 + i, width, width, 1 / 32)).t())
            linear.bias.copy_(torch.from_numpy(numbers(100 + i, 1, width, 1 / 32)).flatten())
        modules += [linear, torch.nn.ReLU()] if i < layers - 1 else [linear]
    return torch.nn.Sequential(*modules)


def error(layers, width, batch, result):
    x = numbers(1, batch, width, 1).astype(numpy.float64)[:4]
    for i in range(layers):
        x = x @ numbers(10 + i, width, width, 1 / 32).astype(numpy.float64) + numbers(100 + i, 1, width, 1 / 32).astype(numpy.float64)
        if i < layers - 1:
            x = numpy.maximum(x, 0)
    return float(numpy.linalg.norm(result[:4] - x) / numpy.linalg.norm(x))


model = None
batches = {}
print(json.dumps({"implementation": f"torch-{VARIANT}", "version": f"PyTorch {torch.__version__}, {VARIANT}"}), flush=True)
for line in sys.stdin:
    metric, layers, width, batch, samples = line.split()
    layers, width, batch, samples = int(layers), int(width), int(batch), int(samples)
    with torch.no_grad():
        if model is None:
            model = make_model(layers, width)
            torch.cuda.synchronize()
        start = time.perf_counter()
        is_first = batch not in batches
        work = batches.setdefault(batch, None) or Batch(layers, width, batch)
        batches[batch] = work
        work.request()
        values = [(time.perf_counter() - start) * 1e6] if metric == "first" and is_first else []
        if metric == "energy":
            values = peer.energy(work.request) or []
        elif metric != "first":
            step = work.forward if metric == "forward" else work.request
            peer.repeat(step, 0.4)
            for _ in range(samples):
                began = time.perf_counter()
                step()
                values.append((time.perf_counter() - began) * 1e6)
        print(json.dumps({"values": values, "error": error(layers, width, batch, work.result.numpy())}), flush=True)
