import { type Rng, unitFloat } from '../../core/rng.js';
import { Image } from '../image.js';

/** `count` normal deviates (Box–Muller, two from each pair of random words). */
export function drawNoise(count: number, mean: number, sigma: number, rng: Rng): Float32Array {
  const noise = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = sigma * Math.sqrt(-2 * Math.log(1 - unitFloat(rng.bits())));
    const angle = 2 * Math.PI * unitFloat(rng.bits());
    noise[i] = mean + radius * Math.cos(angle);
    if (i + 1 < count) noise[i + 1] = mean + radius * Math.sin(angle);
  }
  return noise;
}

/** The picture plus noise on the scale 0–1, rounded and held within 0–255. */
export function addNoiseToBytes(image: Image, noise: Float32Array): Image {
  const out = new Uint8ClampedArray(image.data.length);
  for (let i = 0; i < out.length; i++)
    out[i] = (image.data[i] as number) + 255 * (noise[i] as number);
  return new Image(image.height, image.width, image.channels, new Uint8Array(out.buffer));
}
