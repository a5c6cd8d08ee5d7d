"""PyTorch's side of a comparison: the same networks, batches and protocol as bench/workers/wick.ts.

Usage: torch_worker.py WORKLOAD [channels_last] [bf16] [keep_memory] [--threads N] [--device cpu|gpu]

--device gpu: CUDA's or Apple's, in float32 throughout.

keep_memory: glibc returns large tensors to the system as soon as they are freed, and gets the memory anew, page by page, in
every step. Where pages are dear, as on virtual machines, that takes several times as long as the kernels do; with this, the
process keeps its memory.
"""
import ctypes
import json
import os
import resource
import sys
import time

if "keep_memory" in sys.argv:
    M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # malloc.h
    ctypes.CDLL(None).mallopt(M_MMAP_MAX, 0)
    ctypes.CDLL(None).mallopt(M_TRIM_THRESHOLD, -1)

import torch
from torch import nn

args = sys.argv[1:]
threads = int(args[args.index("--threads") + 1]) if "--threads" in args else 2
torch.set_num_threads(threads)
torch.manual_seed(0)


def find_gpu():
    if torch.cuda.is_available():
        torch.backends.cudnn.allow_tf32 = False  # or convolutions would keep 10 bits of 23
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    sys.exit("PyTorch finds no GPU")


device = find_gpu() if "gpu" in args else "cpu"
channels_last = "channels_last" in args
bf16 = "bf16" in args


class MnistCnn(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(1600, 64), nn.ReLU(), nn.Linear(64, 10),
        )


class CifarCnn(nn.Sequential):
    def __init__(self):
        layers, channels = [], 3
        for out in (32, 64, 128):
            layers += [nn.Conv2d(channels, out, 3, padding=1), nn.BatchNorm2d(out), nn.ReLU(), nn.MaxPool2d(2)]
            channels = out
        super().__init__(
            *layers, nn.Flatten(), nn.Linear(2048, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, 10)
        )


class SneakerCnn(nn.Sequential):
    def __init__(self):
        def block(i, o):
            return [nn.Conv2d(i, o, 5), nn.BatchNorm2d(o), nn.ReLU()]

        super().__init__(
            *block(3, 12), *block(12, 12), nn.MaxPool2d(2), *block(12, 24), *block(24, 24), nn.MaxPool2d(2),
            nn.Dropout(0.2), nn.Flatten(), nn.Linear(24 * 50 * 50, 2),
        )


def resnet18():
    from torchvision.models import resnet18 as make

    return make(num_classes=20)


def mobilenet_v2():
    from torchvision.models import mobilenet_v2 as make

    return make(num_classes=20)


mobilenet = dict(make=mobilenet_v2, shape=(32, 3, 224, 224), classes=20, optimizer="sgd")
resnet = dict(make=resnet18, shape=(16, 3, 224, 224), classes=20, optimizer="adam")
workloads = {
    "mnist": dict(make=MnistCnn, shape=(32, 1, 28, 28), classes=10, optimizer="sgd"),
    "cifar": dict(make=CifarCnn, shape=(64, 3, 32, 32), classes=10, optimizer="adam"),
    "sneaker": dict(make=SneakerCnn, shape=(32, 3, 224, 224), classes=2, optimizer="sgd"),
    "resnet18": resnet,
    "resnet18-frozen": dict(resnet, shape=(64, 3, 224, 224), frozen=True),
    "mobilenet": mobilenet,
    "resnet18-infer": dict(resnet, infer=True),
    "resnet18-infer-b1": dict(resnet, shape=(1, 3, 224, 224), infer=True),
    "mobilenet-infer-b1": dict(mobilenet, shape=(1, 3, 224, 224), infer=True),
}

workload = workloads[args[0]]
model = workload["make"]()
if workload.get("frozen"):
    model.requires_grad_(False)
    model.fc.requires_grad_(True)
x = torch.rand(*workload["shape"])
y = torch.randint(0, workload["classes"], (workload["shape"][0],))
if channels_last:
    model = model.to(memory_format=torch.channels_last)
    x = x.contiguous(memory_format=torch.channels_last)
model, x, y = model.to(device), x.to(device), y.to(device)
trained = [p for p in model.parameters() if p.requires_grad]
optimizer = (torch.optim.Adam if workload["optimizer"] == "adam" else torch.optim.SGD)(trained, lr=1e-5)
criterion = nn.CrossEntropyLoss()


def train():
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        loss = criterion(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@torch.inference_mode()
def infer():
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        return model(x).float().sum().item()


step = infer if workload.get("infer") else train
model.train(not workload.get("infer"))


def machine_ticks():
    if not os.path.exists("/proc/stat"):
        return 0
    fields = [int(v) for v in open("/proc/stat").readline().split()[1:]]
    return fields[0] + fields[1] + fields[2] + fields[5] + fields[6] + fields[7]


def own_ticks():
    t = os.times()
    return (t.user + t.system) * 100


for _ in range(3):
    step()
print("ready", flush=True)
for line in sys.stdin:
    _, seconds, clock = line.split()
    seconds = float(seconds)
    now = time.process_time if clock == "cpu" else time.perf_counter
    times = []
    busy, own, start = machine_ticks(), own_ticks(), time.perf_counter()
    while True:
        t = now()
        step()
        times.append((now() - t) * 1e3)
        if time.perf_counter() - start >= seconds:
            break
    elapsed = (time.perf_counter() - start) * 100
    foreign = (machine_ticks() - busy - (own_ticks() - own)) / elapsed
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"times": times, "foreign": foreign, "rssBytes": rss}), flush=True)
