/** The official weights of each architecture, oldest first. Made by scripts/make-weights-table.py from torchvision's tables. */

/** [version, file, bytes of the tensors, top-1 and top-5 accuracy in percent, Resize, CenterCrop, interpolation if not bilinear] */
export type WeightsRow = readonly [
  version: 1 | 2,
  file: string,
  sizeBytes: number,
  top1: number,
  top5: number,
  resize: number,
  crop: number,
  interpolation?: 'bicubic',
];

export const weightsTable = {
  alexnet: [[1, 'alexnet-owt-7be5be79.pth', 244403360, 56.522, 79.066, 256, 224]],
  convnext_tiny: [[1, 'convnext_tiny-983f1562.pth', 114356512, 82.52, 96.146, 236, 224]],
  densenet121: [[1, 'densenet121-a639ec97.pth', 32250984, 74.434, 91.972, 256, 224]],
  efficientnet_b0: [
    [1, 'efficientnet_b0_rwightman-7f5810bc.pth', 21322648, 77.692, 93.532, 256, 224, 'bicubic'],
  ],
  efficientnet_b1: [
    [1, 'efficientnet_b1_rwightman-bac287d4.pth', 31425480, 78.642, 94.186, 256, 240, 'bicubic'],
    [2, 'efficientnet_b1-c27df63c.pth', 31425480, 79.838, 94.934, 255, 240],
  ],
  efficientnet_b2: [
    [1, 'efficientnet_b2_rwightman-c35c1473.pth', 36710800, 80.608, 95.31, 288, 288, 'bicubic'],
  ],
  efficientnet_b3: [
    [1, 'efficientnet_b3_rwightman-b3899882.pth', 49282736, 82.008, 96.054, 320, 300, 'bicubic'],
  ],
  efficientnet_b4: [
    [1, 'efficientnet_b4_rwightman-23ab8bcd.pth', 77868032, 83.384, 96.594, 384, 380, 'bicubic'],
  ],
  mobilenet_v2: [
    [1, 'mobilenet_v2-b0353104.pth', 14156352, 71.878, 90.286, 256, 224],
    [2, 'mobilenet_v2-7ebf99e0.pth', 14156352, 72.154, 90.822, 232, 224],
  ],
  mobilenet_v3_large: [
    [1, 'mobilenet_v3_large-8738ca79.pth', 22030096, 74.042, 91.34, 256, 224],
    [2, 'mobilenet_v3_large-5c1a4163.pth', 22030096, 75.274, 92.566, 232, 224],
  ],
  mobilenet_v3_small: [[1, 'mobilenet_v3_small-047dcff4.pth', 10220144, 67.668, 87.402, 256, 224]],
  regnet_y_400mf: [
    [1, 'regnet_y_400mf-c65dace8.pth', 17485608, 74.046, 91.716, 256, 224],
    [2, 'regnet_y_400mf-e6988f5f.pth', 17485608, 75.804, 92.742, 232, 224],
  ],
  resnet18: [[1, 'resnet18-f37072fd.pth', 46796608, 69.758, 89.078, 256, 224]],
  resnet34: [[1, 'resnet34-b627a593.pth', 87259072, 73.314, 91.42, 256, 224]],
  resnet50: [
    [1, 'resnet50-0676ba61.pth', 102441032, 76.13, 92.862, 256, 224],
    [2, 'resnet50-11ad3fa6.pth', 102441032, 80.858, 95.434, 232, 224],
  ],
  resnet101: [
    [1, 'resnet101-63fe2227.pth', 178618848, 77.374, 93.546, 256, 224],
    [2, 'resnet101-cd907fc2.pth', 178618848, 81.886, 95.78, 232, 224],
  ],
  resnet152: [
    [1, 'resnet152-394f9c45.pth', 241378168, 78.312, 94.046, 256, 224],
    [2, 'resnet152-f82ba261.pth', 241378168, 82.284, 96.002, 232, 224],
  ],
  resnext50_32x4d: [
    [1, 'resnext50_32x4d-7cdf4587.pth', 100388936, 77.618, 93.698, 256, 224],
    [2, 'resnext50_32x4d-1a0047aa.pth', 100388936, 81.198, 95.34, 232, 224],
  ],
  shufflenet_v2_x0_5: [[1, 'shufflenetv2_x0.5-f707e7126e.pth', 5499424, 60.552, 81.746, 256, 224]],
  shufflenet_v2_x1_0: [[1, 'shufflenetv2_x1-5666bf0f80.pth', 9179584, 69.362, 88.316, 256, 224]],
  shufflenet_v2_x1_5: [[1, 'shufflenetv2_x1_5-3c479a10.pth', 14108704, 72.996, 91.086, 232, 224]],
  shufflenet_v2_x2_0: [[1, 'shufflenetv2_x2_0-8be3c8ee.pth', 29711296, 76.23, 93.006, 232, 224]],
  squeezenet1_0: [[1, 'squeezenet1_0-b66bff10.pth', 4993696, 58.092, 80.42, 256, 224]],
  squeezenet1_1: [[1, 'squeezenet1_1-b8a52dc0.pth', 4941984, 58.178, 80.624, 256, 224]],
  swin_t: [[1, 'swin_t-704ceda3.pth', 113383912, 81.474, 95.776, 232, 224, 'bicubic']],
  vgg11: [[1, 'vgg11-8a719046.pth', 531453344, 69.02, 88.628, 256, 224]],
  vgg11_bn: [[1, 'vgg11_bn-6002323d.pth', 531497440, 70.37, 89.81, 256, 224]],
  vgg13: [[1, 'vgg13-19584684.pth', 532191392, 69.928, 89.246, 256, 224]],
  vgg13_bn: [[1, 'vgg13_bn-abd245e5.pth', 532238576, 71.586, 90.374, 256, 224]],
  vgg16: [[1, 'vgg16-397923af.pth', 553430176, 71.592, 90.382, 256, 224]],
  vgg16_bn: [[1, 'vgg16_bn-6c64b313.pth', 553497864, 73.36, 91.516, 256, 224]],
  vgg19: [[1, 'vgg19-dcbb9e9d.pth', 574668960, 72.376, 90.876, 256, 224]],
  vgg19_bn: [[1, 'vgg19_bn-c79401a0.pth', 574757152, 74.218, 91.842, 256, 224]],
  vit_b_16: [[1, 'vit_b_16-c867db91.pth', 346270624, 81.072, 95.318, 256, 224]],
  wide_resnet50_2: [
    [1, 'wide_resnet50_2-95faca4d.pth', 275806280, 78.468, 94.086, 256, 224],
    [2, 'wide_resnet50_2-9ba9bcbe.pth', 275806280, 81.602, 95.758, 232, 224],
  ],
} as const satisfies Readonly<Record<string, readonly WeightsRow[]>>;
