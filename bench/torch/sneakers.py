"""The recipe sneakers in PyTorch: --schedule step (0.92 every two epochs) or exponential (0.9)."""
import torch
from torch import nn
from torch.optim import lr_scheduler
from torchvision import transforms
from torchvision.datasets import ImageFolder

from common import CACHE, arguments, fit

args = arguments(epochs=40, schedule="step", image_size=224)
transform = transforms.Compose(
    [
        transforms.Resize([args.image_size] * 2),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ]
)
train, test = (ImageFolder(CACHE / "shoes" / split, transform) for split in ("train", "test"))
test.labels = test.targets


def conv(into, out):
    return [nn.Conv2d(into, out, 5), nn.BatchNorm2d(out), nn.ReLU()]


side = ((args.image_size - 8) // 2 - 8) // 2
model = nn.Sequential(
    *conv(3, 12), *conv(12, 12), nn.MaxPool2d(2), *conv(12, 24), *conv(24, 24), nn.MaxPool2d(2),
    nn.Dropout(0.2), nn.Flatten(), nn.Linear(24 * side * side, len(train.classes)),
)  # fmt: skip
optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)
scheduler = (
    lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.92 ** (epoch // 2))
    if args.schedule == "step"
    else lr_scheduler.ExponentialLR(optimizer, 0.9)
)
counts = torch.bincount(torch.tensor(train.targets))
loss = nn.CrossEntropyLoss(len(train) / (len(counts) * counts))  # both brands weigh alike
fit(model, train, test, epochs=args.epochs, optimizer=optimizer, batch_size=32, scheduler=scheduler, loss=loss)
