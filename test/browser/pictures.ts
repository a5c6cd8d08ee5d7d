/** Pictures for pages: smooth ones of any size, so that resizing matters, made anew each time from a seed. */
import sharp from 'sharp';
import { Rng } from '../../src/core/rng.js';

export type PictureKind =
  | 'png'
  | 'grey png'
  | 'deep grey png'
  | 'transparent png'
  | 'png with profile'
  | 'jpeg';

/** A picture's file. */
export async function pictureFile(
  kind: PictureKind,
  width: number,
  height: number,
  seed: number,
): Promise<Buffer> {
  const rng = new Rng(seed);
  const channels = kind.includes('grey') ? 1 : kind === 'transparent png' ? 4 : 3;
  const waves = Array.from({ length: channels * 3 }, () => rng.uniform() * 0.3);
  const bytes = Buffer.alloc(width * height * channels);
  for (let i = 0; i < bytes.length; i++) {
    const c = i % channels;
    const p = (i - c) / channels;
    const [a = 0, b = 0, phase = 0] = waves.slice(3 * c);
    const wave = Math.sin(a * (p % width) + b * Math.floor(p / width) + 20 * phase);
    bytes[i] = 127.5 + 100 * wave + rng.int(27);
  }
  if (kind === 'deep grey png') {
    const deep = Uint16Array.from(bytes, (upper) => upper * 256 + rng.int(256));
    return await sharp(deep, { raw: { width, height, channels } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
  }
  const image = sharp(bytes, { raw: { width, height, channels } });
  if (kind === 'png with profile') return await image.withIccProfile('p3').png().toBuffer();
  return kind === 'jpeg'
    ? await image.jpeg({ quality: 90 }).toBuffer()
    : await image
        .toColourspace(channels === 1 ? 'b-w' : 'srgb')
        .png()
        .toBuffer();
}
