"""The recipe mnist in PyTorch."""
import torch
from torch import nn
from torchvision import transforms

from common import Pictures, arguments, fit, mnist

args = arguments(epochs=5)
transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize(0.1307, 0.3081)])
train, test = (Pictures(*mnist(split), transform) for split in ("train", "t10k"))
model = nn.Sequential(
    nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(1600, 64), nn.ReLU(), nn.Linear(64, 10),
)  # fmt: skip
optimizer = torch.optim.SGD(model.parameters(), lr=1e-2)
fit(model, train, test, epochs=args.epochs, optimizer=optimizer, batch_size=32)
