"""Makes test/goldens/zoo.json.gz: keys and shapes of torchvision's architectures, and logits of one of each family.

    /usr/bin/python3 scripts/goldens/zoo.py
"""
import gzip
import json
import pathlib

import torch
import torchvision.models as models

from counter_values import counter_values, numbers

GOLDENS = pathlib.Path(__file__).resolve().parent.parent.parent / "test" / "goldens"

NAMES = [
    "alexnet", "vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn", "resnet18", "resnet34",
    "resnet50", "resnet101", "resnet152", "resnext50_32x4d", "wide_resnet50_2", "squeezenet1_0", "squeezenet1_1",
    "densenet121", "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small", "efficientnet_b0", "efficientnet_b1",
    "efficientnet_b2", "efficientnet_b3", "efficientnet_b4", "shufflenet_v2_x0_5", "shufflenet_v2_x1_0",
    "shufflenet_v2_x1_5", "shufflenet_v2_x2_0", "regnet_y_400mf", "convnext_tiny", "vit_b_16", "swin_t",
]

# name: side of the pictures; 10 classes
LOGITS = {
    "alexnet": 64, "vgg11_bn": 32, "resnet50": 64, "resnext50_32x4d": 64, "squeezenet1_0": 64, "squeezenet1_1": 64,
    "densenet121": 64, "mobilenet_v2": 64, "mobilenet_v3_large": 64, "mobilenet_v3_small": 64, "efficientnet_b0": 64,
    "shufflenet_v2_x0_5": 64, "regnet_y_400mf": 64, "convnext_tiny": 64, "vit_b_16": 32, "swin_t": 90,
}


def fill(model):
    """Weights spread over ±√(3/fanIn), so that signals neither grow nor vanish; the rest near what it starts as."""
    for k, (name, tensor) in enumerate(model.state_dict().items()):
        if tensor.dtype != torch.float32:
            continue
        if name.endswith("running_var"):
            values = counter_values(tuple(tensor.shape), 100 + k, 0.5, 1.5)
        elif tensor.dim() >= 2:
            bound = (3 * tensor.shape[0] / tensor.numel()) ** 0.5
            values = counter_values(tuple(tensor.shape), 100 + k, -bound, bound)
        else:
            low, high = (0.8, 1.2) if name.endswith("weight") else (-0.1, 0.1)
            values = counter_values(tuple(tensor.shape), 100 + k, low, high)
        tensor.copy_(values)


def logits(name, side):
    extra = {"image_size": side} if name == "vit_b_16" else {}
    model = getattr(models, name)(num_classes=10, **extra).eval()
    fill(model)
    with torch.no_grad():
        return numbers(model(counter_values((2, 3, side, side), 7, -2, 2)))


def keys(name):
    return {k: list(v.shape) for k, v in getattr(models, name)().state_dict().items()}


golden = {
    "keys": {name: keys(name) for name in NAMES},
    "logits": {name: {"side": side, "values": logits(name, side)} for name, side in LOGITS.items()},
}
text = json.dumps(golden, separators=(",", ":"))
(GOLDENS / "zoo.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
print((GOLDENS / "zoo.json.gz").stat().st_size, "bytes")
for name, value in golden["logits"].items():
    print(name, *(f"{v:.3f}" for v in value["values"][:4]))
