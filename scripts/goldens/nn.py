"""Makes test/goldens/nn.json: what PyTorch's layers and losses print, hold and compute.

    /usr/bin/python3 scripts/goldens/nn.py
"""
import json
import pathlib

import torch
from torch import nn

from counter_values import counter_values, fill_state, numbers

GOLDENS = pathlib.Path(__file__).resolve().parent.parent.parent / "test" / "goldens"

# name: (layer, shape of the input, number of forward passes, training)
LAYERS = {
    "conv2d": (lambda: nn.Conv2d(2, 3, 3), (2, 2, 5, 6)),
    "conv2d options": (
        lambda: nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2, bias=False),
        (2, 4, 6, 5),
    ),
    "conv2d same": (lambda: nn.Conv2d(2, 2, 3, padding="same"), (1, 2, 4, 5)),
    "conv2d same even": (lambda: nn.Conv2d(2, 2, (4, 2), padding="same"), (1, 2, 5, 4)),
    "conv2d same dilated": (lambda: nn.Conv2d(1, 2, (2, 3), padding="same", dilation=(3, 2)), (1, 1, 7, 6)),
    "conv2d valid": (lambda: nn.Conv2d(1, 2, 2, padding="valid"), (1, 1, 3, 3)),
    "conv2d depthwise": (lambda: nn.Conv2d(3, 6, 3, groups=3, padding=1), (2, 3, 4, 4)),
    "conv2d reflect": (lambda: nn.Conv2d(2, 3, (3, 2), padding=(2, 1), padding_mode="reflect", stride=2), (2, 2, 5, 6)),
    "conv2d replicate": (
        lambda: nn.Conv2d(2, 4, (2, 4), padding="same", padding_mode="replicate", dilation=(3, 1), groups=2),
        (1, 2, 5, 4),
    ),
    "conv2d circular": (lambda: nn.Conv2d(1, 2, 3, padding=1, padding_mode="circular", bias=False), (1, 1, 4, 3)),
    "linear": (lambda: nn.Linear(5, 3), (4, 5)),
    "linear without bias": (lambda: nn.Linear(5, 3, bias=False), (2, 3, 5)),
    "batchNorm1d": (lambda: nn.BatchNorm1d(3), (5, 3)),
    "batchNorm1d sequence": (lambda: nn.BatchNorm1d(3), (2, 3, 4)),
    "batchNorm2d": (lambda: nn.BatchNorm2d(3), (2, 3, 2, 3)),
    "batchNorm2d eval": (lambda: nn.BatchNorm2d(3).eval(), (2, 3, 2, 3)),
    "batchNorm2d momentum": (lambda: nn.BatchNorm2d(3, eps=1e-3, momentum=0.3), (2, 3, 2, 3)),
    "batchNorm2d cumulative": (lambda: nn.BatchNorm2d(3, momentum=None), (2, 3, 2, 3)),
    "batchNorm2d plain": (lambda: nn.BatchNorm2d(3, affine=False), (2, 3, 2, 3)),
    "batchNorm2d untracked": (lambda: nn.BatchNorm2d(3, track_running_stats=False).eval(), (2, 3, 2, 3)),
    "layerNorm": (lambda: nn.LayerNorm(4), (2, 3, 4)),
    "layerNorm two": (lambda: nn.LayerNorm([3, 4], eps=1e-3), (2, 3, 4)),
    "layerNorm plain": (lambda: nn.LayerNorm([3, 4], elementwise_affine=False), (2, 3, 4)),
    "groupNorm": (lambda: nn.GroupNorm(2, 4), (2, 4, 3)),
    "groupNorm plain": (lambda: nn.GroupNorm(4, 4, affine=False), (2, 4, 2, 2)),
    "maxPool2d": (lambda: nn.MaxPool2d(2), (1, 2, 4, 5)),
    "maxPool2d options": (lambda: nn.MaxPool2d((3, 2), stride=(2, 1), padding=(1, 0), ceil_mode=True), (1, 2, 6, 4)),
    "maxPool2d dilated": (lambda: nn.MaxPool2d(2, stride=1, dilation=2), (1, 1, 5, 5)),
    "avgPool2d": (lambda: nn.AvgPool2d(2), (1, 2, 4, 5)),
    "avgPool2d options": (
        lambda: nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
        (1, 2, 6, 4),
    ),
    "adaptiveAvgPool2d": (lambda: nn.AdaptiveAvgPool2d((1, 1)), (2, 3, 4, 5)),
    "adaptiveAvgPool2d three": (lambda: nn.AdaptiveAvgPool2d(3), (1, 2, 5, 7)),
    "dropout eval": (lambda: nn.Dropout(0.2).eval(), (3, 4)),
    "dropout2d eval": (lambda: nn.Dropout2d().eval(), (1, 2, 2, 2)),
    "relu": (lambda: nn.ReLU(), (3, 4)),
    "relu inplace": (lambda: nn.Sequential(nn.Linear(4, 2), nn.ReLU(inplace=True)), (3, 4)),
    "leakyReLU": (lambda: nn.LeakyReLU(), (3, 4)),
    "leakyReLU slope": (lambda: nn.LeakyReLU(0.2), (3, 4)),
    "sigmoid": (lambda: nn.Sigmoid(), (3, 4)),
    "tanh": (lambda: nn.Tanh(), (3, 4)),
    "gelu": (lambda: nn.GELU(), (3, 4)),
    "gelu tanh": (lambda: nn.GELU(approximate="tanh"), (3, 4)),
    "silu": (lambda: nn.SiLU(), (3, 4)),
    "softmax": (lambda: nn.Softmax(1), (3, 4)),
    "softmax negative": (lambda: nn.Softmax(-3), (2, 3, 2)),
    "logSoftmax": (lambda: nn.LogSoftmax(-1), (3, 4)),
    "flatten": (lambda: nn.Flatten(), (2, 3, 2)),
    "flatten options": (lambda: nn.Flatten(0, 1), (2, 3, 2)),
    "identity": (lambda: nn.Identity(), (2, 2)),
    "sequential": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 2, 3, bias=False), nn.BatchNorm2d(2), nn.Sequential(nn.ReLU(), nn.Flatten()), nn.Linear(8, 3)
        ),
        (3, 1, 4, 4),
    ),
    "relu6": (lambda: nn.Sequential(nn.Linear(4, 9), nn.ReLU6(inplace=True)), (3, 4)),
    "hardswish": (lambda: nn.Hardswish(), (3, 4)),
    "hardsigmoid": (lambda: nn.Hardsigmoid(), (3, 4)),
    "mish": (lambda: nn.Mish(), (3, 4)),
    "elu": (lambda: nn.ELU(), (3, 4)),
    "elu alpha": (lambda: nn.ELU(0.3), (3, 4)),
    "softplus": (lambda: nn.Softplus(), (3, 4)),
    "prelu": (lambda: nn.PReLU(), (3, 4)),
    "prelu channels": (lambda: nn.PReLU(3, 0.1), (2, 3, 2, 2)),
    "convTranspose2d": (lambda: nn.ConvTranspose2d(3, 2, 3), (2, 3, 3, 4)),
    "convTranspose2d options": (
        lambda: nn.ConvTranspose2d(4, 6, (3, 2), stride=2, padding=1, output_padding=(1, 0), groups=2, bias=False),
        (1, 4, 3, 3),
    ),
    "adaptiveMaxPool2d": (lambda: nn.AdaptiveMaxPool2d((2, 3)), (1, 2, 5, 7)),
    "upsample": (lambda: nn.Upsample(scale_factor=2), (1, 2, 2, 3)),
    "upsample bilinear": (lambda: nn.Upsample(size=(5, 4), mode="bilinear"), (1, 2, 2, 3)),
    "zeroPad2d": (lambda: nn.ZeroPad2d((1, 2, 0, 1)), (1, 2, 2, 3)),
    "constantPad2d": (lambda: nn.ConstantPad2d(1, 2.5), (1, 2, 2, 3)),
    "reflectionPad2d": (lambda: nn.ReflectionPad2d(1), (1, 2, 3, 3)),
    "replicationPad2d": (lambda: nn.ReplicationPad2d((2, 0, 1, 1)), (1, 2, 2, 3)),
    "instanceNorm2d": (lambda: nn.InstanceNorm2d(3), (2, 3, 2, 3)),
    "instanceNorm2d affine": (lambda: nn.InstanceNorm2d(3, eps=1e-3, affine=True), (2, 3, 2, 3)),
    "unflatten": (lambda: nn.Unflatten(1, (2, 3)), (2, 6, 2)),
    "sequential empty": (lambda: nn.Sequential(), (2, 2)),
}

