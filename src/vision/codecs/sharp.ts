/**
 * The only file that knows sharp (libvips): JPEG, PNG, WebP and GIF in, PNG out. It is loaded at the first use. Colours are
 * taken as stored, as Pillow's `convert('RGB')` takes them: profiles are ignored and alpha is dropped, not blended.
 */
import type { AvailableFormatInfo, Sharp, SharpOptions } from 'sharp';
import { EngineError } from '../../core/errors.js';
import { type Channels, Image, type ImageSize } from '../image.js';
import { CodecError, UnsupportedError } from './codec-error.js';
import type { ImageHeader } from './header.js';

type SharpModule = typeof import('sharp').default;
let loading: Promise<SharpModule> | undefined;

function load(): Promise<SharpModule> {
  loading ??= import('sharp').then(
    ({ default: sharp }) => {
      // Pictures come once each, many at a time: threads and caches inside one picture only cost.
      sharp.cache(false);
      sharp.concurrency(1);
      return sharp;
    },
    (cause: unknown) => {
      throw new EngineError(
        'sharp',
        `the package that reads pictures cannot be loaded (${reason(cause)}); npm install --include=optional brings its part for this system`,
        { cause },
      );
    },
  );
  return loading;
}

/** Throws where the package that reads pictures cannot be loaded. @throws EngineError */
export async function requireSharp(): Promise<void> {
  await load();
}

/** Decodes to bytes, turned upright, at `size` (before turning) where one is given; more than `maxPixels` are refused unseen. */
export async function decodeWithSharp(
  bytes: Uint8Array,
  header: ImageHeader,
  maxPixels: number,
  size: ImageSize | null,
): Promise<Image> {
  const sharp = await load();
  const options: SharpOptions = {
    ignoreIcc: true,
    failOn: 'error',
    limitInputPixels: Math.floor(Math.min(maxPixels, Number.MAX_SAFE_INTEGER)),
  };
  let pipeline = sharp(bytes, options);
  if (size !== null) pipeline = pipeline.resize({ ...size, fit: 'fill', fastShrinkOnLoad: true });
  pipeline = toMode(upright(pipeline, header.orientation), header);
  const { data, info } = await pipeline
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(async (cause: unknown) => {
      const text = reason(cause);
      if (/pixel limit/.test(text)) throw new TooManyPixels(await sizeBySharp(bytes));
      throw new CodecError(text, { cause });
    });
  if (info.channels === 4) return new Image(info.height, info.width, 3, cmykToRgb(data));
  return new Image(info.height, info.width, info.channels as Channels, data);
}

/** The decoder finds a larger picture than its header was read to announce. */
export class TooManyPixels extends CodecError {
  constructor(readonly size: ImageSize) {
    super(`${size.width}×${size.height} pixels`);
  }
}

/** The size of a picture as the decoder sees it, as stored. */
async function sizeBySharp(bytes: Uint8Array): Promise<ImageSize> {
  const sharp = await load();
  const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
  return { width, height };
}

/** Whether this sharp decodes files with such endings from memory. */
export async function sharpReads(endings: readonly string[]): Promise<boolean> {
  const { format } = await load();
  const known: readonly AvailableFormatInfo[] = Object.values(format);
  return known.some(
    ({ input }) => input.buffer && input.fileSuffix?.some((ending) => endings.includes(ending)),
  );
}

/** Undoes an EXIF orientation: 2 to 4 mirror or turn by 180°, 5 to 8 also change rows and columns. Sharp mirrors before it turns. */
function upright(pipeline: Sharp, orientation: number): Sharp {
  switch (orientation) {
    case 2:
      return pipeline.flop();
    case 3:
      return pipeline.rotate(180);
    case 4:
      return pipeline.flip();
    case 5:
      return pipeline.rotate(90).flip();
    case 6:
      return pipeline.rotate(90);
    case 7:
      return pipeline.rotate(90).flop();
    case 8:
      return pipeline.rotate(270);
    default:
      return pipeline;
  }
}

function toMode(pipeline: Sharp, { mode, bits }: ImageHeader): Sharp {
  if (bits > 16 || (bits > 8 && mode === 'cmyk'))
    throw new UnsupportedError(`${bits} bits a channel in mode ${mode}`);
  if (mode === 'cmyk') return pipeline.pipelineColourspace('cmyk').toColourspace('cmyk');
  // Of 16 bits the upper 8 are taken, in grey as in colour: 'b-w' would round them by way of another colour space.
  const grey = bits <= 8 && (mode === 'grey' || mode === 'grey+alpha');
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

/** The bytes of a PNG file of an SVG without texts: what fonts there are would change them. `scale` pixels to each of its units. */
export async function pngOfSvg(svg: string, scale: number): Promise<Uint8Array> {
  const sharp = await load();
  return await sharp(Buffer.from(svg), { density: 72 * scale })
    .png({ palette: true, effort: 1 }) // a higher effort takes twice as long for files as large
    .toBuffer();
}

/** The bytes of a JPEG file. */
export async function encodeJpeg({ height, width, channels, data }: Image): Promise<Uint8Array> {
  const sharp = await load();
  return await sharp(data, { raw: { height, width, channels } }).jpeg({ quality: 82 }).toBuffer();
}
