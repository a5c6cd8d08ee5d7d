"""Golden pictures for the transforms, made with torchvision and Pillow.

    python3 scripts/goldens/transforms.py

writes test/goldens/transforms/{cases.json,arrays.bin.gz,*.bmp}. Every case names an input, a transform (as wick's JSON) or a
pixel function with its arguments, and where its result lies in arrays.bin. Needs torchvision 0.14 and Pillow 9.4 (Debian 12).
"""
import gzip
import json
import pathlib

import numpy as np
import torch
from PIL import Image
from torchvision import transforms as T
from torchvision.transforms import functional as F
from torchvision.transforms import autoaugment
from torchvision.transforms.functional import InterpolationMode

OUT = pathlib.Path(__file__).resolve().parents[2] / "test" / "goldens" / "transforms"
MODES = {m.value: m for m in InterpolationMode}
blob = bytearray()
cases = []
prints = []


def store(array):
    array = np.ascontiguousarray(array)
    entry = {"offset": len(blob), "shape": list(array.shape), "dtype": str(array.dtype)}
    blob.extend(array.tobytes())
    return entry


def photo(height, width, seed):
    """Something like a photograph: soft gradients, hard edges, fine texture and noise."""
    random = np.random.RandomState(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = []
    for c in range(3):
        plane = 110 + 70 * np.sin(x / (9 + c) + c) * np.cos(y / (7 + 2 * c)) + 1.3 * (x - y)
        plane[(x - width * 0.6) ** 2 + (y - height * 0.4) ** 2 < (height * 0.25) ** 2] = 230 - 90 * c
        plane[int(height * 0.7) : int(height * 0.8), :] = 20 + 40 * c
        plane += 25 * ((x + 2 * y) % 3 == 0) + random.normal(0, 8, plane.shape)
        planes.append(plane)
    return np.stack(planes, -1).clip(0, 255).astype(np.uint8)


rgb = photo(30, 36, 1)
grey = photo(33, 29, 2)[..., 0]
square = photo(32, 32, 3)
noise = np.random.RandomState(4).randint(0, 256, (24, 24, 3)).astype(np.uint8)
inputs = {"rgb": rgb, "grey": grey, "square": square, "noise": noise}
# Pictures that are stored as bitmaps too, to be read by wick.
bitmaps = {"palette": Image.fromarray(rgb).quantize(16), "bits": Image.fromarray(grey).convert("1")}
inputs["palette"] = np.asarray(bitmaps["palette"].convert("RGB"))
inputs["bits"] = np.asarray(bitmaps["bits"].convert("L"))


def pil(name):
    return Image.fromarray(inputs[name])


def bytes_of(image):
    array = np.asarray(image)
    return array if array.ndim == 3 else array[..., None]


def transform(name, options, module, names=("rgb", "grey")):
    """A transform that has nothing left to chance, applied to pictures."""
    for picture in names:
        result = module(pil(picture))
        array = result.numpy() if isinstance(result, torch.Tensor) else bytes_of(result)
        cases.append({"transform": {"name": name, **options}, "input": picture, **store(array)})


def function(name, args, result, picture):
    cases.append({"function": name, "args": args, "input": picture, **store(bytes_of(result))})


def printed(name, options, module):
    prints.append({"transform": {"name": name, **options}, "text": str(module)})


# Resizing, both ways and along one side only.
for mode in ("nearest", "bilinear", "bicubic"):
    for size in ([15, 18], [13, 31], [41, 50], [30, 25], [7, 36], [33, 29]):
        transform("Resize", {"size": size, "interpolation": mode}, T.Resize(size, MODES[mode]))
for size, most in ((24, None), (17, 20), (50, None), (29, None)):
    transform("Resize", {"size": size, "maxSize": most}, T.Resize(size, max_size=most))
    printed("Resize", {"size": size, "maxSize": most}, T.Resize(size, max_size=most))
printed("Resize", {"size": [224, 224]}, T.Resize((224, 224)))

# Cropping, padding, mirroring.
for size in (24, [21, 30], [60, 20], [61, 53], [33, 29]):
    transform("CenterCrop", {"size": size}, T.CenterCrop(size))
printed("CenterCrop", {"size": 10}, T.CenterCrop(10))
for mode in ("constant", "edge", "reflect", "symmetric"):
    for padding in (3, [2, 5], [1, 2, 3, 4], [30, 45], [-3, 4, 2, -5]):
        options = {"padding": padding, "paddingMode": mode}
        transform("Pad", options, T.Pad(padding, padding_mode=mode))
transform("Pad", {"padding": 2, "fill": [10, 20, 30]}, T.Pad(2, fill=(10, 20, 30)), ["rgb"])
printed("Pad", {"padding": [1, 2], "fill": 7}, T.Pad((1, 2), fill=7))
transform("RandomHorizontalFlip", {"p": 1}, T.RandomHorizontalFlip(p=1))
transform("RandomVerticalFlip", {"p": 1}, T.RandomVerticalFlip(p=1))
printed("RandomHorizontalFlip", {}, T.RandomHorizontalFlip())
printed("RandomVerticalFlip", {"p": 0.25}, T.RandomVerticalFlip(p=0.25))
options = {"size": [36, 42], "padding": 3, "fill": 9}
transform("RandomCrop", options, T.RandomCrop((36, 42), padding=3, fill=9), ["rgb"])
printed("RandomCrop", {"size": 32, "padding": 4}, T.RandomCrop(32, 4))
printed("RandomCrop", {"size": [8, 9]}, T.RandomCrop((8, 9)))
for box in ([3, 5, 20, 30], [0, 0, 30, 36], [10, 11, 9, 7]):
    for mode in ("nearest", "bilinear", "bicubic"):
        out = F.resized_crop(pil("rgb"), *box, [20, 20], MODES[mode])
        function("resizedCrop", {"box": box, "size": [20, 20], "interpolation": mode}, out, "rgb")

# Rotations and other warps.
for mode in ("nearest", "bilinear", "bicubic"):
    for angle in (15, -37.3, 90, 180, 270, 0, 45):
        for expand in (False, True):
            options = {"degrees": [angle, angle], "interpolation": mode, "expand": expand}
            module = T.RandomRotation([angle, angle], MODES[mode], expand)
            transform("RandomRotation", options, module, ["rgb"] if angle != 15 else ["rgb", "grey"])
options = {"degrees": [30, 30], "center": [3, 4], "fill": [9, 8, 7]}
transform("RandomRotation", options, T.RandomRotation([30, 30], center=(3, 4), fill=(9, 8, 7)), ["rgb"])
for angle in (90, 270):
    transform("RandomRotation", {"degrees": [angle, angle]}, T.RandomRotation([angle, angle]), ["square"])
printed("RandomRotation", {"degrees": 15}, T.RandomRotation(15))
printed("RandomRotation", {"degrees": [-2.5, 10], "expand": True, "center": [1, 2]},
        T.RandomRotation((-2.5, 10), expand=True, center=(1, 2)))
for mode in ("nearest", "bilinear", "bicubic"):
    for angle, translate, scale, shear in (
        (0, (3, -4), 1.0, (0, 0)),
        (20, (0, 0), 1.3, (0, 0)),
        (-10, (2, 5), 0.7, (12, -8)),
        (0, (0, 0), 0.5, (0, 0)),
        (130, (-7, 1), 1.1, (0, 25)),
    ):
        out = F.affine(pil("rgb"), angle, list(translate), scale, list(shear), MODES[mode], fill=50)
        args = {"angle": angle, "translate": translate, "scale": scale, "shear": shear}
        function("affine", {**args, "interpolation": mode, "fill": 50}, out, "rgb")
options = {"degrees": [12, 12], "scale": [1.2, 1.2], "shear": [5, 5, -6, -6], "interpolation": "bilinear"}
transform("RandomAffine", options,
          T.RandomAffine([12, 12], scale=(1.2, 1.2), shear=[5, 5, -6, -6], interpolation=MODES["bilinear"]))
printed("RandomAffine", {"degrees": 10, "translate": [0.1, 0.2], "scale": [0.5, 2], "shear": 5},
        T.RandomAffine(10, translate=(0.1, 0.2), scale=(0.5, 2.0), shear=5))
printed("RandomAffine", {"degrees": [1, 2], "interpolation": "bilinear", "fill": 3},
        T.RandomAffine((1, 2), interpolation=MODES["bilinear"], fill=3))
corners = [[0, 0], [35, 0], [35, 29], [0, 29]]
for ends in ([[5, 3], [30, 1], [33, 24], [2, 28]], [[1, 8], [33, 4], [30, 27], [6, 22]]):
    for mode in ("bilinear", "bicubic"):
        out = F.perspective(pil("rgb"), corners, ends, MODES[mode], fill=0)
        function("perspective", {"from": corners, "to": ends, "interpolation": mode}, out, "rgb")
    # torchvision's eight numbers are of single precision; given them, the pixels must be the same.
    numbers = F._get_perspective_coeffs(corners, ends)
    for mode in ("nearest", "bilinear", "bicubic"):
        out = F.perspective(pil("rgb"), corners, ends, MODES[mode], fill=0)
        function("warp", {"matrix": numbers, "interpolation": mode}, out, "rgb")
printed("RandomPerspective", {"p": 0.3}, T.RandomPerspective(p=0.3))

# Colours.
for factor in (0, 0.3, 0.85, 1, 1.17, 2.5):
    for name, adjust in (
        ("adjustBrightness", F.adjust_brightness),
        ("adjustContrast", F.adjust_contrast),
        ("adjustSaturation", F.adjust_saturation),
        ("adjustSharpness", F.adjust_sharpness),
    ):
        for picture in ("rgb", "grey", "noise"):
            function(name, {"factor": factor}, adjust(pil(picture), factor), picture)
for factor in (-0.5, -0.21, 0, 0.1, 0.33, 0.5):
    for picture in ("rgb", "noise", "grey"):
        function("adjustHue", {"factor": factor}, F.adjust_hue(pil(picture), factor), picture)
for picture in ("rgb", "grey", "noise"):
    function("invert", {}, F.invert(pil(picture)), picture)
    function("autocontrast", {}, F.autocontrast(pil(picture)), picture)
    function("equalize", {}, F.equalize(pil(picture)), picture)
    for bits in (1, 3, 8):
        function("posterize", {"bits": bits}, F.posterize(pil(picture), bits), picture)
    for threshold in (0, 100.5, 255):
        function("solarize", {"threshold": threshold}, F.solarize(pil(picture), threshold), picture)
for option in ("brightness", "contrast", "saturation", "hue"):
    bounds = [0.2, 0.2] if option == "hue" else [0.7, 0.7]
    transform("ColorJitter", {option: bounds}, T.ColorJitter(**{option: bounds}))
printed("ColorJitter", {"brightness": 0.2, "contrast": 0.2, "saturation": 0.2, "hue": 0.1}, T.ColorJitter(0.2, 0.2, 0.2, 0.1))
printed("ColorJitter", {"brightness": 2, "hue": [-0.1, 0.3]}, T.ColorJitter(2, hue=[-0.1, 0.3]))
for channels in (1, 3):
    transform("Grayscale", {"numOutputChannels": channels}, T.Grayscale(channels), ["rgb", "noise"])
    printed("Grayscale", {"numOutputChannels": channels}, T.Grayscale(channels))
transform("RandomGrayscale", {"p": 1}, T.RandomGrayscale(1))
printed("RandomGrayscale", {}, T.RandomGrayscale())
for kernel, sigma in ((3, 0.5), (5, 1.3), ([3, 7], 2.0), (11, 4.0)):
    # torchvision applies the pair as (x, y); wick, like every other pair of sizes, as [height, width].
    swapped = kernel if isinstance(kernel, int) else kernel[::-1]
    transform("GaussianBlur", {"kernelSize": kernel, "sigma": sigma}, T.GaussianBlur(swapped, (sigma, sigma)))
printed("GaussianBlur", {"kernelSize": 5}, T.GaussianBlur(5))

# Automatic augmentation: every operation at several strengths.
wide = autoaugment.TrivialAugmentWide()._augmentation_space(31)
rand = autoaugment.RandAugment()._augmentation_space(31, (30, 36))


def strengths(space):
    return {k: {"values": v.tolist() if v.ndim else None, "signed": s} for k, (v, s) in space.items()}


for mode in ("nearest", "bilinear"):
    for name, (values, signed) in wide.items():
        if mode == "bilinear" and name[:5] not in ("Shear", "Trans", "Rotat"):
            continue
        for at in (0, 4, 17, 30) if values.ndim else (0,):
            magnitude = float(values[at]) * (-1 if signed and at == 17 else 1) if values.ndim else 0.0
            out = autoaugment._apply_op(pil("rgb"), name, magnitude, MODES[mode], None)
            function("augment", {"op": name, "magnitude": magnitude, "interpolation": mode}, out, "rgb")
printed("RandAugment", {}, T.RandAugment())
printed("TrivialAugmentWide", {"fill": [1, 2, 3]}, T.TrivialAugmentWide(fill=(1, 2, 3)))

# To float planes.
transform("ToTensor", {}, T.ToTensor(), ["square", "grey"])
printed("ToTensor", {}, T.ToTensor())
mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
both = {"transforms": [{"name": "ToTensor"}, {"name": "Normalize", "mean": mean, "std": std}]}
transform("Compose", both, T.Compose([T.ToTensor(), T.Normalize(mean, std)]), ["square"])
printed("Compose", both, T.Compose([T.ToTensor(), T.Normalize(tuple(mean), tuple(std))]))
printed("RandomErasing", {"value": "random"}, T.RandomErasing(value="random"))
printed("RandomApply", {"transforms": [{"name": "RandomHorizontalFlip"}], "p": 0.3},
        T.RandomApply([T.RandomHorizontalFlip()], p=0.3))
printed("RandomChoice", {"transforms": [{"name": "RandomHorizontalFlip"}, {"name": "Pad", "padding": 1}], "p": [1, 2]},
        T.RandomChoice([T.RandomHorizontalFlip(), T.Pad(1)], p=(1, 2)))

OUT.mkdir(parents=True, exist_ok=True)
header = {name: store(array if array.ndim == 3 else array[..., None]) for name, array in inputs.items()}
document = {
    "inputs": header,
    "cases": cases,
    "prints": prints,
    "magnitudes": {"TrivialAugmentWide": strengths(wide), "RandAugment": strengths(rand)},
}
(OUT / "cases.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")
with open(OUT / "arrays.bin.gz", "wb") as file:
    with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0, compresslevel=9) as packed:
        packed.write(bytes(blob))
Image.fromarray(rgb).save(OUT / "rgb24.bmp")
for name, bitmap in bitmaps.items():
    bitmap.save(OUT / f"{name}.bmp")
Image.fromarray(grey).save(OUT / "grey.bmp")
Image.fromarray(np.dstack([rgb, np.full(rgb.shape[:2], 90, np.uint8)])).save(OUT / "rgba32.bmp")
assert sum(path.stat().st_size for path in OUT.iterdir()) < 700e3, "goldens have grown too big"
