"""torchvision's side of the comparison: the same files and transforms, the same protocol as bench/loading/worker.ts.

Usage: torchvision_worker.py cifar10|food3 WORKERS BATCH_SIZE
"""
import json
import os
import pathlib
import sys
import time

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms as T

name, workers, batch_size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(1)
cache = pathlib.Path(os.environ.get("WICK_CACHE") or pathlib.Path.home() / ".cache/wick") / "datasets"
prefetch_factor = 2


class Cifar(Dataset):
    """As torchvision.datasets.CIFAR10, from the binary version."""

    transform = T.Compose([
        T.RandomCrop(32, padding=4), T.RandomHorizontalFlip(),
        T.ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2, hue=0.1),
        T.RandomRotation(15), T.ToTensor(),
        T.Normalize((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)),
    ])

    def __init__(self):
        folder = cache / "cifar-10-batches-bin"
        records = np.concatenate([
            np.fromfile(folder / f"data_batch_{i}.bin", np.uint8).reshape(-1, 3073) for i in range(1, 6)
        ])
        self.targets = records[:, 0].tolist()
        self.data = np.ascontiguousarray(records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return self.transform(Image.fromarray(self.data[index])), self.targets[index]


class Food(Dataset):
    """As the tutorial has it; files may have any mode."""

    transform = T.Compose([
        T.Resize([300, 300]), T.RandomRotation(45), T.CenterCrop(224),
        T.RandomHorizontalFlip(p=0.5), T.RandomVerticalFlip(p=0.5), T.RandomGrayscale(p=0.1), T.ToTensor(),
        T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ])

    def __init__(self):
        folder = cache / "food3"
        lines = (folder / "train.txt").read_text().split("\n")
        samples = [line.rsplit(" ", 1) for line in lines if line]
        self.samples = [(folder / path, int(label)) for path, label in samples]

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        path, label = self.samples[index]
        return self.transform(Image.open(path).convert("RGB")), label


loader = DataLoader(
    {"cifar10": Cifar, "food3": Food}[name](), batch_size=batch_size, shuffle=True, drop_last=True,
    num_workers=workers, prefetch_factor=prefetch_factor, persistent_workers=True,
)


def batches():
    while True:
        yield from loader


def machine_ticks():
    fields = [int(v) for v in open("/proc/stat").readline().split()[1:]]
    return fields[0] + fields[1] + fields[2] + fields[5] + fields[6] + fields[7]


def own_ticks():
    """CPU time of this process and of its workers, in hundredths of a second."""
    pids = [os.getpid()]
    for task in os.listdir("/proc/self/task"):
        pids += open(f"/proc/self/task/{task}/children").read().split()
    ticks = 0
    for pid in pids:
        fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks


ahead = workers * prefetch_factor + 1
stream = batches()
for _ in range(2 * ahead):
    next(stream)
print("ready", flush=True)
for line in sys.stdin:
    seconds = float(line.split()[1])
    for _ in range(ahead):
        next(stream)
    busy, own, start = machine_ticks(), own_ticks(), time.perf_counter()
    times, last = [], start
    while last - start < seconds or len(times) < 2:
        next(stream)
        now = time.perf_counter()
        times.append((now - last) * 1e3)
        last = now
    elapsed = (last - start) * 100
    spent = own_ticks() - own
    foreign = (machine_ticks() - busy - spent) / elapsed
    print(json.dumps({"times": times, "foreign": foreign, "cpuMs": 10 * spent, "rssBytes": 0}), flush=True)
