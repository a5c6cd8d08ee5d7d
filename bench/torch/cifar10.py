"""The recipe cifar10 in PyTorch, batch 5 held out."""
import torch
from torch import nn
from torchvision import transforms

from common import Pictures, arguments, cifar10, fit

args = arguments(epochs=20)
to_input = [transforms.ToTensor(), transforms.Normalize([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.201])]
augment = [
    transforms.RandomCrop(32, padding=4),
    transforms.RandomHorizontalFlip(),
    transforms.ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2, hue=0.1),
    transforms.RandomRotation(15),
]
train = Pictures(*cifar10([1, 2, 3, 4]), transforms.Compose(augment + to_input))
test = Pictures(*cifar10([5]), transforms.Compose(to_input))


def block(into, out):
    return [nn.Conv2d(into, out, 3, padding=1), nn.BatchNorm2d(out), nn.ReLU(), nn.MaxPool2d(2)]


model = nn.Sequential(
    *block(3, 32), *block(32, 64), *block(64, 128),
    nn.Flatten(), nn.Linear(2048, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, 10),
)  # fmt: skip
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", patience=3, factor=0.5)
fit(model, train, test, epochs=args.epochs, optimizer=optimizer, batch_size=64, scheduler=scheduler, ema=0.999)
