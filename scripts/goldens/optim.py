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
    "multiplicative": lambda o: [sched.MultiplicativeLR(o, lambda t: 0.9 if t % 3 else 0.8)],
    "polynomial": lambda o: [sched.PolynomialLR(o, total_iters=20, power=2.0)],
    "polynomial default": lambda o: [sched.PolynomialLR(o)],
    "cosine again and again": lambda o: [sched.CosineAnnealingLR(o, T_max=3, eta_min=0.005)],
    "oneCycle epochs": lambda o: [
        sched.OneCycleLR(o, max_lr=0.3, epochs=7, steps_per_epoch=5, cycle_momentum=False)
    ],
    "cyclic": lambda o: [sched.CyclicLR(o, 0.01, 0.2, step_size_up=4, step_size_down=7, cycle_momentum=False)],
    "cyclic triangular2": lambda o: [
        sched.CyclicLR(o, [0.01, 0.02], [0.2, 0.1], step_size_up=5, mode="triangular2", cycle_momentum=False)
    ],
    "cyclic expRange": lambda o: [
        sched.CyclicLR(o, 0.01, 0.2, step_size_up=5, mode="exp_range", gamma=0.95, cycle_momentum=False)
    ],
    "cyclic scaleFn": lambda o: [
        sched.CyclicLR(o, 0.01, 0.2, step_size_up=5, scale_fn=lambda t: 1 / (1 + t), scale_mode="iterations",
                       cycle_momentum=False)
    ],
    "sequential of all kinds": lambda o: [
        sched.SequentialLR(
            o,
            [sched.LambdaLR(o, lambda t: 1 / (1 + t)), sched.MultiplicativeLR(o, lambda t: 1.1),
             sched.CosineAnnealingWarmRestarts(o, T_0=4), sched.PolynomialLR(o, total_iters=6)],
            milestones=[4, 9, 18],
        )
    ],
    "chainedScheduler": lambda o: [
        sched.ChainedScheduler([sched.ConstantLR(o, factor=0.1, total_iters=4), sched.ExponentialLR(o, gamma=0.9)])
    ],
    "chained with lambda": lambda o: [sched.StepLR(o, 3, gamma=0.5), sched.LambdaLR(o, lambda t: 1 / (1 + t))],
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


# By kind: of two made one after the other, and of one whose state is loaded without the optimizer's.
KINDS = {
    "lambda": lambda o, k: sched.LambdaLR(o, lambda t: 1 / (1 + t)),
    "multiplicative": lambda o, k: sched.MultiplicativeLR(o, lambda t: 0.9),
    "step": lambda o, k: sched.StepLR(o, 3 + k, gamma=0.5),
    "multiStep": lambda o, k: sched.MultiStepLR(o, [2, 5 + k], gamma=0.3),
    "exponential": lambda o, k: sched.ExponentialLR(o, 0.9 - 0.2 * k),
    "constant": lambda o, k: sched.ConstantLR(o, factor=0.5, total_iters=4 + k),
    "linear": lambda o, k: sched.LinearLR(o, start_factor=0.25, total_iters=6 + k),
    "polynomial": lambda o, k: sched.PolynomialLR(o, total_iters=9 + k, power=2.0),
    "cosine": lambda o, k: sched.CosineAnnealingLR(o, T_max=5 + k),
    "cosine etaMin": lambda o, k: sched.CosineAnnealingLR(o, T_max=4 + k, eta_min=0.01),
    "restarts": lambda o, k: sched.CosineAnnealingWarmRestarts(o, T_0=3 + k, T_mult=2, eta_min=0.01),
    "oneCycle": lambda o, k: sched.OneCycleLR(o, max_lr=0.3, total_steps=40 + k, cycle_momentum=False),
    "cyclic": lambda o, k: sched.CyclicLR(o, 0.02, 0.2, step_size_up=3 + k, cycle_momentum=False),
}


def short(value):
    return float(f"{value:.9g}")


def sgd():
    return optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1, momentum=0.5)


def rates_of(optimizer, schedulers, steps, by_hand):
    rates = [short(optimizer.param_groups[0]["lr"])]
    for step in range(steps):
        if step == by_hand:
            optimizer.param_groups[0]["lr"] *= 0.7
        for scheduler in schedulers:
            scheduler.step()
        rates.append(short(optimizer.param_groups[0]["lr"]))
    return rates


def chained(first, second):
    optimizer = sgd()
    return rates_of(optimizer, [first(optimizer, 0), second(optimizer, 0)], 15, 7)


def resumed(make):
    before = sgd()
    first = make(before, 0)
    for _ in range(6):
        first.step()
    after = sgd()
    second = make(after, 1)
    second.load_state_dict(first.state_dict())
    return rates_of(after, [second], 8, None) + [short(lr) for lr in second.get_last_lr()]


def sequence(first, second):
    optimizer = sgd()
    scheduler = sched.SequentialLR(optimizer, [first(optimizer, 0), second(optimizer, 0)], milestones=[4])
    return rates_of(optimizer, [scheduler], 12, 8)


MOMENTA = {
    "oneCycle": lambda o: sched.OneCycleLR(o, max_lr=0.3, total_steps=20),
    "oneCycle three linear": lambda o: sched.OneCycleLR(
        o, max_lr=0.3, total_steps=20, three_phase=True, anneal_strategy="linear", base_momentum=0.5, max_momentum=0.8
    ),
    "cyclic": lambda o: sched.CyclicLR(o, 0.01, 0.1, step_size_up=4, mode="triangular2"),
}


def momenta(make, optimizer):
    scheduler = make(optimizer)
    group = optimizer.param_groups[0]
    found = []
    for step in range(20):
        found.append([short(group["lr"]), short(group["betas"][0] if "betas" in group else group["momentum"])])
        scheduler.step()
    return found


def with_adam(name):
    return optim.Adam([torch.zeros(1, requires_grad=True)], lr=0.1) if name != "cyclic" else None


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
    "chained": {f"{a}, {b}": chained(KINDS[a], KINDS[b]) for a in KINDS for b in KINDS},
    "sequences": {f"{a}, {b}": sequence(KINDS[a], KINDS[b]) for a in KINDS for b in KINDS},
    "resumed": {name: resumed(make) for name, make in KINDS.items()},
    "momenta": {
        **{f"{name} sgd": momenta(make, sgd()) for name, make in MOMENTA.items()},
        **{f"{name} adam": momenta(make, with_adam(name)) for name, make in MOMENTA.items() if with_adam(name)},
    },
    "plateau": {"losses": LOSSES, "rates": {name: plateaued(options) for name, options in PLATEAUS.items()}},
}
(GOLDENS / "optim.json").write_text(json.dumps(goldens, separators=(",", ":")) + "\n")
