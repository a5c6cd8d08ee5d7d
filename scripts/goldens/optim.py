"""Makes test/goldens/optim.json: parameters and learning rates as PyTorch's optimizers and schedulers change them.

    /usr/bin/python3 scripts/goldens/optim.py
"""
import copy
import json
import pathlib
import warnings

import torch
from torch import optim
from torch.optim import lr_scheduler as sched

from counter_values import counter_values, numbers

GOLDENS = pathlib.Path(__file__).resolve().parent.parent.parent / "test" / "goldens"
warnings.filterwarnings("ignore", category=UserWarning)

OPTIMIZERS = {
    "sgd": lambda p: optim.SGD(p, lr=0.1),
    "sgd weightDecay": lambda p: optim.SGD(p, lr=0.1, weight_decay=0.05),
    "sgd momentum": lambda p: optim.SGD(p, lr=0.05, momentum=0.9),
    "sgd dampening": lambda p: optim.SGD(p, lr=0.05, momentum=0.8, dampening=0.3, weight_decay=0.01),
    "sgd nesterov": lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": lambda p: optim.Adam(p, lr=0.02),
    "adam options": lambda p: optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1),
    "adam amsgrad": lambda p: optim.Adam(p, lr=0.02, betas=(0.5, 0.9), amsgrad=True, weight_decay=0.01),
    "adamw": lambda p: optim.AdamW(p, lr=0.02),
    "adamw options": lambda p: optim.AdamW(p, lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.2),
    "adamw amsgrad": lambda p: optim.AdamW(p, lr=0.02, betas=(0.5, 0.9), amsgrad=True),
    "rmsprop": lambda p: optim.RMSprop(p),
    "rmsprop momentum": lambda p: optim.RMSprop(p, lr=0.02, alpha=0.9, momentum=0.9, weight_decay=0.05),
    "rmsprop centered": lambda p: optim.RMSprop(p, lr=0.02, alpha=0.8, eps=1e-3, centered=True),
    "rmsprop all": lambda p: optim.RMSprop(p, lr=0.02, momentum=0.5, centered=True, weight_decay=0.05),
    "groups": lambda p: optim.Adam([{"params": [p[0]], "lr": 0.1, "betas": (0.5, 0.9)}, {"params": [p[1]]}], lr=0.01),
}
STEPS = 12
SHAPES = [(3, 4), (5,)]


def trained(make):
    params = [counter_values(shape, 1 + k).requires_grad_() for k, shape in enumerate(SHAPES)]
    optimizer = make(params)
    history = []
    for step in range(STEPS):
        for k, param in enumerate(params):
            # The second parameter has no gradient in two of the steps: its own step count stays behind.
            absent = k == 1 and step in (0, 6)
            param.grad = None if absent else counter_values(SHAPES[k], 100 + 2 * step + k)
        optimizer.step()
        history.append([numbers(param) for param in params])
        if step % 3 == 2:
            for group in optimizer.param_groups:
                group["lr"] *= 0.7
    return history


# Options set on the groups before a step.
CHANGES = {
    "sgd momentum on, off, on": (
        lambda p: optim.SGD(p, lr=0.1, dampening=0.25),
        {1: dict(momentum=0.9), 5: dict(momentum=0), 9: dict(momentum=0.7)},
    ),
    "sgd the rest": (
        lambda p: optim.SGD(p, lr=0.1, momentum=0.9),
        {2: dict(weight_decay=0.2), 4: dict(nesterov=True), 6: dict(dampening=0.5), 8: dict(nesterov=False)},
    ),
    "adam": (
        lambda p: optim.Adam(p, lr=0.02),
        {2: dict(weight_decay=0.2), 4: dict(betas=(0.7, 0.95)), 6: dict(eps=0.01)},
    ),
    "adamw amsgrad off, on": (
        lambda p: optim.AdamW(p, lr=0.02, amsgrad=True, betas=(0.9, 0.6)),
        {3: dict(amsgrad=False), 6: dict(amsgrad=True), 9: dict(weight_decay=0.3)},
    ),
    "rmsprop": (
        lambda p: optim.RMSprop(p, lr=0.02, momentum=0.9, centered=True),
        {2: dict(alpha=0.9), 4: dict(momentum=0), 6: dict(centered=False), 8: dict(momentum=0.5, centered=True, eps=0.1)},
    ),
}


