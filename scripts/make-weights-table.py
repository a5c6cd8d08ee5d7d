"""Makes src/vision/models/weights/table.ts and assets/imagenet-classes.json from torchvision's own tables.

    /usr/bin/python3 scripts/make-weights-table.py && npx biome check --write src/vision/models/weights/table.ts

Left out are weights that are no classifier of ImageNet's pictures at the size of the architecture.
"""
import json
import pathlib

import torchvision.models as models
from torchvision.models._meta import _IMAGENET_CATEGORIES

ROOT = pathlib.Path(__file__).resolve().parent.parent

NAMES = [
    "alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "efficientnet_b1", "efficientnet_b2",
    "efficientnet_b3", "efficientnet_b4", "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small",
    "regnet_y_400mf", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d",
    "shufflenet_v2_x0_5", "shufflenet_v2_x1_0", "shufflenet_v2_x1_5", "shufflenet_v2_x2_0", "squeezenet1_0",
    "squeezenet1_1", "swin_t", "vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn",
    "vit_b_16", "wide_resnet50_2",
]

# Files that torchvision 0.15 renamed, because their names did not carry the checksum that they have.
RENAMED = {
    "efficientnet_b0_rwightman-3dd342df.pth": "efficientnet_b0_rwightman-7f5810bc.pth",
    "efficientnet_b1_rwightman-533bc792.pth": "efficientnet_b1_rwightman-bac287d4.pth",
    "efficientnet_b2_rwightman-bcdf34b7.pth": "efficientnet_b2_rwightman-c35c1473.pth",
    "efficientnet_b3_rwightman-cf984f9c.pth": "efficientnet_b3_rwightman-b3899882.pth",
    "efficientnet_b4_rwightman-7eb33cd5.pth": "efficientnet_b4_rwightman-23ab8bcd.pth",
}


def size_of(name):
    """Bytes of the tensors; the file adds some kilobytes."""
    return sum(t.numel() * t.element_size() for t in getattr(models, name)().state_dict().values())


def rows_of(name):
    for weights in models.get_model_weights(name):
        if not weights.name.startswith("IMAGENET1K_V"):
            continue
        accuracy = weights.meta["_metrics"]["ImageNet-1K"]
        transforms = weights.transforms()
        file = weights.url.rsplit("/", 1)[1]
        row = [
            int(weights.name[-1]),
            RENAMED.get(file, file),
            size_of(name),
            accuracy["acc@1"],
            accuracy["acc@5"],
            transforms.resize_size[0],
            transforms.crop_size[0],
        ]
        if transforms.interpolation.value != "bilinear":
            row.append(transforms.interpolation.value)
        yield row


lines = [f"  {name}: [{', '.join(json.dumps(row) for row in rows_of(name))}]," for name in NAMES]
table = "\n".join(
    [
        "/** The official weights of each architecture, oldest first. Made by scripts/make-weights-table.py from torchvision's tables. */",
        "",
        "/** [version, file, bytes of the tensors, top-1 and top-5 accuracy in percent, Resize, CenterCrop, interpolation if not bilinear] */",
        "export type WeightsRow = readonly [",
        "  version: 1 | 2, file: string, sizeBytes: number, top1: number, top5: number,",
        "  resize: number, crop: number, interpolation?: 'bicubic',",
        "];",
        "",
        "export const weightsTable = {",
        *lines,
        "} as const satisfies Readonly<Record<string, readonly WeightsRow[]>>;",
        "",
    ]
)
(ROOT / "src/vision/models/weights/table.ts").write_text(table)
(ROOT / "assets/imagenet-classes.json").write_text(json.dumps(_IMAGENET_CATEGORIES, indent=0) + "\n")
