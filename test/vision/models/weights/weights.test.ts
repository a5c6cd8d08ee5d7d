import '../../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipInit } from '../../../../src/nn/init.js';
import * as models from '../../../../src/vision/models/index.js';
import { publishedWeights } from '../../../../src/vision/models/weights/weights.js';

/** Small networks, and those that torchvision does not publish under this name. */
const unpublished =
  /^(mnistCnn|cifarCnn|cifarFast|ferCnn|blockCnn\d|sneakerCnn|lenet|cifar_resnet\d+)$/;

test('every architecture of torchvision’s has weights; their names carry a checksum', () => {
  for (const name of models.modelNames) {
    const all = publishedWeights(name);
    assert.equal(all.length > 0, !unpublished.test(name), name);
    for (const { sha256, url, accuracy, imageSize } of all) {
      assert.match(sha256, /^[0-9a-f]{8,10}$/);
      assert.ok(url.startsWith('https://download.pytorch.org/models/') && url.includes(sha256));
      assert.ok(accuracy.top1 > 0.5 && accuracy.top1 < accuracy.top5 && accuracy.top5 < 1);
      assert.ok(imageSize >= 224);
    }
  }
});

test('sizes are those of the networks', () => {
  for (const name of ['resnet18', 'squeezenet1_1', 'mobilenet_v3_small', 'swin_t', 'vgg11']) {
    const model = skipInit(() => models.createModel({ name, options: {} }));
    const bytes = [...model.stateDict().values()].reduce(
      (sum, { data }) => sum + data.byteLength,
      0,
    );
    const published = publishedWeights(name)[0]?.sizeBytes ?? 0;
    assert.ok(Math.abs(published - bytes) < 0.01 * bytes, `${name}: ${published}, ${bytes}`);
  }
});

test('torchvision’s names, and its transforms', () => {
  const { ResNet50_Weights, EfficientNet_B0_Weights, ResNet18_Weights } = models;
  assert.equal(ResNet50_Weights.DEFAULT, ResNet50_Weights.IMAGENET1K_V2);
  assert.equal(ResNet50_Weights.IMAGENET1K_V1.fileName, 'resnet50-0676ba61.pth');
  assert.equal(`${ResNet18_Weights.DEFAULT}`, 'resnet18 IMAGENET1K_V1');
  const shown = (transform: object) => String(transform).replaceAll(/\s+/g, ' ');
  assert.match(
    shown(EfficientNet_B0_Weights.DEFAULT.transforms()),
    /Resize\(size=256, interpolation=bicubic.*CenterCrop\(size=\(224, 224\)\) ToTensor\(\) Normalize\(mean=\(0\.485, 0\.456, 0\.406\), std=\(0\.229, 0\.224, 0\.225\)\)/,
  );
  assert.match(
    shown(ResNet18_Weights.DEFAULT.transforms({ imageSize: 112 })),
    /size=128.*size=\(112, 112\)/,
  );
});

test('the classes of ImageNet', async () => {
  const names = await models.imagenetClasses();
  assert.equal(new Set(names).size, 1000);
  assert.deepEqual(
    [names[0], names[1], names[281], names[999]],
    ['tench', 'goldfish', 'tabby', 'toilet tissue'],
  );
  assert.equal(await models.ResNet18_Weights.DEFAULT.categories(), names);
});
