"""What the Python peers of `hlx bench gemm` share: the protocol of cublas.cu, its numbers and its error."""
import ctypes
import json
import math
import sys
import time


def skip(reason):
    print(json.dumps({"skipped": reason}), flush=True)
    sys.exit(0)


def torch():
    """NumPy and PyTorch with a GPU and TF32 off; without them this peer is skipped."""
    try:
        import numpy
        import torch as pytorch
    except ImportError:
        skip("PyTorch is not installed")
    if not pytorch.cuda.is_available():
        skip("PyTorch finds no GPU")
    pytorch.backends.cuda.matmul.allow_tf32 = False
    return numpy, pytorch


def energy(step, seconds=2):
    """Joules of a step and watts, by the counter of the first GPU (NVML), after 0.4 s of the same; None without the counter."""
    try:
        nvml = ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return None
    gpu, millijoules = ctypes.c_void_p(), ctypes.c_ulonglong()
    if nvml.nvmlInit_v2() or nvml.nvmlDeviceGetHandleByIndex_v2(0, ctypes.byref(gpu)) or nvml.nvmlDeviceGetTotalEnergyConsumption(gpu, ctypes.byref(millijoules)):
        return None
    repeat(step, 0.4)
    nvml.nvmlDeviceGetTotalEnergyConsumption(gpu, ctypes.byref(millijoules))
    before, start = millijoules.value, time.perf_counter()
    count = repeat(step, seconds)
    nvml.nvmlDeviceGetTotalEnergyConsumption(gpu, ctypes.byref(millijoules))
    joules = (millijoules.value - before) / 1e3
    return [joules / count, joules / (time.perf_counter() - start)]


def repeat(step, seconds):
    count, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        step()
        count += 1
    return count


def operands(numpy, m, n, k, data):
    """The numbers of Hlx.Kernels.RandomTensor."""
    return numbers(numpy, 1, m, k, data, True), numbers(numpy, 2, k, n, data, False)


def numbers(numpy, seed, rows, columns, data, is_left):
    draws = 12 if data == "normal" else 1
    count = rows * columns * draws
    with numpy.errstate(over="ignore"):
        x = numpy.uint64(seed) + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        x ^= x >> numpy.uint64(31)
    x = (x >> numpy.uint64(40)).astype(numpy.float32) * numpy.float32(1.0 / (1 << 23)) - numpy.float32(1)
    if data == "normal":
        total = x[0::12].copy()
        for i in range(1, 12):
            total += x[i::12]
        x = total / numpy.float32(2)
    if data == "positive":
        x = (x + numpy.float32(1)) / numpy.float32(2)
    x = x.reshape(rows, columns)
    if data == "scaled":
        line = numpy.arange(rows)[:, None] if is_left else numpy.arange(columns)[None, :]
        x = numpy.ldexp(x, line % 121 - 60)
    return numpy.ascontiguousarray(x)


def error(numpy, a, b, c, data):
    """Relative Frobenius norm against float64 over up to 400 elements; for scaled data each element in its own unit."""
    m, n = c.shape
    difference = norm = 0.0
    for sample in range(min(400, m * n)):
        index = int(sample * 0.6180339887498949 % 1 * (m * n))
        terms = a[index // n].astype(numpy.float64) * b[:, index % n].astype(numpy.float64)
        exact, magnitude = float(terms.sum()), float(numpy.abs(terms).sum())
        unit = 1 / magnitude if data == "scaled" and magnitude > 0 else 1.0
        difference += ((float(c.flat[index]) - exact) * unit) ** 2
        norm += (exact * unit) ** 2
    return math.sqrt(difference / norm) if norm else 0.0


def serve(name, version, answer):
    """Answers each request; `answer` returns values and error, or None for what this peer does not have."""
    print(json.dumps({"implementation": name, "version": version}), flush=True)
    for line in sys.stdin:
        metric, profile, m, n, k, data, samples = line.split()
        result = answer(metric, profile, int(m), int(n), int(k), data, int(samples))
        print(json.dumps({} if result is None else {"values": result[0], "error": result[1]}), flush=True)
