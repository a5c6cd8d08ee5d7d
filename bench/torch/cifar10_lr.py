"""The recipe cifar10-lr in PyTorch, batch 5 held out: --lr 0.1 --epochs 10, or --blocks 3."""
import torch
from torch import nn
from torchvision import transforms

from common import Pictures, arguments, cifar10, fit

args = arguments(epochs=5, lr=1e-3, blocks=2)
transform = transforms.Compose(
    [transforms.Pad(4), transforms.Resize((32, 32)), transforms.ToTensor(), transforms.Normalize([0.5] * 3, [0.5] * 3)]
)
train, test = (Pictures(*cifar10(batches), transform) for batches in ([1, 2, 3, 4], [5]))
layers, channels, side = [], 3, 32
for block in range(args.blocks):
    out = 16 * 2**block
    layers += [nn.Conv2d(channels, out, 5, padding=2), nn.BatchNorm2d(out), nn.ReLU(), nn.MaxPool2d(2)]
    channels, side = out, side // 2
model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(side * side * channels, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
fit(model, train, test, epochs=args.epochs, optimizer=optimizer, batch_size=32, ema=0.999)
