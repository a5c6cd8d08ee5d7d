"""The recipe fer2013 in PyTorch."""
import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision import transforms

from common import CACHE, Pictures, arguments, fit

args = arguments(epochs=28)
to_input = [transforms.ToTensor(), transforms.Normalize(0.5, 0.5)]
turn = transforms.RandomRotation(10, interpolation=transforms.InterpolationMode.BILINEAR)
augment = [transforms.RandomCrop(48, padding=4), transforms.RandomHorizontalFlip(), turn]


def pictures(split, transform):
    classes = sorted(path.name for path in (CACHE / "fer2013" / split).iterdir())
    files = [(file, y) for y, name in enumerate(classes) for file in sorted((CACHE / "fer2013" / split / name).iterdir())]
    pixels = np.stack([np.asarray(Image.open(file).convert("L")) for file, _ in files])
    return Pictures(pixels, [y for _, y in files], transforms.Compose(transform))


train, test = pictures("train", augment + to_input), pictures("test", to_input)


def conv(into, out):
    return [nn.Conv2d(into, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU()]


model = nn.Sequential(
    *conv(1, 32), nn.MaxPool2d(2),
    *conv(32, 64), *conv(64, 64), nn.MaxPool2d(2),
    *conv(64, 128), *conv(128, 128), nn.MaxPool2d(2),
    *conv(128, 256), nn.MaxPool2d(2),
    nn.Flatten(), nn.Dropout(0.5), nn.Linear(2304, 7),
)  # fmt: skip
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
steps = args.epochs * -(-len(train) // 64)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps, cycle_momentum=False)
loss = nn.CrossEntropyLoss(label_smoothing=0.1)
fit(model, train, test, epochs=args.epochs, optimizer=optimizer, batch_size=64, scheduler=scheduler, per="step", loss=loss)
