import { floatImage } from '../../../src/vision/image.js';
import type { Batch } from '../../../src/vision/transforms/batch.js';
import type { Transform, TransformJson } from '../../../src/vision/transforms/transform.js';
import { picture } from './goldens.js';

const flip = { name: 'RandomHorizontalFlip', p: 0.5 };

/** For every transform a JSON form with options that are not the defaults, where it has options. */
export const samples: Readonly<Record<string, Omit<TransformJson, 'name'>>> = {
  AlternatingHorizontalFlip: {},
  CenterCrop: { size: [20, 22] },
  ColorJitter: { brightness: [0.5, 1.5], contrast: 0, saturation: [0.2, 2], hue: [-0.1, 0.2] },
  Compose: { transforms: [flip, { name: 'ToTensor' }] },
  CutMix: { alpha: 0.4, numClasses: 5 },
  Cutout: { length: 8, holes: 2, value: 0.5 },
  GaussianBlur: { kernelSize: [3, 5], sigma: [0.5, 3] },
  GaussianNoise: { mean: 0.1, sigma: 0.2, clip: false },
  Grayscale: { numOutputChannels: 3 },
  MixUp: { alpha: 0.2, numClasses: 5 },
  Mosaic: { blockSize: [2, 6], p: 0.9 },
  Normalize: { mean: [0.1, 0.2, 0.3], std: [0.5, 0.6, 0.7] },
  PILToTensor: {},
  Pad: { padding: [1, 2, 3, 4], fill: [5, 6, 7], paddingMode: 'constant' },
  RandAugment: {
    numOps: 3,
    magnitude: 5,
    numMagnitudeBins: 11,
    interpolation: 'bilinear',
    fill: 9,
  },
  RandomAffine: {
    degrees: [-10, 20],
    translate: [0.1, 0.2],
    scale: [0.8, 1.2],
    shear: [-5, 5, -3, 3],
    interpolation: 'bicubic',
    fill: 3,
    center: [4, 5],
  },
  RandomApply: { transforms: [flip], p: 0.8 },
  RandomChoice: { transforms: [flip, { ...flip, p: 0.25 }], p: [1, 2] },
  RandomCrop: { size: [25, 21], padding: [2, 3], padIfNeeded: true, fill: 4, paddingMode: 'edge' },
  RandomErasing: { p: 0.9, scale: [0.1, 0.2], ratio: [0.5, 2], value: 'random' },
  RandomGrayscale: { p: 0.3 },
  RandomHorizontalFlip: { p: 0.6 },
  RandomPerspective: { distortionScale: 0.3, p: 0.7, interpolation: 'nearest', fill: 8 },
  RandomResizedCrop: {
    size: [16, 20],
    scale: [0.2, 0.9],
    ratio: [0.5, 2],
    interpolation: 'bicubic',
  },
  RandomRotation: {
    degrees: [-20, 30],
    interpolation: 'bilinear',
    expand: true,
    center: [3, 4],
    fill: 7,
  },
  RandomVerticalFlip: { p: 0.4 },
  Resize: { size: 24, interpolation: 'bicubic', maxSize: 60 },
  ToTensor: {},
  TrivialAugmentWide: { numMagnitudeBins: 11, interpolation: 'bilinear', fill: [1, 2, 3] },
};

/** A value that the transform takes. */
export function sampleInput(transform: Transform<unknown, unknown>): unknown {
  const name = transform.toJSON().name;
  if (name === 'MixUp' || name === 'CutMix') {
    const data = Float32Array.from({ length: 4 * 3 * 6 * 7 }, (_, i) => (i * 37) % 101);
    return {
      images: { shape: [4, 3, 6, 7], dtype: 'float32', data },
      labels: { shape: [4], dtype: 'int32', data: Int32Array.of(0, 4, 2, 2) },
    } satisfies Batch;
  }
  if (transform.takes !== 'tensor') return picture('rgb');
  return floatImage(
    3,
    20,
    24,
    Float32Array.from({ length: 1440 }, (_, i) => ((i * 31) % 97) / 97),
  );
}
