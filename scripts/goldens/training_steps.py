"""Two optimizer steps by PyTorch for settings of a training: test/goldens/training-steps.json.

BCE is timm's BinaryCrossEntropy (timm/loss/binary_cross_entropy.py), written down here: smoothed targets, a threshold, a sum over classes.
"""
import json

import torch
import torch.nn.functional as F

torch.manual_seed(0)
N, D, K = 5, 6, 4
x = torch.randn(4, N, D)
y = torch.randint(0, K, (4, N))
shares = torch.rand(4, N, K).softmax(-1)
start = {"weight": torch.randn(K, D) * 0.5, "bias": torch.randn(K) * 0.1}


def class_weights(power):
    counts = torch.bincount(y.flatten(), minlength=K).float()
    return (counts.sum() / (K * counts)) ** power


def bce(smoothing=0.0, threshold=None, sum_classes=False, weight=None):
    def loss(logits, target):
        if target.ndim == 1:
            target = F.one_hot(target, K).float()
        target = target * (1 - smoothing) + smoothing / K
        if threshold is not None:
            target = (target > threshold).float()
        each = F.binary_cross_entropy_with_logits(logits, target, weight=weight, reduction="none")
        return each.sum(-1).mean() if sum_classes else each.mean()

    return loss


def ce(**options):
    return lambda logits, target: F.cross_entropy(logits, target, **options)


def run(loss, targets=y, accumulate=1, norm=None, value=None):
    model = torch.nn.Linear(D, K)
    model.load_state_dict(start)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    losses = []
    for step in range(2):
        optimizer.zero_grad()
        for part in range(accumulate):
            i = step * accumulate + part
            value_of = loss(model(x[i]), targets[i])
            losses.append(value_of.item())
            (value_of / accumulate).backward()
        if value is not None:
            torch.nn.utils.clip_grad_value_(model.parameters(), value)
        if norm is not None:
            torch.nn.utils.clip_grad_norm_(model.parameters(), norm)
        optimizer.step()
    return {"losses": losses, "weight": model.weight.flatten().tolist(), "bias": model.bias.tolist()}


cases = [
    ({}, ce(), {}),
    ({"loss": {"labelSmoothing": 0.3}}, ce(label_smoothing=0.3), {}),
    ({"loss": {"classWeights": 0.5}}, ce(weight=class_weights(0.5)), {}),
    ({"loss": {"labelSmoothing": 0.1, "classWeights": 1}}, ce(label_smoothing=0.1, weight=class_weights(1)), {}),
    ({"loss": "bce"}, bce(), {}),
    ({"loss": {"name": "bce", "labelSmoothing": 0.1}}, bce(0.1), {}),
    ({"loss": {"name": "bce", "sumClasses": True}}, bce(sum_classes=True), {}),
    ({"loss": {"name": "bce", "classWeights": 1}}, bce(weight=class_weights(1)), {}),
    ({"loss": "bce", "soft": True}, bce(), {"targets": shares}),
    ({"loss": {"name": "bce", "labelSmoothing": 0.2, "targetThreshold": 0.25}, "soft": True}, bce(0.2, 0.25), {"targets": shares}),
    ({"loss": {"labelSmoothing": 0.2}, "soft": True}, ce(label_smoothing=0.2), {"targets": shares}),
    ({"accumulate": 2}, ce(), {"accumulate": 2}),
    ({"clip": {"norm": 0.05}}, ce(), {"norm": 0.05}),
    ({"clip": {"value": 0.02}}, ce(), {"value": 0.02}),
    ({"clip": {"norm": 0.05, "value": 0.02}}, ce(), {"norm": 0.05, "value": 0.02}),
]

golden = {
    "x": x.flatten().tolist(),
    "y": y.flatten().tolist(),
    "shares": shares.flatten().tolist(),
    "start": {key: value.flatten().tolist() for key, value in start.items()},
    "cases": [{"settings": settings, **run(loss, **options)} for settings, loss, options in cases],
}
with open("test/goldens/training-steps.json", "w") as file:
    json.dump(golden, file)
    file.write("\n")
