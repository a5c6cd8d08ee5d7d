"""Small classifiers as torch.onnx.export writes them, with the logits that PyTorch computes: test/goldens/onnx-files.json.

    /usr/bin/python3 scripts/goldens/onnx_files.py
"""
import base64
import io
import json
import os
import warnings

import torch
from torch import nn
from torch.onnx import TrainingMode

warnings.filterwarnings("ignore")
torch.manual_seed(0)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(6, eps=1e-3, momentum=0.05)
        self.conv2 = nn.Conv2d(6, 6, 3, padding=1, groups=3)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(6, 5)

    def forward(self, x):
        x = self.bn1(self.conv1(x)).relu()
        x = self.pool(x + nn.functional.hardswish(self.conv2(x)))
        return self.fc(self.drop(x.mean((2, 3))))


class Mixed(nn.Module):
    """What MobileNets, ShuffleNets, DenseNets and EfficientNets are made of."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.ReLU6(), nn.Conv2d(8, 8, 1), nn.SiLU())
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 8, 1), nn.Hardsigmoid())
        self.norm = nn.BatchNorm2d(8)
        self.squeeze = nn.Conv2d(8, 4, (1, 3), padding=(0, 1), dilation=1)
        self.ceil = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(12, 7), nn.LeakyReLU(0.2), nn.BatchNorm1d(7), nn.ELU())

    def forward(self, x):
        x = self.stem(x)
        x = self.norm(x * self.gate(x))
        n, c, h, w = x.shape
        x = x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
        a, b = x.chunk(2, 1)
        x = torch.cat([nn.functional.avg_pool2d(a, 2, ceil_mode=False), self.ceil(b)[:, :, :3, :3]], 1)
        x = self.squeeze(nn.functional.pad(x, (1, 0, 0, 1)))
        return self.head(x[:, :, ::2, -1:].flatten(1)[:, :12].reshape(n, -1)[:, :].repeat(1, 2)[:, :12])


class Attention(nn.Module):
    """What vision transformers are made of."""

    def __init__(self):
        super().__init__()
        self.proj = nn.Conv2d(3, 8, 4, 4)
        self.token = nn.Parameter(torch.randn(1, 1, 8))
        self.position = nn.Parameter(torch.randn(1, 5, 8))
        self.norm = nn.LayerNorm(8)
        self.qkv = nn.Linear(8, 24)
        self.mlp = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
        self.register_buffer("index", torch.tensor([[0, 2], [4, 1]]))
        self.table = nn.Parameter(torch.randn(5, 5))
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        x = self.proj(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.position
        n, l, e = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(n, l, 3, 2, e // 2).permute(2, 0, 3, 1, 4).unbind(0)
        a = (q @ k.transpose(-2, -1) / (e // 2) ** 0.5 + self.table).softmax(-1)
        x = x + (a @ v).transpose(1, 2).reshape(n, l, e)
        x = x + self.mlp(self.norm(x))
        x = torch.roll(x, (1, 2), (1, 2))
        x = x + self.table[self.index.view(-1)].sum() * 0.01
        return self.head(x[:, 0])


class Resized(nn.Module):
    """Images made larger and smaller; before version 11 by the nearest pixels alone, as PyTorch means them."""

    def __init__(self, modern):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.modern = modern
        self.head = nn.Linear(120 if modern else 784, 3)

    def forward(self, x):
        resize = nn.functional.interpolate
        x = resize(self.conv(x), scale_factor=2)
        if self.modern:
            x = resize(x, size=(9, 7), mode="bilinear")
            x = resize(x, scale_factor=(1.5, 2), mode="bilinear", align_corners=True)
            x = resize(x.relu(), size=(5, 6), mode="bicubic")
        return self.head(x.flatten(1))


def live(model):
    """Statistics that are not 0 and 1."""
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm2d, nn.BatchNorm1d)):
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 1.5)
            nn.init.uniform_(module.weight, 0.5, 1.5)
    return model.eval()


def export(model, size, opset, keep):
    hundredths = torch.randint(-200, 200, (2, 3, size, size))
    x = hundredths / 100
    file = io.BytesIO()
    mode = dict(training=TrainingMode.PRESERVE, do_constant_folding=False) if keep else {}
    axes = {"input": {0: "n"}, "logits": {0: "n"}}
    torch.onnx.export(model, x, file, opset_version=opset, input_names=["input"], output_names=["logits"], dynamic_axes=axes, **mode)
    with torch.no_grad():
        logits = model(x)
    return dict(
        file=base64.b64encode(file.getvalue()).decode(),
        hundredths=hundredths.flatten().tolist(),
        shape=list(x.shape),
        logits=logits.flatten().tolist(),
        keys=list(model.state_dict()),
    )


cases = {}
wanted = [
    ("residual", Residual(), 12, ["9", "13", "13 unfolded", "17"]),
    ("mixed", Mixed(), 14, ["11", "17"]),
    ("attention", Attention(), 8, ["13", "17"]),
]


def add(name, model, size, variants):
    live(model)
    for variant in variants:
        opset, *keep = variant.split()
        cases[f"{name} {variant}"] = export(model, size, int(opset), bool(keep))


for row in wanted:
    add(*row)
add("resized", Resized(False), 7, ["9", "10"])
add("resized", Resized(True), 7, ["11", "13", "17"])
path = os.path.join(os.path.dirname(__file__), "../../test/goldens/onnx-files.json")
with open(path, "w") as file:
    json.dump(cases, file)
print({name: len(case["file"]) for name, case in cases.items()})
