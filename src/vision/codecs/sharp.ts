/**
 * The only file that knows sharp (libvips): JPEG, PNG, WebP and GIF in, PNG out. It is loaded at the first use. Colours are
 * taken as stored, as Pillow's `convert('RGB')` takes them: profiles are ignored and alpha is dropped, not blended.
 */
import type { Sharp, SharpOptions } from 'sharp';
import { type Channels, Image, type ImageSize } from '../image.js';
import { CodecError } from './codec-error.js';
import type { ImageHeader } from './header.js';

type SharpModule = typeof import('sharp').default;
let loading: Promise<SharpModule> | undefined;

function load(): Promise<SharpModule> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    // Pictures come once each, many at a time: threads and caches inside one picture only cost.
    sharp.cache(false);
    sharp.concurrency(1);
    return sharp;
  });
  return loading;
}

/** Decodes to bytes, turned upright, at `size` (before turning) where one is given. */
export async function decodeWithSharp(
  bytes: Uint8Array,
  header: ImageHeader,
  size: ImageSize | null,
): Promise<Image> {
  const sharp = await load();
  const options: SharpOptions = {
    autoOrient: header.orientation !== 1,
    ignoreIcc: true,
    failOn: 'error',
    limitInputPixels: false, // Checked against the header by `decode`.
  };
  let pipeline = sharp(bytes, options);
  if (size !== null)
    pipeline = pipeline.resize({
      ...uprightSize(size, header),
      fit: 'fill',
      fastShrinkOnLoad: true,
    });
  const { data, info } = await finish(pipeline, header)
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw new CodecError(reason(cause), { cause });
    });
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (info.channels === 4) return new Image(info.height, info.width, 3, cmykToRgb(pixels));
  return new Image(info.height, info.width, info.channels as Channels, pixels);
}

function uprightSize({ height, width }: ImageSize, { orientation }: ImageHeader): ImageSize {
  return orientation >= 5 ? { height: width, width: height } : { height, width };
}

function finish(pipeline: Sharp, { mode }: ImageHeader): Sharp {
  if (mode === 'cmyk') return pipeline.pipelineColourspace('cmyk').toColourspace('cmyk');
  const grey = mode === 'grey' || mode === 'grey+alpha';
  return pipeline.removeAlpha().toColourspace(grey ? 'b-w' : 'srgb');
}

/** The first line of a decoder's complaint. */
function reason(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split('\n')[0]?.trim() ?? text;
}

/** Ink to light as Pillow does it, without a profile: (255 − ink) · (255 − black) / 255. */
function cmykToRgb(ink: Uint8Array): Uint8Array {
  const out = new Uint8Array((ink.length / 4) * 3);
  for (let from = 0, to = 0; from < ink.length; from += 4, to += 3) {
    const white = 255 - (ink[from + 3] as number);
    for (let c = 0; c < 3; c++) {
      const product = (ink[from + c] as number) * white + 128;
      out[to + c] = Math.max(0, white - (((product >> 8) + product) >> 8));
    }
  }
  return out;
}

/** The bytes of a PNG file. */
export async function encodePng({ height, width, channels, data }: Image): Promise<Uint8Array> {
  const sharp = await load();
  const png = sharp(data, { raw: { height, width, channels } });
  return (channels === 1 ? png.toColourspace('b-w') : png).png().toBuffer();
}