PASSES = 3

LABELS = torch.tensor([2, 0, 3, 1, 2])
CLASSES = dict(input=(5, 4), target=LABELS)
SAME = dict(input=(4, 3), target=(4, 3))

# name: (loss, shape of the input, target: labels or the shape of numbers from 0 to 1)
LOSSES = {
    "crossEntropy": (lambda: nn.CrossEntropyLoss(), CLASSES),
    "crossEntropy sum": (lambda: nn.CrossEntropyLoss(reduction="sum"), CLASSES),
    "crossEntropy none": (lambda: nn.CrossEntropyLoss(reduction="none"), CLASSES),
    "crossEntropy weight": (lambda: nn.CrossEntropyLoss(weight=counter_values((4,), 7, 0.5, 2)), CLASSES),
    "crossEntropy smoothing": (
        lambda: nn.CrossEntropyLoss(weight=counter_values((4,), 7, 0.5, 2), label_smoothing=0.1),
        CLASSES,
    ),
    "crossEntropy ignore": (lambda: nn.CrossEntropyLoss(ignore_index=2), CLASSES),
    "crossEntropy soft": (lambda: nn.CrossEntropyLoss(label_smoothing=0.2), dict(input=(5, 4), target=(5, 4))),
    "crossEntropy pixels": (
        lambda: nn.CrossEntropyLoss(),
        dict(input=(2, 3, 2), target=torch.tensor([[0, 2], [1, 1]])),
    ),
    "crossEntropy sample": (lambda: nn.CrossEntropyLoss(reduction="none"), dict(input=(4,), target=torch.tensor(3))),
    "nll": (lambda: nn.NLLLoss(), CLASSES),
    "nll weight": (lambda: nn.NLLLoss(weight=counter_values((4,), 7, 0.5, 2), ignore_index=0), CLASSES),
    "bce": (lambda: nn.BCELoss(), dict(SAME, low=0, high=1)),
    "bce weight": (lambda: nn.BCELoss(weight=counter_values((3,), 7, 0.5, 2), reduction="sum"), dict(SAME, low=0, high=1)),
    "bceWithLogits": (lambda: nn.BCEWithLogitsLoss(), dict(SAME, low=-40, high=40)),
    "bceWithLogits weight": (lambda: nn.BCEWithLogitsLoss(weight=counter_values((3,), 7, 0.5, 2), reduction="none"), SAME),
    "bceWithLogits posWeight": (
        lambda: nn.BCEWithLogitsLoss(
            weight=counter_values((3,), 7, 0.5, 2), pos_weight=counter_values((3,), 8, 0.5, 2)
        ),
        dict(SAME, low=-40, high=40),
    ),
    "mse": (lambda: nn.MSELoss(), SAME),
    "mse sum": (lambda: nn.MSELoss(reduction="sum"), SAME),
    "l1": (lambda: nn.L1Loss(), SAME),
    "l1 none": (lambda: nn.L1Loss(reduction="none"), SAME),
    "smoothL1": (lambda: nn.SmoothL1Loss(), SAME),
    "smoothL1 beta": (lambda: nn.SmoothL1Loss(beta=0.3, reduction="sum"), SAME),
    "smoothL1 zero": (lambda: nn.SmoothL1Loss(beta=0), SAME),
}


