/** Every transform by name, and how to make it from its JSON. The list is complete: a test walks it. */
import { ValueError } from '../../core/errors.js';
import { requireKnownOptions } from '../../core/options.js';
import { quote, show } from '../../core/outside-text.js';
import type { FloatImage, Image } from '../image.js';
import { CenterCrop } from './center-crop.js';
import { ColorJitter } from './color-jitter.js';
import { Compose } from './compose.js';
import { CutMix } from './cut-mix.js';
import { GaussianBlur } from './gaussian-blur.js';
import { GaussianNoise } from './gaussian-noise.js';
import { Grayscale, RandomGrayscale } from './grayscale.js';
import { maxDepth, maxSteps } from './limits.js';
import { MixUp } from './mix-up.js';
import { Mosaic } from './mosaic.js';
import { Normalize } from './normalize.js';
import { Pad } from './pad.js';
import { PILToTensor } from './pil-to-tensor.js';
import { RandAugment } from './rand-augment.js';
import { RandomAffine } from './random-affine.js';
import { RandomApply } from './random-apply.js';
import { RandomChoice } from './random-choice.js';
import { RandomCrop } from './random-crop.js';
import { Cutout, RandomErasing } from './random-erasing.js';
import {
  AlternatingHorizontalFlip,
  RandomHorizontalFlip,
  RandomVerticalFlip,
} from './random-flip.js';
import { RandomPerspective } from './random-perspective.js';
import { RandomResizedCrop } from './random-resized-crop.js';
import { RandomRotation } from './random-rotation.js';
import { Resize } from './resize.js';
import { ToTensor } from './to-tensor.js';
import type { AnyTransform, Transform, TransformJson } from './transform.js';
import { TrivialAugmentWide } from './trivial-augment-wide.js';

/** The options of a JSON form. Their types are the constructors' business, which check every one. */
type Options = Readonly<Record<string, never>>;
type Make = (options: Options, made: MadeTransforms) => AnyTransform;

/** Transforms that are code of modules, by their JSON: whoever may run that code has made them (`loadTransform`). */
export type MadeTransforms = ReadonlyMap<unknown, AnyTransform>;

const listOf = (name: string, transforms: unknown, made: MadeTransforms): AnyTransform[] => {
  if (!Array.isArray(transforms))
    throw new ValueError(name, 'transforms is missing, a list of transforms is required');
  return transforms.map((json) => fromJSON(json, made));
};

const makers: Readonly<Record<string, Make>> = {
  AlternatingHorizontalFlip: () => new AlternatingHorizontalFlip(),
  CenterCrop: ({ size }) => new CenterCrop(size as never),
  ColorJitter: (options) => new ColorJitter(options),
  Compose: ({ transforms }, made) => new Compose(listOf('Compose', transforms, made)),
  CutMix: (options) => new CutMix(options as never),
  Cutout: ({ length, ...options }) => new Cutout(length as never, options),
  GaussianBlur: ({ kernelSize, ...options }) => new GaussianBlur(kernelSize as never, options),
  GaussianNoise: (options) => new GaussianNoise(options),
  Grayscale: (options) => new Grayscale(options),
  MixUp: (options) => new MixUp(options as never),
  Mosaic: ({ blockSize, ...options }) => new Mosaic(blockSize as never, options),
  Normalize: ({ mean, std }) => new Normalize(mean as never, std as never),
  PILToTensor: () => new PILToTensor(),
  Pad: ({ padding, ...options }) => new Pad(padding as never, options),
  RandAugment: (options) => new RandAugment(options),
  RandomAffine: ({ degrees, ...options }) => new RandomAffine(degrees as never, options),
  RandomApply: ({ transforms, ...options }, made) =>
    new RandomApply(listOf('RandomApply', transforms, made), options),
  RandomChoice: ({ transforms, ...options }, made) =>
    new RandomChoice(listOf('RandomChoice', transforms, made), options),
  RandomCrop: ({ size, ...options }) => new RandomCrop(size as never, options),
  RandomErasing: (options) => new RandomErasing(options),
  RandomGrayscale: (options) => new RandomGrayscale(options),
  RandomHorizontalFlip: (options) => new RandomHorizontalFlip(options),
  RandomPerspective: (options) => new RandomPerspective(options),
  RandomResizedCrop: ({ size, ...options }) => new RandomResizedCrop(size as never, options),
  RandomRotation: ({ degrees, ...options }) => new RandomRotation(degrees as never, options),
  RandomVerticalFlip: (options) => new RandomVerticalFlip(options),
  Resize: ({ size, ...options }) => new Resize(size as never, options),
  ToTensor: () => new ToTensor(),
  TrivialAugmentWide: (options) => new TrivialAugmentWide(options),
};

/** The names of all transforms, sorted. */
export const transformNames: readonly string[] = Object.keys(makers).sort();

/**
 * The transform that `toJSON()` described. What it takes and gives is the caller's to know; a pipeline that ends in `ToTensor`, as
 * the default says, is what models are saved with.
 *
 * @throws ValueError when the name or an option is unknown, or a value is not allowed.
 */
export function transformFromJSON<T extends AnyTransform = Transform<Image, FloatImage>>(
  json: TransformJson,
): T {
  return transformWith<T>(json, new Map());
}

/** The same, with what `made` has of it. */
export function transformWith<T extends AnyTransform>(
  json: TransformJson,
  made: MadeTransforms,
): T {
  requireModest(json);
  return fromJSON(json, made) as T; // JSON does not say more.
}

/** Throws where a description holds more transforms, or holds them deeper, than anybody would write. */
function requireModest(json: unknown): void {
  const open: { readonly json: unknown; readonly depth: number }[] = [{ json, depth: 1 }];
  for (let steps = 1; ; steps++) {
    const next = open.pop();
    if (next === undefined) return;
    if (steps > maxSteps || next.depth > maxDepth)
      throw new ValueError(
        'transformFromJSON',
        `more than ${maxSteps} transforms, or nested deeper than ${maxDepth}, which is not allowed`,
      );
    const list = (next.json as { readonly transforms?: unknown } | null)?.transforms;
    if (!Array.isArray(list)) continue;
    for (const step of list.slice(0, maxSteps)) open.push({ json: step, depth: next.depth + 1 });
  }
}

function fromJSON(json: TransformJson, made: MadeTransforms): AnyTransform {
  const known = made.get(json);
  if (known !== undefined) return known;
  const { name, ...options } = json ?? {};
  if (typeof options.module === 'string')
    throw new ValueError(
      quote(String(name)),
      `is code of ${quote(options.module)}, and no description may run code; use transforms of vision.transforms, or a recipe file`,
    );
  const make = typeof name === 'string' && Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (make === undefined)
    throw new ValueError(
      'transformFromJSON',
      `no transform is named ${show(name)}; there are ${transformNames.join(', ')}`,
    );
  const transform = make(options as Options, made);
  const names = Object.keys(transform.toJSON());
  requireKnownOptions(String(name), options, names.slice(1));
  return transform;
}
