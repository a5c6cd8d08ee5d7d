import { ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';

/** What every classifier can be told. */
export interface ClassifierOptions {
  /** Length K of the logits. @default as many as its best-known data set has */
  numClasses?: number;
  /** Channels C of the pictures: 1 grey, 3 colour. @default what its best-known data set has */
  inChannels?: number;
  /** Side of the pictures in pixels, H = W; networks that pool over all of the picture take any. @default its best-known data set's */
  imageSize?: number;
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

/** Reads the options of a constructor, for a network that takes pictures of any size. */
export function classifierOptions(
  name: string,
  defaults: ClassifierShape = { numClasses: 1000, inChannels: 3 },
): (given: readonly [options?: ClassifierOptions]) => ClassifierShape {
  const read = optionReader<ClassifierOptions>(name, {
    numClasses: true,
    inChannels: true,
    imageSize: true,
  });
  return (given) => {
    const { numClasses = defaults.numClasses, inChannels = defaults.inChannels } = read(given);
    return { numClasses, inChannels };
  };
}

/** What the layers of a network depend on. */
export interface ClassifierShape {
  readonly numClasses: number;
  readonly inChannels: number;
}
