"""Makes test/goldens/explain.json: what attribution methods give for a small network, computed by PyTorch's autograd.

    /usr/bin/python3 scripts/goldens/explain.py

The formulas are those of pytorch-grad-cam (class activation maps) and captum (the others), written out.
"""
import json
import pathlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from counter_values import counter_values, fill_state, numbers

GOLDENS = pathlib.Path(__file__).resolve().parent.parent.parent / "test" / "goldens"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(6)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(6, 8, 3, stride=2, padding=1)
        self.relu2 = nn.ReLU()
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(8 * 3 * 2, 7)
        self.fc2 = nn.Linear(7, 4)

    def forward(self, x):
        y = self.relu1(self.bn1(self.conv1(x)))
        y = self.pool(self.relu2(self.conv2(y)))
        return self.fc2(torch.tanh(self.fc1(y.flatten(1))))


def up(values, size):
    return F.interpolate(values.relu()[:, None], size=size, mode="bilinear", align_corners=False)[:, 0]


def seen_at(net, layer, images, targets):
    """Activations and gradients of a layer."""
    kept = {}

    def keep(_, __, output):
        kept["maps"] = output

    handle = dict(net.named_modules())[layer].register_forward_hook(keep)
    scores = net(images)
    handle.remove()
    score = scores[torch.arange(len(targets)), targets].sum()
    return kept["maps"].detach(), torch.autograd.grad(score, kept["maps"])[0]


def grad_cam(a, g):
    return (g.mean((2, 3), keepdim=True) * a).sum(1)


def grad_cam_plus_plus(a, g):
    alpha = g**2 / (2 * g**2 + a.sum((2, 3), keepdim=True) * g**3 + 1e-6)
    alpha = torch.where(g != 0, alpha, torch.zeros_like(g))
    return ((g.relu() * alpha).sum((2, 3), keepdim=True) * a).sum(1)


def hires_cam(a, g):
    return (a * g).sum(1)


def layer_cam(a, g):
    return (a * g.relu()).sum(1)


def eigen_cam(a, _):
    maps = []
    for one in a.double():
        x = one.reshape(one.shape[0], -1).T
        x = x - x.mean(0, keepdim=True)
        v = torch.linalg.svd(x, full_matrices=False)[2][0]
        projection = x @ v
        projection = projection * torch.sign((projection * x.sum(1)).sum())
        maps.append(projection.reshape(one.shape[1:]))
    return torch.stack(maps).float()


def score_cam(net, a, images, targets):
    maps = []
    with torch.no_grad():
        for one, image, target in zip(a, images, targets):
            large = F.interpolate(one[:, None], size=image.shape[1:], mode="bilinear", align_corners=False)
            low = large.amin((2, 3), keepdim=True)
            high = large.amax((2, 3), keepdim=True)
            scores = net(image[None] * (large - low) / (high - low + 1e-8))[:, target]
            maps.append((scores.softmax(0)[:, None, None] * one).sum(0))
    return torch.stack(maps)


def input_gradient(net, images, targets):
    x = images.clone().requires_grad_()
    return torch.autograd.grad(net(x)[torch.arange(len(targets)), targets].sum(), x)[0]


def integrated_gradients(net, images, targets, baseline, steps):
    places, weights = np.polynomial.legendre.leggauss(steps)
    total = torch.zeros_like(images)
    for place, weight in zip((1 + places) / 2, weights / 2):
        total += float(weight) * input_gradient(net, baseline + float(place) * (images - baseline), targets)
    return total * (images - baseline)


def occlusion(net, images, targets, window, stride, baseline):
    n, _, height, width = images.shape
    total = torch.zeros(n, height, width)
    count = torch.zeros(height, width)
    rows = torch.arange(n)
    with torch.no_grad():
        whole = net(images)[rows, targets]
        top = 0
        while True:
            left = 0
            while True:
                covered = images.clone()
                covered[:, :, top : top + window[0], left : left + window[1]] = baseline
                fall = whole - net(covered)[rows, targets]
                total[:, top : top + window[0], left : left + window[1]] += fall[:, None, None]
                count[top : top + window[0], left : left + window[1]] += 1
                if left + window[1] >= width:
                    break
                left += stride[1]
            if top + window[0] >= height:
                break
            top += stride[0]
    return total / count


def main():
    net = Net().eval()
    with torch.no_grad():
        fill_state(net, 100, 0.5)
    images = counter_values((3, 3, 12, 10), 7, -1, 1.5)
    top1 = net(images).argmax(1)
    chosen = torch.tensor([2, 0, 3])
    golden = {"top1": top1.tolist(), "chosen": chosen.tolist(), "scores": numbers(net(images)), "methods": {}}

    def put(name, values, heatmap):
        golden["methods"][name] = {"values": numbers(values, 6), "heatmap": numbers(heatmap, 6)}

    cams = {"GradCAM": grad_cam, "GradCAMPlusPlus": grad_cam_plus_plus, "HiResCAM": hires_cam, "LayerCAM": layer_cam, "EigenCAM": eigen_cam}
    for name, cam in cams.items():
        for key, layer, targets in [("", "conv2", top1), (" relu1 chosen", "relu1", chosen)]:
            values = cam(*seen_at(net, layer, images, targets))
            put(name + key, values, up(values, images.shape[2:]))
    values = score_cam(net, seen_at(net, "conv2", images, chosen)[0], images, chosen)
    put("ScoreCAM chosen", values, up(values, images.shape[2:]))

    gradient = input_gradient(net, images, top1)
    put("Saliency", gradient.abs(), gradient.abs().amax(1))
    baseline = counter_values((3, 12, 10), 9, -0.2, 0.2)
    for name, base, steps, targets in [("IntegratedGradients", 0.0, 50, top1), ("IntegratedGradients baseline", baseline, 7, chosen)]:
        values = integrated_gradients(net, images, targets, torch.zeros_like(images) + base, steps)
        put(name, values, values.sum(1).abs())
    values = occlusion(net, images, top1, (2, 1), (1, 1), 0.0)
    put("Occlusion", values, values.relu())
    values = occlusion(net, images, chosen, (5, 4), (3, 4), 0.25)
    put("Occlusion options", values, values.relu())
    (GOLDENS / "explain.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


main()
