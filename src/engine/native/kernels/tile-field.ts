/**
 * An image as tiles of pixels read it: channels-last, zeros around it, in bfloat16, so that an element of a convolution's kernel is a
 * distance in memory and no tile meets an edge. With a stride of s rows, rows of each remainder by s lie in a plane of their own.
 */
import type { Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter } from '../kernel-writer.js';
import { type Line, lineOfPicture, type Picture } from './tile-picture.js';

export interface FieldPlane {
  /** Its first byte in the field, and rows of zeros, of the image, and of zeros. */
  readonly at: number;
  readonly before: number;
  readonly rows: number;
  readonly after: number;
  /** The image's row that comes first. */
  readonly first: number;
}

export interface FieldCopy {
  readonly planes: readonly FieldPlane[];
  /** Rows of the image from one of a plane to the next. */
  readonly step: number;
  /** Pixels of a row of the field: zeros, the image's, zeros. */
  readonly left: number;
  readonly copied: number;
  readonly right: number;
  /** Bytes of a pixel of the field. */
  readonly pixelBytes: number;
  /** Bytes of a row of the image. */
  readonly xRow: number;
  /** Of a picture, whose rows are floats of one channel. */
  readonly picture?: Picture;
  /** Blocks of 16 channels, and bytes between them; undefined where the image is channels-last, too. */
  readonly blocks?: { readonly count: number; readonly bytes: number };
}

/** Arguments: the image at the first of the blocks, the field at the same channels. */
export function fillField(w: KernelWriter, shape: FieldCopy): void {
  const { x, field } = w.pointers('x', 'field');
  const zero = w.filled(0);
  const { blocks } = shape;
  if (blocks === undefined) {
    const bytes = lineOfBytes(w, shape, zero);
    const line = shape.picture ? lineOfPicture(w, shape.picture, shape.copied, bytes.zeros) : bytes;
    fillPlanes(w, shape, { x, field, line });
    return;
  }
  const columns = (count: 1 | 2) => {
    fillPlanes(w, shape, {
      x,
      field,
      line: lineOfBlocks(w, { ...shape, bytes: blocks.bytes, count }, zero),
    });
    x.advance(count * blocks.bytes);
    field.advance(count * blockBytes);
  };
  w.loop(Math.floor(blocks.count / 2), () => columns(2));
  if (blocks.count % 2 === 1) w.scope(() => columns(1));
}

interface Filling {
  readonly x: Cursor;
  readonly field: Cursor;
  readonly line: Line;
}

const pixelsOfRow = ({ left, copied, right }: FieldCopy) => left + copied + right;

function fillPlanes(w: KernelWriter, shape: FieldCopy, { x, field, line }: Filling): void {
  const { left, right, copied, pixelBytes, step, xRow } = shape;
  const rowBytes = pixelsOfRow(shape) * pixelBytes;
  const zeros = (at: Cursor, bytes: number, pixels: number) =>
    w.scope(() => line.zeros(at.fork(bytes), pixels));
  for (const plane of shape.planes)
    w.scope(() => {
      const to = field.fork(plane.at);
      zeros(to, 0, plane.before * pixelsOfRow(shape));
      to.advance(plane.before * rowBytes);
      const from = x.fork(plane.first * xRow);
      w.loop(plane.rows, () => {
        zeros(to, 0, left);
        w.scope(() => line.copy(to.fork(left * pixelBytes), from.fork()));
        zeros(to, (left + copied) * pixelBytes, right);
        from.advance(step * xRow);
        to.advance(rowBytes);
      });
      zeros(to, 0, plane.after * pixelsOfRow(shape));
    });
}

const vectorBytes = 64;
const unroll = 4;

/** Pixels that lie side by side in both, as bytes. */
function lineOfBytes(w: KernelWriter, shape: FieldCopy, zero: Vec): Line {
  const { pixelBytes, left, copied, right, planes } = shape;
  const row = pixelsOfRow(shape);
  const lengths = [left, copied, right, ...planes.flatMap((p) => [p.before * row, p.after * row])];
  const partOf = (bytes: number) => w.part((bytes % vectorBytes) / 4 || 16);
  for (const pixels of lengths) partOf(pixels * pixelBytes);
  const value = w.vector();
  const walk = (
    bytes: number,
    cursors: readonly Cursor[],
    body: (part?: ReturnType<typeof partOf>) => void,
  ) => {
    w.loop(Math.floor(bytes / vectorBytes), () => {
      body();
      for (const cursor of cursors) cursor.advance(vectorBytes);
    });
    if (bytes % vectorBytes > 0) body(partOf(bytes));
  };
  return {
    zeros: (to, pixels) => walk(pixels * pixelBytes, [to], (part) => w.store(to.at(), zero, part)),
    copy: (to, from) =>
      walk(copied * pixelBytes, [to, from], (part) => {
        w.load(value, from.at(), part);
        w.store(to.at(), value, part);
      }),
  };
}

/** Bytes of a block's channels in a pixel. */
const blockBytes = 32;

/** One block of 16 channels or two: of each pixel so many bytes. */
function lineOfBlocks(
  w: KernelWriter,
  {
    count,
    bytes,
    copied,
    pixelBytes,
  }: FieldCopy & { readonly count: number; readonly bytes: number },
  zero: Vec,
): Line {
  const narrow = (vector: Vec): Vec => ({ ...vector, bits: 256 });
  const walk = (
    pixels: number,
    cursors: readonly (readonly [Cursor, number])[],
    body: (pixel: number) => void,
  ) => {
    w.loop(Math.floor(pixels / unroll), () => {
      for (let i = 0; i < unroll; i++) body(i);
      for (const [cursor, step] of cursors) cursor.advance(unroll * step);
    });
    for (let i = 0; i < pixels % unroll; i++) body(i);
  };
  return {
    zeros: (to, pixels) =>
      walk(pixels, [[to, pixelBytes]], (i) =>
        w.vmovups(to.at(i * pixelBytes), count === 2 ? zero : narrow(zero)),
      ),
    copy: (to, from) => {
      const values = w.vectors(count).map(narrow);
      const walks = [
        [to, pixelBytes],
        [from, blockBytes],
      ] as const;
      walk(copied, walks, (i) =>
        values.forEach((value, block) => {
          w.vmovups(value, from.at(i * blockBytes + block * bytes));
          w.vmovups(to.at(i * pixelBytes + block * blockBytes), value);
        }),
      );
    },
  };
}
