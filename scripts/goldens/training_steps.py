"""Two optimizer steps by PyTorch for settings of a training, by SGD of rate 0.5 where they say no other: test/goldens/training-steps.json.

BCE is timm's BinaryCrossEntropy (timm/loss/binary_cross_entropy.py), written down here: smoothed targets, a threshold, a sum over classes.
"""
import json

import torch
import torch.nn.functional as F
from torch import optim
from torch.optim import lr_scheduler
from torch.optim.swa_utils import AveragedModel

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


def sgd(**options):
    return lambda params: torch.optim.SGD(params, lr=0.5, **options)


def averaged(model, decay):
    """The average of wick's EMA: it starts from the first weights, of which the first steps keep less."""
    average = AveragedModel(model, avg_fn=lambda a, p, n: a + (p - a) * max(1 - decay, 9 / (9 + n)))
    average.n_averaged += 1  # so that the first update averages, too
    return average


def run(loss=F.cross_entropy, targets=y, accumulate=1, norm=None, value=None, optimizer=sgd(), schedule=None, ema=None, lookahead=None):
    model = torch.nn.Linear(D, K)
    model.load_state_dict(start)
    optimizer = optimizer(model.parameters())
    scheduler = schedule and schedule(optimizer)
    average = ema and averaged(model, ema)
    slow = [param.detach().clone() for param in model.parameters()]
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
        if scheduler is not None:
            scheduler.step()
        if average is not None:
            average.update_parameters(model)
        if lookahead is not None and (step + 1) % lookahead["k"] == 0:
            with torch.no_grad():
                for kept, param in zip(slow, model.parameters()):
                    kept += lookahead["alpha"](step + 1) * (param - kept)
                    param.copy_(kept)
    found = {"losses": losses, "weight": model.weight.flatten().tolist(), "bias": model.bias.tolist()}
    if average is not None:
        found["heldOut"] = F.cross_entropy(average(x[0]), y[0]).item()
    return found


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
    ({"optimizer": {"momentum": 0.9, "nesterov": True, "weightDecay": 0.1}}, ce(), {"optimizer": sgd(momentum=0.9, nesterov=True, weight_decay=0.1)}),
    ({"optimizer": {"name": "adam", "lr": 0.1}}, ce(), {"optimizer": lambda p: optim.Adam(p, lr=0.1)}),
    ({"optimizer": {"name": "adamw", "lr": 0.1, "betas": [0.5, 0.8]}}, ce(), {"optimizer": lambda p: optim.AdamW(p, lr=0.1, betas=(0.5, 0.8))}),
    ({"optimizer": {"name": "rmsprop", "lr": 0.1, "alpha": 0.5}}, ce(), {"optimizer": lambda p: optim.RMSprop(p, lr=0.1, alpha=0.5)}),
    # Of an epoch of two steps, by which the settings count.
    ({"schedule": {"name": "exponential", "gamma": 0.04, "per": "step"}}, ce(), {"schedule": lambda o: lr_scheduler.ExponentialLR(o, 0.2)}),
    ({"schedule": {"name": "cosine", "per": "step"}}, ce(), {"schedule": lambda o: lr_scheduler.CosineAnnealingLR(o, 2)}),
    ({"schedule": {"name": "oneCycle", "pctStart": 0.9, "cycleMomentum": False}}, ce(), {"schedule": lambda o: lr_scheduler.OneCycleLR(o, 0.5, total_steps=2, pct_start=0.9, cycle_momentum=False)}),
    ({"warmup": {"epochs": 1, "startFactor": 0.2}}, ce(), {"schedule": lambda o: lr_scheduler.LinearLR(o, 0.2, total_iters=2)}),
    ({"optimizer": {"lr": 0.25}, "ema": {"decay": 0.05}}, ce(), {"optimizer": lambda p: optim.SGD(p, lr=0.25), "ema": 0.05}),
    ({"lookahead": {"everySteps": 1, "decay": 0.25}}, ce(), {"lookahead": {"k": 1, "alpha": lambda t: 0.75}}),
    ({"lookahead": {"everySteps": 2, "decay": 0.25}}, ce(), {"lookahead": {"k": 2, "alpha": lambda t: 0.75}}),
    ({"lookahead": {"everySteps": 1, "decay": 0.8, "power": 3}}, ce(), {"lookahead": {"k": 1, "alpha": lambda t: 1 - 0.8 * (t / 2) ** 3}}),
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
