import { encodePng } from '../../../src/vision/codecs/sharp.js';
import { type Channels, Image } from '../../../src/vision/image.js';

/** A PNG of one colour. */
export function plainPng(
  value: number,
  height = 4,
  width = 5,
  channels: Channels = 3,
): Promise<Uint8Array> {
  const data = new Uint8Array(height * width * channels).fill(value);
  return encodePng(new Image(height, width, channels, data));
}
