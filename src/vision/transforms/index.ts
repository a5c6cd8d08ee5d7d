/** Transforms under torchvision's names. */

export type { AffineParams, Point } from '../pixels/affine-matrix.js';
export type { TakeBytes } from '../pixels/byte-room.js';
export type { Fill } from '../pixels/fill.js';
export type { Box, Gather } from '../pixels/gather.js';
export type { PaddingMode } from '../pixels/pad.js';
export type { Quad } from '../pixels/perspective-matrix.js';
export type { PlaneTable } from '../pixels/planes.js';
export type { Interpolation } from '../pixels/resample.js';
export type { PixelSource } from '../pixels/source.js';
export type { Range } from './arguments.js';
export type { AugmentChoice, AugmentName, Magnitudes } from './augment-ops.js';
export type { Batch } from './batch.js';
export { type BytesFirst, bytesFirst } from './bytes-first.js';
export { CenterCrop } from './center-crop.js';
export { type ColorChange, ColorJitter, type ColorJitterOptions } from './color-jitter.js';
export { Compose, type LookUp } from './compose.js';
export { CutMix } from './cut-mix.js';
export { GaussianBlur, type GaussianBlurOptions } from './gaussian-blur.js';
export { GaussianNoise, type GaussianNoiseOptions } from './gaussian-noise.js';
export {
  Grayscale,
  type GrayscaleOptions,
  RandomGrayscale,
  type RandomGrayscaleOptions,
} from './grayscale.js';
export {
  type AnyTransformLike,
  Lambda,
  type LambdaOptions,
  type TransformFunction,
  type TransformLike,
} from './lambda.js';
export { type MixOptions, MixUp } from './mix-up.js';
export { Mosaic, type MosaicOptions } from './mosaic.js';
export { Normalize } from './normalize.js';
export { Pad, type PaddingSize, type PadOptions } from './pad.js';
export { type ByteImage, PILToTensor } from './pil-to-tensor.js';
export { RandAugment, type RandAugmentOptions } from './rand-augment.js';
export { RandomAffine, type RandomAffineOptions } from './random-affine.js';
export { RandomApply, type RandomApplyOptions } from './random-apply.js';
export { RandomChoice, type RandomChoiceOptions } from './random-choice.js';
export { RandomCrop, type RandomCropOptions } from './random-crop.js';
export {
  Cutout,
  type CutoutOptions,
  type EraseValue,
  RandomErasing,
  type RandomErasingOptions,
} from './random-erasing.js';
export {
  AlternatingHorizontalFlip,
  type FlipOptions,
  RandomHorizontalFlip,
  RandomVerticalFlip,
} from './random-flip.js';
export { RandomPerspective, type RandomPerspectiveOptions } from './random-perspective.js';
export { RandomResizedCrop, type RandomResizedCropOptions } from './random-resized-crop.js';
export { RandomRotation, type RandomRotationOptions } from './random-rotation.js';
export { transformFromJSON, transformNames } from './registry.js';
export { Resize, type ResizeOptions } from './resize.js';
export { ToTensor } from './to-tensor.js';
export type {
  AnyTransform,
  Json,
  PictureKind,
  Transform,
  TransformCall,
  TransformJson,
} from './transform.js';
export { TrivialAugmentWide, type TrivialAugmentWideOptions } from './trivial-augment-wide.js';