def changed(make, changes):
    params = [counter_values(shape, 1 + k).requires_grad_() for k, shape in enumerate(SHAPES)]
    optimizer = make(params)
    history = []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group.update(changes.get(step, {}))
        for k, param in enumerate(params):
            param.grad = counter_values(SHAPES[k], 100 + 2 * step + k)
        optimizer.step()
        history.append([numbers(param) for param in params])
    return history


# Trained by the first optimizer for five steps, then by the second, made with other options, with the first's state.
TRANSFERS = {
    "sgd with momentum into plain": (lambda p: optim.SGD(p, lr=0.1, momentum=0.9), lambda p: optim.SGD(p, lr=0.3)),
    "plain sgd into momentum": (
        lambda p: optim.SGD(p, lr=0.1), lambda p: optim.SGD(p, lr=0.3, momentum=0.9, weight_decay=0.1)
    ),
    "amsgrad into adam": (
        lambda p: optim.Adam(p, lr=0.02, amsgrad=True, betas=(0.9, 0.6)), lambda p: optim.Adam(p, lr=0.5)
    ),
    "adam into amsgrad": (
        lambda p: optim.Adam(p, lr=0.02, betas=(0.9, 0.6)), lambda p: optim.Adam(p, lr=0.5, amsgrad=True)
    ),
    "adamw into adam": (lambda p: optim.AdamW(p, lr=0.02), lambda p: optim.Adam(p, lr=0.5)),
    "rmsprop with all into plain": (
        lambda p: optim.RMSprop(p, lr=0.02, momentum=0.9, centered=True), lambda p: optim.RMSprop(p)
    ),
    "plain rmsprop into all": (
        lambda p: optim.RMSprop(p, lr=0.02), lambda p: optim.RMSprop(p, momentum=0.9, centered=True)
    ),
    "groups into others": (
        lambda p: optim.SGD([{"params": [p[0]], "momentum": 0.9}, {"params": [p[1]], "lr": 0.02}], lr=0.1),
        lambda p: optim.SGD([{"params": [p[0]], "lr": 9}, {"params": [p[1]], "momentum": 0.5}], lr=0.1),
    ),
    "fresh into trained": (None, lambda p: optim.SGD(p, lr=0.1, momentum=0.9)),
}


def transferred(first, second):
    params = [counter_values(shape, 1 + k).requires_grad_() for k, shape in enumerate(SHAPES)]
    before = (first or second)(params)
    fresh = copy.deepcopy(before.state_dict())
    after = second(params)
    history = []
    for step in range(STEPS):
        if step == 5:
            if first is None:
                after = before
            after.load_state_dict(fresh if first is None else before.state_dict())
        for k, param in enumerate(params):
            param.grad = counter_values(SHAPES[k], 100 + 2 * step + k)
        (before if step < 5 else after).step()
        history.append([numbers(param) for param in params])
    return history


def clipped(max_norm, norm_type):
    params = [counter_values(shape, 1 + k).requires_grad_() for k, shape in enumerate(SHAPES)]
    for k, param in enumerate(params):
        param.grad = counter_values(SHAPES[k], 100 + k)
    total = torch.nn.utils.clip_grad_norm_(params, max_norm, norm_type)
    return {"norm": float(total), "grads": [numbers(param.grad) for param in params]}


