"""Makes test/goldens/ops.FAMILY.json.gz: what PyTorch gives for every op case, and its gradients for a fixed cotangent.

    /usr/bin/python3 scripts/goldens/ops.py FOLDER [family ...]

FOLDER is a build (tsc's outDir) that holds test/ops/cases.js; without families, all are made.
"""
import base64
import gzip
import json
import pathlib
import subprocess
import sys

import numpy as np
import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).resolve().parent
GOLDENS = HERE.parent.parent / "test" / "goldens"
NUMPY = {"float32": "f4", "float64": "f8", "int32": "i4", "uint8": "u1", "bool": "?"}
NAMES = {torch.float32: "float32", torch.float64: "float64", torch.int32: "int32", torch.int64: "int32",
         torch.uint8: "uint8", torch.bool: "bool"}


def read(spec):
    values = np.frombuffer(base64.b64decode(spec["data"]), dtype=NUMPY[spec["dtype"]]).copy()
    tensor = torch.from_numpy(values).reshape(spec["shape"])
    return tensor.requires_grad_() if spec["grad"] else tensor


def write(tensor):
    """int64 becomes int32: wick has one type for indices."""
    name = NAMES[tensor.dtype]
    values = tensor.detach().contiguous().numpy().astype(NUMPY[name])
    return {"shape": list(tensor.shape), "dtype": name, "data": base64.b64encode(values.tobytes()).decode()}


def cotangent(tensor):
    i = np.arange(1, tensor.numel() + 1, dtype=np.uint64)
    values = (i * np.uint64(2654435761) % np.uint64(2**32)) / 2**32 - 0.5
    return torch.from_numpy(values).to(tensor.dtype).reshape(tensor.shape)


def grad(f, *inputs):
    """Gradients of the sum of f at copies of its inputs."""
    copies = [x.detach().clone().requires_grad_() for x in inputs]
    gradients = torch.autograd.grad(f(*copies).sum(), copies)
    return gradients[0] if len(copies) == 1 else gradients


def golden(case):
    inputs = [read(spec) for spec in case["inputs"]]
    names = dict(zip("abcdefgh", inputs), torch=torch, F=F, grad=grad)
    outputs = eval(case["torch"], names)
    if isinstance(outputs, torch.Tensor):
        outputs = [outputs]
    differentiable = [y for y in outputs if y.requires_grad]
    wanted = [x for x in inputs if x.requires_grad]
    gradients = [None] * len(wanted)
    if differentiable and wanted:
        gradients = torch.autograd.grad(
            differentiable, wanted, [cotangent(y) for y in differentiable], allow_unused=True
        )
    by_input = iter(gradients)
    placed = [next(by_input) if x.requires_grad else None for x in inputs]
    return {
        "outputs": [write(y) for y in outputs],
        "gradients": [None if g is None else write(g) for g in placed],
    }


def main(folder, *families):
    exporter = ["node", str(HERE / "export-op-cases.mjs"), folder]
    exported = json.loads(subprocess.run(exporter, check=True, capture_output=True).stdout)
    for family in families or exported:
        if not exported[family]:
            continue
        goldens = {}
        for case in exported[family]:
            try:
                goldens[case["name"]] = golden(case)
            except Exception as error:
                sys.exit(f"{case['name']}: {case['torch']}: {error}")
        path = GOLDENS / f"ops.{family}.json.gz"
        text = json.dumps(goldens, separators=(",", ":"), sort_keys=True)
        path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
        print(f"{path.name}: {len(goldens)} cases, {path.stat().st_size} bytes")


main(*sys.argv[1:])
