"""What the recipes' PyTorch versions share: data from wick's cache, one loop, one line per epoch.

    /usr/bin/python3 bench/torch/mnist.py --seed 0 --threads 1
"""
import argparse
import ctypes
import gzip
import os
import pathlib
import time

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader, Dataset

# Freed memory stays with the process; without this PyTorch asks the kernel for it anew in each step, which takes up to twice as long.
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # malloc.h
ctypes.CDLL(None).mallopt(M_MMAP_MAX, 0)
ctypes.CDLL(None).mallopt(M_TRIM_THRESHOLD, -1)

CACHE = pathlib.Path(os.environ.get("WICK_CACHE") or pathlib.Path.home() / ".cache/wick") / "datasets"


def arguments(epochs, **others):
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=epochs)
    for name, value in others.items():
        parser.add_argument("--" + name.replace("_", "-"), type=type(value), default=value)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    return args


class Pictures(Dataset):
    """Bytes [N, H, W, C], or [N, H, W] for grey ones, through a torchvision transform."""

    def __init__(self, pixels, labels, transform):
        self.pixels, self.labels, self.transform = pixels, labels, transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        from PIL import Image

        return self.transform(Image.fromarray(self.pixels[index])), int(self.labels[index])


def mnist(split):
    def read(name, offset):
        path = CACHE / "MNIST/raw" / f"{split}-{name}-ubyte"
        packed = path.with_name(path.name + ".gz")
        raw = gzip.decompress(packed.read_bytes()) if packed.exists() else path.read_bytes()
        return np.frombuffer(raw, np.uint8, offset=offset)

    return read("images-idx3", 16).reshape(-1, 28, 28), read("labels-idx1", 8)


def cifar10(batches):
    """Batches 1 to 5 of the training set, as pixels [N, 32, 32, 3] and labels."""
    files = [CACHE / f"cifar-10-batches-bin/data_batch_{i}.bin" for i in batches]
    records = np.concatenate([np.fromfile(file, np.uint8).reshape(-1, 3073) for file in files])
    return records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).copy(), records[:, 0]


def averaging(model, decay):
    """The average of weights and buffers that wick keeps: its first steps keep less, min(decay, (1 + t) / (10 + t))."""

    def towards(average, weight, steps):
        return average + (weight - average) * max(1 - decay, 9 / (9 + steps))

    average = AveragedModel(model, avg_fn=towards, use_buffers=True)
    average.n_averaged += 1  # so that the first step averages, too
    return average


def fit(model, train, test, *, epochs, optimizer, batch_size, scheduler=None, per="epoch", loss=None, ema=None):
    """`scheduler` steps after each epoch, with the test loss where it wants it, or after each step; `ema` averages what is measured."""
    criterion = loss or nn.CrossEntropyLoss()
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(test, batch_size=batch_size)
    average = None if ema is None else averaging(model, ema)
    measured = average or model
    for epoch in range(1, epochs + 1):
        model.train()
        for x, y in train_loader:
            optimizer.zero_grad()
            criterion(model(x), y).backward()
            optimizer.step()
            if scheduler is not None and per == "step":
                scheduler.step()
            if average is not None:
                average.update_parameters(model)
        measured.eval()
        total, confusion = 0.0, np.zeros((len(set(np.asarray(test.labels))),) * 2)
        with torch.no_grad():
            for x, y in test_loader:
                logits = measured(x)
                total += nn.functional.cross_entropy(logits, y, reduction="sum").item()
                np.add.at(confusion, (y.numpy(), logits.argmax(1).numpy()), 1)
        right = np.trace(confusion) / confusion.sum()
        balanced = (np.diag(confusion) / confusion.sum(1)).mean()
        mean = total / confusion.sum()
        if isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
            scheduler.step(mean)
        elif scheduler is not None and per == "epoch":
            scheduler.step()
        print(
            f"epoch {epoch}  loss {mean:.4f}  accuracy {100 * right:.2f} %  balanced {100 * balanced:.2f} %  "
            f"CPU {time.process_time():.0f} s",
            flush=True,
        )