def layer_golden(make, shape):
    layer = make()
    keys = list(layer.state_dict())
    fill_state(layer)
    for step in range(PASSES):
        layer.zero_grad()
        x = counter_values(shape, 1 + step, -2, 2).requires_grad_()
        y = layer(x)
        y.backward(counter_values(tuple(y.shape), 50 + step))
    return {
        "repr": str(layer),
        "keys": keys,
        "shape": list(y.shape),
        "output": numbers(y),
        "gradInput": numbers(x.grad),
        "gradients": {name: numbers(p.grad) for name, p in layer.named_parameters()},
        "buffers": {name: numbers(b) for name, b in layer.named_buffers()},
    }


def loss_golden(make, case):
    loss = make()
    x = counter_values(case["input"], 1, case.get("low", -2), case.get("high", 2)).requires_grad_()
    target = case["target"]
    if isinstance(target, tuple):
        target = counter_values(target, 2, 0, 1)
        if "crossEntropy" in case.get("name", ""):
            target = target / target.sum(1, keepdim=True)
    y = loss(x, target)
    y.backward(counter_values(tuple(y.shape), 50))
    return {
        "repr": str(loss),
        "keys": list(loss.state_dict()),
        "labels": None if isinstance(case["target"], tuple) else target.tolist(),
        "shape": list(y.shape),
        "output": numbers(y),
        "gradInput": numbers(x.grad),
    }


