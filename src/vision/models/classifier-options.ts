import { ValueError } from '../../core/errors.js';

/** What every classifier can be told. */
export interface ClassifierOptions {
  /** Length K of the logits. @default as many as its best-known data set has */
  numClasses?: number;
  /** Channels C of the pictures: 1 grey, 3 colour. @default what its best-known data set has */
  inChannels?: number;
  /** Side of the pictures in pixels, H = W; networks that pool over all of the picture take any. @default its best-known data set's */
  imageSize?: number;
}

/** Throws unless pictures of `imageSize` leave something to look at after the last pooling. */
export function requireImageSize(subject: string, imageSize: number, min: number): void {
  if (Number.isInteger(imageSize) && imageSize >= min) return;
  throw new ValueError(
    subject,
    `imageSize=${imageSize} must be a whole number ≥ ${min}: smaller pictures vanish in the poolings`,
  );
}
