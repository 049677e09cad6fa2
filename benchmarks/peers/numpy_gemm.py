"""NumPy on its BLAS as a peer of `hlx bench gemm`: python3 benchmarks/peers/numpy_gemm.py. Times are of the processor."""
import time

import peer

try:
    import numpy
except ImportError:
    peer.skip("NumPy is not installed")

state = {}


def answer(metric, profile, m, n, k, data, samples):
    if profile != "fp32" or metric == "energy":
        return None
    key = (m, n, k, data)
    if state.get("key") != key:
        a, b = peer.operands(numpy, m, n, k, data)
        state.update(key=key, a=a, b=b, error=peer.error(numpy, a, b, a @ b, data))
    a, b, values = state["a"], state["b"], []
    end = time.perf_counter() + 0.4
    while time.perf_counter() < end:
        a @ b
    for _ in range(samples):
        start = time.perf_counter()
        a @ b
        values.append((time.perf_counter() - start) * 1e6)
    return values, state["error"]


def blas():
    try:
        return numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]
    except (TypeError, KeyError):
        return "its BLAS"


peer.serve("numpy", f"NumPy {numpy.__version__} on {blas()}", answer)