SCHEDULERS = {
    "lambda": lambda o: [sched.LambdaLR(o, lambda t: 0.95**t)],
    "lambda each": lambda o: [sched.LambdaLR(o, [lambda t: 1 / (t + 1), lambda t: 0.92 ** (t // 2)])],
    "step": lambda o: [sched.StepLR(o, step_size=5, gamma=0.5)],
    "multiStep": lambda o: [sched.MultiStepLR(o, milestones=[3, 8, 8, 20])],
    "exponential": lambda o: [sched.ExponentialLR(o, gamma=0.9)],
    "constant": lambda o: [sched.ConstantLR(o, factor=0.2, total_iters=7)],
    "constant default": lambda o: [sched.ConstantLR(o)],
    "linear": lambda o: [sched.LinearLR(o, start_factor=0.1, end_factor=0.8, total_iters=9)],
    "linear default": lambda o: [sched.LinearLR(o)],
    "cosine": lambda o: [sched.CosineAnnealingLR(o, T_max=10)],
    "cosine etaMin": lambda o: [sched.CosineAnnealingLR(o, T_max=14, eta_min=0.002)],
    "restarts": lambda o: [sched.CosineAnnealingWarmRestarts(o, T_0=7)],
    "restarts longer": lambda o: [sched.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2, eta_min=0.001)],
    "oneCycle": lambda o: [sched.OneCycleLR(o, max_lr=0.3, total_steps=35, cycle_momentum=False)],
    "oneCycle linear": lambda o: [
        sched.OneCycleLR(o, max_lr=[0.3, 0.1], total_steps=40, pct_start=0.4, anneal_strategy="linear",
                         div_factor=10, final_div_factor=100, cycle_momentum=False)
    ],
    "oneCycle three": lambda o: [
        sched.OneCycleLR(o, max_lr=0.3, total_steps=36, three_phase=True, cycle_momentum=False)
    ],
    "sequential": lambda o: [
        sched.SequentialLR(o, [sched.LinearLR(o, total_iters=5), sched.CosineAnnealingLR(o, T_max=20)], milestones=[5])
    ],
    "sequential three": lambda o: [
        sched.SequentialLR(
            o,
            [sched.ConstantLR(o, factor=0.1, total_iters=50), sched.ExponentialLR(o, gamma=0.8),
             sched.StepLR(o, step_size=3, gamma=0.5)],
            milestones=[4, 15],
        )
    ],
    "chained": lambda o: [sched.ExponentialLR(o, gamma=0.95), sched.StepLR(o, step_size=6, gamma=0.5)],
    "chained warm-up": lambda o: [sched.LinearLR(o, total_iters=6), sched.CosineAnnealingLR(o, T_max=40)],
}


def scheduled(make, steps=34):
    params = [torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)]
    optimizer = optim.SGD([{"params": [params[0]]}, {"params": [params[1]], "lr": 0.03}], lr=0.1)
    schedulers = make(optimizer)
    rates = [[group["lr"] for group in optimizer.param_groups]]
    for _ in range(steps):
        optimizer.step()
        for scheduler in schedulers:
            scheduler.step()
        rates.append([group["lr"] for group in optimizer.param_groups])
    return rates


LOSSES = [1.0, 0.8, 0.8, 0.79999, 0.81, 0.5, 0.51, 0.52, 0.53, 0.5, 0.49, 0.4899, 0.48, 0.7, 0.7, 0.7, 0.7, 0.7,
          0.7, 0.1, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2]
PLATEAUS = {
    "min": dict(patience=2, factor=0.5),
    "default": dict(),
    "abs": dict(patience=1, factor=0.3, threshold=0.05, threshold_mode="abs", cooldown=2),
    "max": dict(mode="max", patience=1, factor=0.5, threshold=0.1, min_lr=[0.01, 0.0], cooldown=1),
    "max abs": dict(mode="max", patience=3, threshold=0.01, threshold_mode="abs", eps=1e-3),
}


def plateaued(options):
    params = [torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)]
    optimizer = optim.SGD([{"params": [params[0]]}, {"params": [params[1]], "lr": 0.03}], lr=0.1)
    scheduler = sched.ReduceLROnPlateau(optimizer, **options)
    rates = []
    for loss in LOSSES:
        scheduler.step(loss)
        rates.append([group["lr"] for group in optimizer.param_groups])
    return rates


goldens = {
    "optimizers": {name: trained(make) for name, make in OPTIMIZERS.items()},
    "changes": {name: changed(*spec) for name, spec in CHANGES.items()},
    "transfers": {name: transferred(*spec) for name, spec in TRANSFERS.items()},
    "clip": {f"{norm} {kind}": clipped(norm, kind) for norm in (0.5, 100.0) for kind in (2, 1, 3, "inf")},
    "schedulers": {name: scheduled(make) for name, make in SCHEDULERS.items()},
    "plateau": {"losses": LOSSES, "rates": {name: plateaued(options) for name, options in PLATEAUS.items()}},
}
(GOLDENS / "optim.json").write_text(json.dumps(goldens, separators=(",", ":")) + "\n")
