import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { Image } from '../../../src/vision/image.js';
import { affineMatrix, type Point } from '../../../src/vision/pixels/affine-matrix.js';
import {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  adjustSharpness,
} from '../../../src/vision/pixels/color.js';
import { autocontrast, equalize } from '../../../src/vision/pixels/histogram.js';
import { adjustHue } from '../../../src/vision/pixels/hue.js';
import { perspectiveMatrix, type Quad } from '../../../src/vision/pixels/perspective-matrix.js';
import { invert, posterize, solarize } from '../../../src/vision/pixels/point.js';
import { type Interpolation, resizedSource } from '../../../src/vision/pixels/resample.js';
import { warpedSource } from '../../../src/vision/pixels/warp.js';
import { type AugmentName, augment } from '../../../src/vision/transforms/augment-ops.js';
import { RandAugment } from '../../../src/vision/transforms/rand-augment.js';
import { transformFromJSON } from '../../../src/vision/transforms/registry.js';
import type { Transform } from '../../../src/vision/transforms/transform.js';
import { TrivialAugmentWide } from '../../../src/vision/transforms/trivial-augment-wide.js';
import { difference, type GoldenCase, goldens, load, picture } from './goldens.js';

/** How far results may be from torchvision's, in bytes. What is not listed must be equal. */
const bounds: Readonly<Record<string, { mean: number; worst: number }>> = {
  // torchvision convolves in single precision with a 2-d kernel: bytes at a half may round apart.
  GaussianBlur: { mean: 0.02, worst: 1 },
  // torchvision solves for the eight numbers in single precision.
  perspective: { mean: 0.05, worst: 3 },
};

const num = (value: unknown) => value as number;

const functions: Readonly<
  Record<string, (image: Image, args: Readonly<Record<string, unknown>>) => Image>
> = {
  adjustBrightness: (image, { factor }) => adjustBrightness(image, num(factor)),
  adjustContrast: (image, { factor }) => adjustContrast(image, num(factor)),
  adjustSaturation: (image, { factor }) => adjustSaturation(image, num(factor)),
  adjustSharpness: (image, { factor }) => adjustSharpness(image, num(factor)),
  adjustHue: (image, { factor }) => adjustHue(image, num(factor)),
  invert: (image) => invert(image),
  autocontrast: (image) => autocontrast(image),
  equalize: (image) => equalize(image),
  posterize: (image, { bits }) => posterize(image, num(bits)),
  solarize: (image, { threshold }) => solarize(image, num(threshold)),
  resizedCrop: (image, { box, size, interpolation }) => {
    const [top = 0, left = 0, height = 0, width = 0] = box as number[];
    const [outHeight = 0, outWidth = 0] = size as number[];
    const out = { height: outHeight, width: outWidth };
    const mode = interpolation as Interpolation;
    return resizedSource(image, out, mode, { top, left, height, width }).read();
  },
  affine: (image, { angle, translate, scale, shear, interpolation, fill }) => {
    const params = {
      angle: num(angle),
      translate: translate as Point,
      scale: num(scale),
      shear: shear as Point,
    };
    const matrix = affineMatrix(params, [image.width / 2, image.height / 2]);
    const options = { interpolation: interpolation as Interpolation, fill: num(fill) };
    return warpedSource(image, image, matrix, options).read();
  },
  perspective: (image, { from, to, interpolation }) => {
    const matrix = perspectiveMatrix(from as Quad, to as Quad);
    assert.ok(matrix !== null);
    const options = { interpolation: interpolation as Interpolation, fill: 0 };
    return warpedSource(image, image, matrix, options).read();
  },
  warp: (image, { matrix, interpolation }) => {
    const options = { interpolation: interpolation as Interpolation, fill: 0 };
    return warpedSource(image, image, matrix as number[], options).read();
  },
  augment: (image, { op, magnitude, interpolation }) =>
    augment(
      image,
      { op: op as AugmentName, magnitude: num(magnitude) },
      { interpolation: interpolation as Interpolation, fill: 0 },
    ),
};

function run(golden: GoldenCase): { name: string; shape: number[]; data: ArrayLike<number> } {
  const image = picture(golden.input);
  const rng = new Rng(1);
  if (golden.transform !== undefined) {
    const transform = transformFromJSON(golden.transform) as Transform<Image, unknown>;
    const result = transform.apply(image, rng);
    const name = golden.transform.name;
    if (!(result instanceof Image)) {
      const { shape, data } = result as { shape: number[]; data: Float32Array };
      return { name, shape: [...shape], data };
    }
    const { height, width, channels, data } = result;
    return { name, shape: [height, width, channels], data };
  }
  const name = golden.function ?? '';
  const apply = functions[name];
  assert.ok(apply !== undefined, `no function ${name}`);
  const { height, width, channels, data } = apply(image, golden.args ?? {});
  return { name, shape: [height, width, channels], data };
}

test('there are goldens', () => {
  assert.ok(goldens.cases.length > 300, `${goldens.cases.length} cases`);
});

const names = new Set(goldens.cases.map((c) => c.transform?.name ?? c.function ?? ''));
for (const name of names)
  test(`${name} equals torchvision`, () => {
    for (const golden of goldens.cases) {
      if ((golden.transform?.name ?? golden.function) !== name) continue;
      const what = `${JSON.stringify(golden.transform ?? golden.args)} of ${golden.input}`;
      const result = run(golden);
      assert.deepEqual(result.shape, golden.shape, what);
      const { mean, worst } = difference(result.data, load(golden));
      const bound = bounds[name] ?? { mean: 0, worst: 0 };
      assert.ok(
        mean <= bound.mean && worst <= bound.worst,
        `${what}: off by ${mean} on average, ${worst} at worst; allowed are ${bound.mean} and ${bound.worst}`,
      );
    }
  });

test('transforms print as torchvision prints them', () => {
  for (const { transform, text } of goldens.prints)
    assert.equal(transformFromJSON(transform).toString(), text);
});

test('strengths of the automatic augmentations are torchvision’s', () => {
  const size = { height: 30, width: 36 };
  const ours = {
    TrivialAugmentWide: new TrivialAugmentWide().magnitudes(),
    RandAugment: new RandAugment().magnitudes(size),
  };
  for (const [name, table] of Object.entries(ours))
    for (const [op, { values, signed }] of Object.entries(table)) {
      const golden = goldens.magnitudes[name]?.[op];
      assert.equal(signed, golden?.signed, `${name} ${op}`);
      assert.equal(values === null, golden?.values === null, `${name} ${op}`);
      const { worst } = difference(values ?? [0], golden?.values ?? [0]);
      assert.ok(worst < 2e-5, `${name} ${op}: ${worst}`);
    }
});
