"""PyTorch's side of verify-onnx.mjs: answers one request a line, `make NAME FOLDER OPSET`, `resave FOLDER` or `compare NAME FOLDER`."""
import os
import sys
import warnings

import torch
import torchvision
from torch import nn

warnings.filterwarnings("ignore")
torch.set_num_threads(1)


def network(name):
    make = getattr(torchvision.models, name, None)
    return None if make is None else make(weights=None).eval()


def lived_in(model):
    """Statistics and last layers as training leaves them."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.8, 1.2)
    for parameter in model.parameters():
        if parameter.ndim == 2 and not parameter.any():
            nn.init.normal_(parameter, std=0.05)


def images_of(folder):
    data = torch.frombuffer(bytearray(open(f"{folder}/images.bin", "rb").read()), dtype=torch.float32)
    return data.reshape(-1, 3, 224, 224)


def write(path, tensor):
    with open(path, "wb") as file:
        file.write(tensor.contiguous().numpy().tobytes())


def make(name, folder, opset):
    """A network with its state dict, its logits and its ONNX file; nothing where torchvision has none of that name."""
    torch.manual_seed(0)
    model = network(name)
    if model is None:
        return "none"
    with torch.no_grad():
        lived_in(model)
        images = images_of(folder)
        write(f"{folder}/logits.bin", model(images))
    torch.save(model.state_dict(), f"{folder}/torch.pth")
    axes = {"input": {0: "n"}, "logits": {0: "n"}}
    torch.onnx.export(model, images[:2], f"{folder}/torch.onnx", opset_version=int(opset), input_names=["input"], output_names=["logits"], dynamic_axes=axes)
    return "made"


def resave(folder):
    torch.save(torch.load(f"{folder}/wick.pth"), f"{folder}/again.pth")
    return "resaved"


def compare(name, folder):
    """Whether what wick has read and written is what it was, and computes the same."""
    before, after = torch.load(f"{folder}/torch.pth"), torch.load(f"{folder}/wick.pth")
    if list(before) != list(after):
        return "other keys"
    for key, value in before.items():
        if value.dtype != after[key].dtype or not torch.equal(value, after[key]):
            return f"{key} differs"
    model = network(name)
    model.load_state_dict(after)
    with torch.no_grad():
        write(f"{folder}/after.bin", model(images_of(folder)))
    same = open(f"{folder}/logits.bin", "rb").read() == open(f"{folder}/after.bin", "rb").read()
    return "equal" if same else "other logits"


for line in sys.stdin:
    command, *arguments = line.split()
    # torch.onnx.export speaks on stdout.
    stdout, null = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    try:
        answer = {"make": make, "resave": resave, "compare": compare}[command](*arguments)
    except Exception as error:
        answer = f"{type(error).__name__}: {error}".replace("\n", " ")
    sys.stdout.flush()
    os.dup2(stdout, 1)
    print(answer, flush=True)
