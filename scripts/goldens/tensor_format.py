"""Makes test/goldens/tensor-format.json: how PyTorch prints tensors.

    /usr/bin/python3 scripts/goldens/tensor_format.py
"""
import base64
import json
import math
import pathlib

import torch

NAMES = {torch.float32: "float32", torch.float64: "float64", torch.int64: "int32", torch.uint8: "uint8",
         torch.bool: "bool"}
torch.manual_seed(0)
nan, inf = math.nan, math.inf
x = torch.randn(2, 2)

VALUES = {
    "matrix": torch.tensor([[1.0, 2.0], [3.0, 4.0]]),
    "scalar": torch.tensor(3.5),
    "whole scalar": torch.tensor(7.0),
    "whole-number scalar": torch.tensor(7),
    "random": torch.randn(3, 4),
    "negative and positive": torch.tensor([-1.5, 22.25, 0.0]),
    "exact halves go to even": torch.tensor([0.03125, 0.09375, 2.53125, -0.03125, 1.65625]),
    "whole halves": torch.tensor([100005.0, 1.0, 123455.0, 0.5]),
    "ratio above 1000": torch.tensor([0.001, 5.0, 100.0]),
    "ratio of 1000": torch.tensor([0.5, 500.0]),
    "small": torch.tensor([1e-5, 2e-5]),
    "large": torch.tensor([1e9, 2e9]),
    "large and whole with small": torch.tensor([1.0, 2000.0]),
    "tiny exponent": torch.tensor([1e-30, 1.0]),
    "float64 exponent of three digits": torch.tensor([1e-200, 1.0], dtype=torch.float64),
    "not finite": torch.tensor([1.0, nan, inf, -inf]),
    "not finite with fractions": torch.tensor([0.5, nan, inf, -inf]),
    "not finite, scientific": torch.tensor([1e-8, nan, -inf, 1.0, 0.0]),
    "only not finite": torch.tensor([nan, inf]),
    "zeros": torch.zeros(2, 3),
    "negative zero": torch.tensor([-0.0, 1.0]),
    "negative zero with fractions": torch.tensor([-0.0, 1.5, -0.00001 * 20]),
    "empty": torch.zeros(0),
    "empty matrix": torch.zeros(2, 0),
    "empty whole numbers": torch.zeros(0, dtype=torch.uint8),
    "whole numbers": torch.arange(12).reshape(3, 4) - 6,
    "uint8": torch.tensor([1, 20, 255], dtype=torch.uint8),
    "bool": torch.tensor([[True, False], [False, True]]),
    "float64": torch.tensor([0.1, 0.2], dtype=torch.float64),
    "three dimensions": torch.arange(24.0).reshape(2, 3, 4),
    "four dimensions": torch.randn(2, 1, 2, 3),
    "wraps": torch.arange(40),
    "wraps floats": torch.randn(25),
    "wraps rows": torch.randn(3, 15),
    "exactly 1000": torch.arange(1000.0).reshape(50, 20) / 7,
    "summarized": torch.arange(1001),
    "summarized floats": torch.linspace(-1, 1, 2000),
    "summarized matrix": torch.randn(40, 50),
    "summarized, few rows": torch.randn(3, 700),
    "summarized, few columns": torch.randn(700, 2),
    "summarized images": torch.randn(8, 3, 10, 10),
    "summarized hides the large one": torch.cat([torch.ones(600) * 0.5, torch.full((1,), 1e9), torch.ones(600)]),
    "requires a gradient": torch.randn(2, requires_grad=True),
    "long line before a suffix": torch.randn(6, dtype=torch.float64, requires_grad=True),
    "suffix on its own line": torch.randn(7, requires_grad=True),
    "squeezed": torch.zeros(2, 1, 2, 1, 2).squeeze(),
}

CALLS = {
    "add": lambda a: a + a, "sub": lambda a: a - a, "mul": lambda a: a * a, "div": lambda a: a / a,
    "neg": lambda a: -a, "exp": lambda a: (a * 0).exp(), "square": lambda a: a.square(),
    "sum": lambda a: a.sum(), "sum of rows": lambda a: a.sum(1), "mean": lambda a: a.mean(),
    "relu": lambda a: a.relu(), "tanh": lambda a: a.tanh(), "softmax": lambda a: a.softmax(1),
    "logSoftmax": lambda a: a.log_softmax(1), "view": lambda a: a.view(4), "matmul": lambda a: a @ a,
    "permute": lambda a: a.permute(1, 0), "double": lambda a: a.double(), "amax": lambda a: a.amax(1),
    "gather": lambda a: a.gather(1, torch.zeros(2, 2, dtype=torch.int64)),
    "crossEntropy": lambda a: torch.nn.functional.cross_entropy(a, torch.tensor([0, 1])),
    "conv2d": lambda a: torch.nn.functional.conv2d(a.view(1, 1, 2, 2), a.view(1, 1, 2, 2)),
}


def entry(name, tensor):
    values = tensor.detach().to(torch.int32) if tensor.dtype == torch.int64 else tensor.detach()
    data = base64.b64encode(values.contiguous().numpy().tobytes()).decode()
    return {"name": name, "dtype": NAMES[tensor.dtype], "shape": list(tensor.shape),
            "requiresGrad": tensor.requires_grad, "data": data, "text": str(tensor)}


leaf = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
golden = {
    "values": [entry(name, tensor) for name, tensor in VALUES.items()],
    "calls": {name: str(call(leaf)) for name, call in CALLS.items()},
    "parameter": str(torch.nn.Parameter(torch.ones(2))),
}
path = pathlib.Path(__file__).resolve().parents[2] / "test" / "goldens" / "tensor-format.json"
path.write_text(json.dumps(golden, indent=1) + "\n")
