"""CUDA as a peer of `hlx bench determinism`: how many different results PyTorch gives on cuBLAS (TF32 off), counted as HLX counts its own."""
import hashlib
import json

import peer

_, torch = peer.torch()
torch.manual_seed(1)
NAME = f"PyTorch {torch.__version__}"


def digest(tensor):
    return hashlib.blake2b(tensor.cpu().numpy().tobytes()).hexdigest()


def report(case, digests):
    print(json.dumps({"implementation": NAME, "profile": "fp32", "case": case, "distinct": len(set(digests)), "runs": len(digests)}), flush=True)


def uniform(*shape):
    return torch.rand(*shape, device="cuda") * 2 - 1


a, b = uniform(1024, 1024), uniform(1024, 1024)
out = torch.empty(1024, 1024, device="cuda")
results = []
for run in range(1000):
    out.fill_(float("nan"))
    torch.mm(a, b, out=out)
    results.append(digest(out))
report("cuBLAS, 1024x1024x1024, one process", results)

streams = [torch.cuda.Stream(), torch.cuda.Stream()]
outs = [torch.empty(1024, 1024, device="cuda") for _ in streams]
results = []
for run in range(200):
    for stream, target in zip(streams, outs):
        with torch.cuda.stream(stream):
            torch.mm(a, b, out=target)
    torch.cuda.synchronize()
    results += [digest(target) for target in outs]
report("cuBLAS, 1024x1024x1024, two streams", results)

row, others = uniform(1, 600), uniform(128, 600)
weights = uniform(600, 40)
wide_row, wide_others, wide = uniform(1, 1024), uniform(128, 1024), uniform(1024, 1024)
for case, one, rest, matrix in (("600x40", row, others, weights), ("1024x1024", wide_row, wide_others, wide)):
    results = []
    for batch in (1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128):
        positions = range(batch) if batch <= 32 else (0, 1, batch // 2, batch - 1)
        for position in positions:
            rows = rest[:batch].clone()
            rows[position] = one[0]
            results.append(digest((rows @ matrix)[position]))
    report(f"a row of cuBLAS, {case}, every batch size and position", results)

index, values = torch.randint(0, 1000, (1_000_000,), device="cuda"), uniform(1_000_000)
report("index_add_, 1,000,000 numbers to 1000 places", [digest(torch.zeros(1000, device="cuda").index_add_(0, index, values)) for _ in range(200)])
report("sum of 1,000,000 numbers", [digest(values.sum()) for _ in range(200)])
