import { ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { fillOnce } from '../../nn/fill-once.js';
import type { Module } from '../../nn/module.js';
import { type FindOptions, pretrained, type WeightsChoice } from './weights/pretrained.js';

/** What every classifier can be told. */
export interface ClassifierOptions {
  /** Length K of the logits. @default as many as its best-known data set has */
  numClasses?: number;
  /** Channels C of the pictures: 1 grey, 3 colour. @default what its best-known data set has */
  inChannels?: number;
  /** Side of the pictures in pixels, H = W; networks that pool over all of the picture take any. @default its best-known data set's */
  imageSize?: number;
}

/** What the layers of a network depend on. */
export type ClassifierShape = Readonly<Required<ClassifierOptions>>;

/** What a network with trained weights can be told. Where `numClasses` is not that of the weights, the head is a fresh one. */
export interface PretrainedOptions extends ClassifierOptions, FindOptions {
  /**
   * `'imagenet1k'`, torchvision's `DEFAULT`; another name of torchvision's; an entry such as `ResNet18_Weights.DEFAULT`; or
   * the path of a file (`.pth`, `.safetensors`).
   */
  weights: WeightsChoice;
}

/** Makes a network: at once with fresh weights; with trained ones, which are read or fetched, as a promise. */
export interface ClassifierConstructor<M extends Module> {
  (...given: [options: PretrainedOptions]): Promise<M>;
  (...given: [options?: ClassifierOptions & { weights?: null }]): M;
}

/** Throws unless pictures of `imageSize` leave something to look at after the last pooling, in whole `steps`. */
export function requireImageSize(subject: string, imageSize: number, min: number, step = 1): void {
  if (Number.isInteger(imageSize) && imageSize >= min && imageSize % step === 0) return;
  throw new ValueError(
    subject,
    step === 1
      ? `imageSize=${imageSize} must be a whole number ≥ ${min}: smaller pictures vanish in the poolings`
      : `imageSize=${imageSize} must be a multiple of ${step}`,
  );
}

/** The constructor of an architecture: how it is called in files and commands, and what it has by default. */
export function classifier<M extends Module>(
  name: string,
  make: (shape: ClassifierShape) => M,
  defaults: ClassifierShape = { numClasses: 1000, inChannels: 3, imageSize: 224 },
): ClassifierConstructor<M> {
  const read = optionReader<ClassifierOptions & FindOptions & { weights?: WeightsChoice | null }>(
    name,
    {
      numClasses: true,
      inChannels: true,
      imageSize: true,
      weights: true,
      download: true,
      onProgress: true,
    },
    { pretrained: "pretrained: true is weights: 'imagenet1k'" },
  );
  function construct(...given: [options: PretrainedOptions]): Promise<M>;
  function construct(...given: [options?: ClassifierOptions & { weights?: null }]): M;
  function construct(...given: [options?: ClassifierOptions]): M | Promise<M> {
    const { numClasses, inChannels, imageSize, weights = null, ...find } = read(given);
    const shape = {
      numClasses: numClasses ?? defaults.numClasses,
      inChannels: inChannels ?? defaults.inChannels,
      imageSize: imageSize ?? defaults.imageSize,
    };
    // Layers fill their weights, and rules of networks then fill them again.
    if (weights === null) return fillOnce(() => make(shape));
    return pretrained({
      architecture: name,
      make: (classes) => make({ ...shape, numClasses: classes }),
      weights,
      ...(numClasses !== undefined && { numClasses }),
      ...find,
    });
  }
  return construct;
}
