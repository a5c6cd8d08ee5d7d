"""Makes test/goldens/models.json: how PyTorch prints the networks, their keys, and their losses in training.

    /usr/bin/python3 scripts/goldens/models.py
"""
import json
import pathlib

import torch
import torch.nn.functional as F
import torchvision
from torch import nn

from counter_values import counter_values

GOLDENS = pathlib.Path(__file__).resolve().parent.parent.parent / "test" / "goldens"


class MnistCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3)
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3)
        self.pool2 = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(1600, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = self.pool1(F.relu(self.conv1(x)))
        x = self.pool2(F.relu(self.conv2(x)))
        x = torch.flatten(x, start_dim=1)
        return self.fc2(F.relu(self.fc1(x)))


class CifarCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, kernel_size=3, padding=1)
        self.bn1 = nn.BatchNorm2d(32)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.bn2 = nn.BatchNorm2d(64)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.conv3 = nn.Conv2d(64, 128, kernel_size=3, padding=1)
        self.bn3 = nn.BatchNorm2d(128)
        self.relu3 = nn.ReLU()
        self.pool3 = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(128 * 4 * 4, 512)
        self.dropout = nn.Dropout(p=0.5)
        self.fc2 = nn.Linear(512, 10)

    def forward(self, x):
        x = self.pool1(self.relu1(self.bn1(self.conv1(x))))
        x = self.pool2(self.relu2(self.bn2(self.conv2(x))))
        x = self.pool3(self.relu3(self.bn3(self.conv3(x))))
        x = self.relu3(self.fc1(x.view(-1, 128 * 4 * 4)))
        return self.fc2(self.dropout(x))


class SneakerCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv2d(3, 12, kernel_size=5, padding=0), nn.BatchNorm2d(12), nn.ReLU())
        self.conv2 = nn.Sequential(nn.Conv2d(12, 12, kernel_size=5, padding=0), nn.BatchNorm2d(12), nn.ReLU())
        self.pool3 = nn.Sequential(nn.MaxPool2d(2))
        self.conv4 = nn.Sequential(nn.Conv2d(12, 24, kernel_size=5, padding=0), nn.BatchNorm2d(24), nn.ReLU())
        self.conv5 = nn.Sequential(nn.Conv2d(24, 24, kernel_size=5, padding=0), nn.BatchNorm2d(24), nn.ReLU())
        self.pool6 = nn.Sequential(nn.MaxPool2d(2))
        self.dropout = nn.Sequential(nn.Dropout(0.2))
        self.fc = nn.Sequential(nn.Linear(24 * 50 * 50, 2))

    def forward(self, x):
        x = self.pool3(self.conv2(self.conv1(x)))
        x = self.pool6(self.conv5(self.conv4(x)))
        return self.fc(self.dropout(x).view(x.size(0), -1))