def inits():
    gains = {
        "linear": nn.init.calculate_gain("linear"),
        "conv2d": nn.init.calculate_gain("conv2d"),
        "sigmoid": nn.init.calculate_gain("sigmoid"),
        "tanh": nn.init.calculate_gain("tanh"),
        "relu": nn.init.calculate_gain("relu"),
        "leakyRelu": nn.init.calculate_gain("leaky_relu"),
        "leakyRelu 0.2": nn.init.calculate_gain("leaky_relu", 0.2),
        "selu": nn.init.calculate_gain("selu"),
    }
    torch.manual_seed(0)
    # Largest magnitude of uniform, and standard deviation of normal, over enough draws to tell formulas apart.
    w = torch.empty(200, 100, 3, 3)
    spreads = {
        "xavierUniform": nn.init.xavier_uniform_(w, 2).abs().max().item(),
        "xavierNormal": nn.init.xavier_normal_(w, 2).std().item(),
        "kaimingUniform": nn.init.kaiming_uniform_(w).abs().max().item(),
        "kaimingUniform a": nn.init.kaiming_uniform_(w, a=5**0.5).abs().max().item(),
        "kaimingNormal": nn.init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu").std().item(),
        "truncNormal": nn.init.trunc_normal_(w).std().item(),
        "truncNormal narrow": nn.init.trunc_normal_(w, mean=1, std=2, a=0, b=1.5).std().item(),
    }
    means = {"truncNormal narrow": w.mean().item()}
    return {"gains": gains, "spreads": spreads, "means": means}


def attention(batch_first):
    layer = nn.MultiheadAttention(6, 2, batch_first=batch_first)
    fill_state(layer)
    query, key = counter_values((3, 2, 6), 1), counter_values((3, 2, 6) if batch_first else (4, 2, 6), 2)
    y, _ = layer(query, key, key, need_weights=False)
    y.backward(counter_values(tuple(y.shape), 50))
    return {
        "keys": list(layer.state_dict()),
        "shape": list(y.shape),
        "output": numbers(y),
        "gradients": {name: numbers(p.grad) for name, p in layer.named_parameters()},
    }


goldens = {
    "attention": {"sequence first": attention(False), "batch first": attention(True)},
    "layers": {name: layer_golden(*case) for name, case in LAYERS.items()},
    "losses": {name: loss_golden(make, dict(case, name=name)) for name, (make, case) in LOSSES.items()},
    "init": inits(),
}
(GOLDENS / "nn.json").write_text(json.dumps(goldens, separators=(",", ":")) + "\n")