class BlockCNN(nn.Module):
    def __init__(self, blocks=2):
        super().__init__()

        def block(into, out):
            conv = nn.Conv2d(into, out, kernel_size=5, stride=1, padding=2)
            return nn.Sequential(conv, nn.BatchNorm2d(out), nn.ReLU(), nn.MaxPool2d(2))

        self.conv1 = block(3, 16)
        self.conv2 = block(16, 32)
        if blocks >= 3:
            self.conv3 = block(32, 64)
        if blocks >= 4:
            self.conv4 = block(64, 128)
        self.fc = nn.Linear((32 // 2**blocks) ** 2 * 8 * 2**blocks, 10)

    def forward(self, x):
        for layer in list(self.children())[:-1]:
            x = layer(x)
        return self.fc(x.flatten(1))


class FerCNN(nn.Module):
    def __init__(self):
        super().__init__()

        def conv(into, out):
            return nn.Conv2d(into, out, kernel_size=3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU()

        self.features = nn.Sequential(
            *conv(1, 32), nn.MaxPool2d(2),
            *conv(32, 64), *conv(64, 64), nn.MaxPool2d(2),
            *conv(64, 128), *conv(128, 128), nn.MaxPool2d(2),
            *conv(128, 256), nn.MaxPool2d(2),
        )  # fmt: skip
        self.dropout = nn.Dropout(0.5)
        self.fc = nn.Linear(2304, 7)

    def forward(self, x):
        return self.fc(self.dropout(self.features(x).flatten(1)))


class BiasNorm(nn.Module):
    """Batch norm whose bias alone is trained, as airbench94 has it: momentum 0.4 in PyTorch's sense, eps 1e-12."""

    def __init__(self, channels):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x):
        return F.batch_norm(x, self.running_mean, self.running_var, None, self.bias, self.training, 0.4, 1e-12)


class CifarFast(nn.Module):
    """Its layers alone: weights are filled, biases of norms are trained 64 times as fast by a group of the optimizer."""

    def __init__(self):
        super().__init__()

        def conv(into, out):
            return nn.Conv2d(into, out, kernel_size=3, padding=1, bias=False)

        def block(into, out):
            first = [conv(into, out), nn.MaxPool2d(2), BiasNorm(out), nn.GELU()]
            return nn.Sequential(*first, conv(out, out), BiasNorm(out), nn.GELU())

        self.whiten = nn.Conv2d(3, 24, kernel_size=2)
        self.whiten.weight.requires_grad = False
        self.block1 = block(24, 64)
        self.block2 = block(64, 256)
        self.block3 = block(256, 256)
        self.fc = nn.Linear(256, 10, bias=False)

    def forward(self, x):
        x = self.block3(self.block2(self.block1(F.gelu(self.whiten(x)))))
        return self.fc(F.max_pool2d(x, 3).flatten(1)) / 9

    def optimizer(self, lr, decay):
        groups = {True: [], False: []}
        for module in self.modules():
            for parameter in module.parameters(recurse=False):
                if parameter.requires_grad:
                    groups[isinstance(module, BiasNorm)].append(parameter)
        fast = {"params": groups[True], "lr": 64 * lr, "weight_decay": decay / 64}
        slow = {"params": groups[False], "lr": lr, "weight_decay": decay}
        return torch.optim.SGD([slow, fast], lr=lr, momentum=0.85, nesterov=True)


MODELS = {
    "blockCnn2": BlockCNN,
    "blockCnn3": lambda: BlockCNN(3),
    "blockCnn4": lambda: BlockCNN(4),
    "ferCnn": FerCNN,
    "mnistCnn": MnistCNN,
    "cifarCnn": CifarCNN,
    "sneakerCnn": SneakerCNN,
    "resnet18": lambda: torchvision.models.resnet18(num_classes=20),
    "resnet34": torchvision.models.resnet34,
}


def fill_weights(model):
    """Weights spread over ±1/√fanIn, biases of layers with such weights ±0.05; norms stay as they are made."""
    state = model.state_dict()
    for k, (name, tensor) in enumerate(state.items()):
        if tensor.dim() >= 2:
            bound = (tensor.numel() / tensor.shape[0]) ** -0.5
            tensor.copy_(counter_values(tuple(tensor.shape), 100 + k, -bound, bound))
        elif name.endswith(".bias") and state.get(name[:-4] + "weight", torch.ones(1)).dim() >= 2:
            tensor.copy_(counter_values(tuple(tensor.shape), 100 + k, -0.05, 0.05))


def batch(shape, classes, step):
    """A pattern of the label, and noise."""
    labels = counter_values(shape[:1], 2000 + step, 0, classes).long()
    patterns = counter_values((classes, *shape[1:]), 3000)
    return 0.3 * counter_values(shape, 1000 + step) + patterns[labels], labels


def losses(model, optimizer, shape, classes, steps=10):
    """In training mode, but without dropout, whose draws nobody else can repeat."""
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    found = []
    for step in range(steps):
        x, y = batch(shape, classes, step)
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    model.eval()
    with torch.no_grad():
        x, y = batch(shape, classes, steps)
        found.append(F.cross_entropy(model(x), y).item())
    return found


def training():
    torch.manual_seed(0)
    mnist, cifar, resnet = MnistCNN(), CifarCNN(), torchvision.models.resnet18(num_classes=20)
    fast, fer, blocks = CifarFast(), FerCNN(), {n: BlockCNN(n) for n in (2, 3, 4)}
    for model in (mnist, cifar, resnet, fast, fer, *blocks.values()):
        fill_weights(model)
    return {
        "mnistCnn": losses(mnist, torch.optim.SGD(mnist.parameters(), lr=0.1), (16, 1, 28, 28), 10),
        "cifarCnn": losses(cifar, torch.optim.Adam(cifar.parameters(), lr=0.0001), (8, 3, 32, 32), 10),
        "cifarFast": losses(fast, fast.optimizer(lr=0.005, decay=0.1), (4, 3, 32, 32), 10, steps=4),
        "ferCnn": losses(fer, torch.optim.SGD(fer.parameters(), lr=0.0005), (8, 1, 48, 48), 7, steps=4),
        **{
            f"blockCnn{n}": losses(block, torch.optim.SGD(block.parameters(), lr=0.002), (8, 3, 32, 32), 10, steps=4)
            for n, block in blocks.items()
        },
        "resnet18": losses(resnet, torch.optim.SGD(resnet.parameters(), lr=0.01), (2, 3, 64, 64), 20, steps=2),
    }


goldens = {
    "printed": {name: str(make()) for name, make in MODELS.items()},
    "shapes": {name: {k: list(v.shape) for k, v in make().state_dict().items()} for name, make in MODELS.items()},
    "training": training(),
}
(GOLDENS / "models.json").write_text(json.dumps(goldens, separators=(",", ":")) + "\n")
for name, values in goldens["training"].items():
    print(name, *(f"{v:.4f}" for v in values))
